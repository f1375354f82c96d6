"""What the tables of secrets need to be sealed. Handed in by `main`: the cipher is the event log's."""

from collections.abc import Callable
from typing import Protocol


class Cipher(Protocol):
    """Authenticated encryption. What is sealed `bound_to` something opens only together with it."""

    def seal(self, clear: bytes, bound_to: bytes) -> bytes: ...

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Raises SealBroken."""


Sealing = Callable[[bytes, str], Cipher]
"""From a secret of at least 32 random bytes and a purpose, a cipher that serves this purpose alone."""
