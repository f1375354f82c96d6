"""Tokens that are handed out and recognised again by their hash: a copy of the tables lets nobody in."""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32


def new_token() -> str:
    """256 random bits in 43 characters that an address can hold (RFC 4648, section 5)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """Plain SHA-256: what is hashed here was made of random bits, so there is nothing to guess. Whatever text somebody
    sends has a hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
