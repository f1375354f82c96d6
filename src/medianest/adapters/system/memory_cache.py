"""A cache in this process, bounded in bytes."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

OVERHEAD: Final = 300
"""Bytes that an entry takes beside its key and value: the tuple, two floats, its place in the dictionary."""
LARGEST_SHARE: Final = 8
"""One entry takes at most this part of the whole: one poster must not push out everything else."""


class Remembered(NamedTuple):
    value: bytes
    since: float
    until: float


class MemoryCache:
    """The least recently used goes first. `monotonic` in seconds."""

    def __init__(self, most_bytes: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most_bytes
        self._monotonic = monotonic
        self._entries: OrderedDict[str, Remembered] = OrderedDict()
        self.size = 0
        """Bytes, overhead included."""

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> tuple[bytes, float] | None:
        """The value, and the seconds since it was put."""
        now = self._monotonic()
        entry = self._entries.get(key)
        if entry is None:
            return None
        if now >= entry.until:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.value, now - entry.since

    def keep(self, key: str, value: bytes, *, ttl: float) -> None:
        self._drop(key)
        size = _size(key, value)
        if ttl <= 0 or size * LARGEST_SHARE > self._most:
            return
        now = self._monotonic()
        self._entries[key] = Remembered(value, now, now + ttl)
        self.size += size
        while self.size > self._most:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= _size(key, entry.value)


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value) + OVERHEAD
