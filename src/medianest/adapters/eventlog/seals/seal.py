"""One seal, what its HMAC covers, and the keys it is made under."""

import hmac
import os
import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from medianest.adapters.eventlog.sealing import KEY_BYTES, sealed_under

DOMAIN: Final = b"medianest seal 1\0"
"""Sets what is authenticated here apart from whatever else a key may ever be used for."""
DIGEST_BYTES: Final = 32
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Seal(NamedTuple):
    """A row of `seals` without its `mac`: speaks of `after` < position <= `last`, of which `positions` were in use.

    `digests` holds `DIGEST_BYTES` for each of them, in their order.
    """

    number: int
    after: int
    last: int
    positions: list[int]
    digests: bytes
    key_id: int
    sealed_at: datetime

    def mac(self, key: bytes, previous: bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104) over this seal and the `mac` of the one before it (empty for the first).

        Every part is of fixed size or has its length in front, big-endian, so no two seals read the same.
        """
        count = len(self.positions)
        head = struct.pack(">qI", self.number, len(previous))
        places = struct.pack(f">qqI{count}q", self.after, self.last, count, *self.positions)
        # The table counts 32 bytes a position, but whoever owns it can drop that rule: so say how many there are.
        digests = struct.pack(">I", len(self.digests)) + self.digests
        tail = struct.pack(">iq", self.key_id, (self.sealed_at - EPOCH) // MICROSECOND)
        return hmac.digest(key, DOMAIN + head + previous + places + digests + tail, sha256)


class SealKeys:
    """Keys of 32 random bytes, wrapped under the server's secret `master`."""

    def __init__(self, master: bytes) -> None:
        self._wrapping = sealed_under(master, "seal keys")

    def made(self) -> bytes:
        """A new key, wrapped."""
        return self._wrapping.seal(os.urandom(KEY_BYTES), DOMAIN)

    def opened(self, wrapped: bytes) -> bytes:
        """Raises SealBroken: the key was changed, or was made under another secret."""
        return self._wrapping.open(wrapped, DOMAIN)
