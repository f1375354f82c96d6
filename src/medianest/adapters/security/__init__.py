"""Hashes, tokens and ids that need a secret of the server."""
