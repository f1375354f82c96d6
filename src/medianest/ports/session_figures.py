"""How the house is used: people and sign-ins by day. Numbers, and nobody's name."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from medianest.domain.session import SignInMethod


class OpenedCount(msgspec.Struct, frozen=True, kw_only=True):
    """So many sessions were opened in this way on one day, in UTC."""

    day: date
    method: SignInMethod
    count: int


class SessionCounts(msgspec.Struct, frozen=True, kw_only=True):
    """`active` is how many people did something on a day (UTC), `opened` goes by day and method; days without any are
    left out. `devices` is on how many sessions each device was seen, by its description; None where nothing is
    known."""

    active: Mapping[date, int]
    opened: Sequence[OpenedCount]
    devices: Mapping[str | None, int]


class SessionFigures(Protocol):
    async def counts(self, *, since: datetime, until: datetime) -> SessionCounts:
        """Of what was between these two (aware; the first inclusive). People who were deleted are in none of it."""
