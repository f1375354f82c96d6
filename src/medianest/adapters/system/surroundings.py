"""Time and chance as the machine gives them. Tests bring their own."""

import secrets
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_STEADY: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""On Linux it runs on while the machine sleeps (clock_gettime(2)). None: there is neither, as on Windows."""

_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_LOW_BITS: Final = (1 << 62) - 1
_TIME_BITS: Final = (1 << 48) - 1


class UtcClock:
    """Implements Clock: aware, in UTC, and only as steady as the machine's own clock (it may step back when set)."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


class RandomIds:
    """Implements Ids by UUID version 7 (RFC 9562, 5.7): milliseconds since 1970, then 74 random bits.

    They cannot be guessed, and ids made one after another lie side by side in an index, which spares the database
    most of the pages that wholly random ids would touch. When something was made is no secret to whoever sees its id.
    """

    def new(self) -> UUID:
        """A fresh id; safe to call from any thread."""
        milliseconds = time.time_ns() // 1_000_000 & _TIME_BITS
        chance = secrets.randbits(74)
        return uuid7(milliseconds, chance)


def uuid7(milliseconds: int, chance: int) -> UUID:
    """A version 7 UUID of this time since 1970 (48 bits) and these 74 random bits.

    The layout, from the top: time 48, version 4, chance 12, variant 2, chance 62.
    """
    high = (milliseconds & _TIME_BITS) << 80 | _VERSION | (chance >> 62) << 64
    return UUID(int=high | _VARIANT | chance & _LOW_BITS)
