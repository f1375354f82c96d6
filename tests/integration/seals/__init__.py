"""Seals on a real Postgres: what is sealed, and what is found when whoever owns the database touches the record."""
