"""Tokens by which a device shows that its person proved their password on it: nothing is kept of them."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medianest.ports.surroundings import Clock

LIFETIME: Final = timedelta(days=180)
NAME_BYTES: Final = 16
TIME_BYTES: Final = 6
LENGTH: Final = NAME_BYTES + TIME_BYTES + SHA256.digest_size
"""Bytes: a random name, the second of Unix time at which it ends, and an HMAC over both, the account and its hash."""


class HmacKnownDevices:
    """Implements KnownDevices with HMAC-SHA256 (RFC 2104) under a key derived from `master`, the server's secret."""

    def __init__(self, master: bytes, clock: Clock) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"medianest known devices").derive(master)
        self._clock = clock

    def issue(self, account: str, password_hash: str) -> str:
        ends = int((self._clock.now() + LIFETIME).timestamp())
        named = os.urandom(NAME_BYTES) + ends.to_bytes(TIME_BYTES, "big")
        return urlsafe_b64encode(named + self._seal(named, account, password_hash)).decode().rstrip("=")

    def read(self, token: str, account: str, password_hash: str) -> str | None:
        try:
            held = urlsafe_b64decode(token.encode("ascii") + b"==")
        except ValueError:
            return None
        named, seal = held[: NAME_BYTES + TIME_BYTES], held[NAME_BYTES + TIME_BYTES :]
        if len(held) != LENGTH or not hmac.compare_digest(seal, self._seal(named, account, password_hash)):
            return None
        if int.from_bytes(named[NAME_BYTES:], "big") <= self._clock.now().timestamp():
            return None
        return named[:NAME_BYTES].hex()

    def _seal(self, named: bytes, account: str, password_hash: str) -> bytes:
        """The first two have a fixed length and a digest stands for the hash, so nothing can be shifted."""
        bound = named + hashlib.sha256(account.encode()).digest() + hashlib.sha256(password_hash.encode()).digest()
        return hmac.digest(self._key, bound, hashlib.sha256)
