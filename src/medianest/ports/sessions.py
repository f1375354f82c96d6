"""Sessions as they are now: what opens them, where they are used, and when they were last seen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from medianest.domain.session import SignInMethod
from medianest.ports.views import Page


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a token speaks of. `authenticated_at` is when its person last proved who they are. What they may do with it
    is decided whenever they use it."""

    session_id: UUID
    user_id: UUID
    authenticated_at: datetime


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody seems to use, and where they are. `device` is for people ("Firefox on Android"), `client` what the
    program calls itself (User-Agent), `address` an IP address."""

    device: str | None = None
    client: str | None = None
    address: str | None = None


class OpenedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its person sees it."""

    session_id: UUID
    method: SignInMethod
    whereabouts: Whereabouts
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class KeptSession(OpenedSession, frozen=True, kw_only=True):
    """One that may have ended. `ended_at` is None for an open one, and for one that time has ended a while ago."""

    ended_at: datetime | None


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """Something was done with a session."""

    at: datetime
    address: str | None


class RefreshRejected(Exception):
    """The refresh token is unknown, expired, or of an ended session. Using one twice ends its session."""


class RefreshReused(RefreshRejected):
    """It was used before, so somebody else may hold it: `session` has been ended."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


class Sessions(Protocol):
    """Sessions and their refresh tokens, stored hashed. A token is good for one use; a session ends when it is not
    refreshed for a month, and a year after it began."""

    async def open(self, session: Session, method: SignInMethod, whereabouts: Whereabouts) -> str:
        """Start a session; the answer is its first refresh token."""

    async def rotate(self, refresh_token: str, now: datetime) -> tuple[Session, str]:
        """Exchange a refresh token for the next one. Within a grace of 20 seconds the same token gets the same
        successor again: the answer may have been lost. Raises RefreshRejected, and RefreshReused."""

    async def confirm(self, session_id: UUID, now: datetime) -> Session | None:
        """Its person has proved again who they are; None where it has ended."""

    async def end(self, session_ids: Collection[UUID], now: datetime) -> None: ...

    async def of(self, user_id: UUID, now: datetime) -> Sequence[OpenedSession]:
        """The open ones of a person, the one that was seen last first."""

    async def has_used(self, user_id: UUID, device: str | None) -> bool | None:
        """Whether this person was seen on a device of that description; None for whoever never had a session."""


class SessionArchive(Protocol):
    async def kept(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeptSession]:
        """All of a person that are still here, open or not, the last opened first."""


class SessionKeeping(Protocol):
    """What is looked after from time to time."""

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        """Remember when and from where sessions were last used."""

    async def ended_since(self, moment: datetime) -> frozenset[UUID]:
        """Sessions that ended after `moment`."""

    async def expired(self, now: datetime, *, limit: int) -> Sequence[Session]:
        """Sessions that are not marked as ended, and that nothing opens any more."""

    async def forget(self, user_id: UUID) -> None:
        """Delete all that is here about a person."""

    async def sweep(self, now: datetime) -> None:
        """Delete what nobody needs any more: expired tokens, and sessions that ended more than three months ago."""
