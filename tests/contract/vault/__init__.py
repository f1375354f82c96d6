"""Secrets that have to be read again."""
