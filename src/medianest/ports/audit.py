"""The audit trail: the log itself, asked who did what to which thing, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from medianest.domain.kernel import Recorded
from medianest.ports.views import Page


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted: those that fit every field that is given. An empty set fits none.

    `tags` are stored names of events, of the closed catalogue. Each set of `about` holds ids of streams and of
    people, one of which must be the event's stream or its actor. `without_actors` and `without_streams` leave out.
    `since` and `until` (aware, UTC) bound the recording time, the first inclusive.
    """

    actors: frozenset[UUID] | None = None
    tags: frozenset[str] | None = None
    streams: frozenset[UUID] | None = None
    about: tuple[frozenset[UUID], ...] = ()
    without_actors: frozenset[UUID] = frozenset()
    without_streams: frozenset[UUID] = frozenset()
    correlation: str | None = None
    causation: UUID | None = None
    session: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the `counted` newest matches are of each category, action (a stored name) and actor; the most
    frequent first. `is_all`: there are no older matches than these."""

    categories: Mapping[str, int]
    actions: Mapping[str, int]
    actors: Mapping[UUID, int]
    counted: int
    is_all: bool


class AuditTrail(Protocol):
    """Raises LogUnavailable from every method when the database is away. An event that this release cannot read is
    there as `Unread`: who did something, where and when is known of it all the same."""

    async def latest(self, criteria: AuditFilter, *, limit: int, before: int | None) -> Page[Recorded]:
        """Newest first; `before` is the position that the last page ended at."""

    async def onward(self, criteria: AuditFilter, *, after: int, until: int | None, limit: int) -> Sequence[Recorded]:
        """At most `limit` matches with `after` < position <= `until`, oldest first: for exports, and for following."""

    async def streams(self, criteria: AuditFilter, *, at_most: int) -> frozenset[UUID]:
        """The streams of the `at_most` newest matches."""

    async def facets(self, criteria: AuditFilter, *, at_most: int) -> Facets:
        """Counts over the `at_most` newest matches."""
