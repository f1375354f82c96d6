"""Credentials that were refused: beside the log and no part of it, since nobody who is refused may write into that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

import msgspec

from medianest.ports.views import Page

CredentialKind = Literal[
    "password",
    "second_factor",
    "refresh",
    "api_key",
    "plex",
    "oidc",
    "invitation",
    "reset",
    "setup",
    "access_token",
    "webhook",
]

KEPT: Final = timedelta(days=90)
MOST: Final = 100_000
"""Entries that are kept: the newest."""


class RefusedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` is a word in snake_case (`wrong_password`, `locked_out`, `expired`, ...) and nothing that the caller
    sent. `user_id` is whose credential it would have been, as far as that is known."""

    at: datetime
    method: CredentialKind
    reason: str
    user_id: UUID | None = None
    address: str | None = None
    device: str | None = None
    correlation_id: str | None = None


class SecurityEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`times` is more than 1 where so many of a kind came from one address that they were counted together. Then
    `address` alone is known of who it was, and `at` is the latest."""

    entry_id: int
    refused: RefusedCredential
    times: int


class SecurityFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`since` is included, `until` is not."""

    method: CredentialKind | None = None
    reason: str | None = None
    user_id: UUID | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class RefusalCount(msgspec.Struct, frozen=True, kw_only=True):
    """So many on one day, in UTC."""

    day: date
    method: CredentialKind
    reason: str
    count: int


class SecurityLog(Protocol):
    """Bounded in what one address, and all of them together, can make it write. All but `note` raise Unavailable when
    the database is away."""

    async def note(self, refused: RefusedCredential) -> None:
        """Never raises Unavailable: a refusal stays a refusal. What cannot be written now is counted, and written as a
        sum later."""

    async def page(self, criteria: SecurityFilter, *, limit: int, after: tuple[str, ...] | None) -> Page[SecurityEntry]:
        """The latest first; `after` continues a list."""

    async def counts(self, *, since: datetime, until: datetime) -> Sequence[RefusalCount]:
        """By day, method and reason, in this order."""

    async def forget(self, user_id: UUID) -> None:
        """Empty address and device of what speaks of this person."""

    async def sweep(self, now: datetime) -> int:
        """Delete what is older than KEPT or one too many for MOST. How many."""
