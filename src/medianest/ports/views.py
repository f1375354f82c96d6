"""Reading what the projections wrote."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeVar
from uuid import UUID

import msgspec

from medianest.domain.media_request.vocabulary import MediaType, RequestStatus
from medianest.domain.user import Permission
from medianest.projections.inbox import InboxItem
from medianest.projections.invitations import InvitationCard
from medianest.projections.request_board import RequestCard
from medianest.projections.user_directory import Person

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """`next_key` continues the list right after its last item (keyset pagination); None at the end."""

    items: Sequence[T]
    next_key: tuple[str, ...] | None = None


BoardSort = Literal["newest", "oldest", "updated", "title"]


class BoardFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`member`: requests that this person owns or follows."""

    status: RequestStatus | None = None
    media_type: MediaType | None = None
    requested_by: UUID | None = None
    member: UUID | None = None
    needs_approval: bool | None = None


class RequestBoard(Protocol):
    async def find(self, request_id: UUID) -> RequestCard | None: ...

    async def those(self, request_ids: Collection[UUID]) -> Mapping[UUID, RequestCard]:
        """Those that there are, by their ids."""

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Sequence[RequestCard]:
        """Requests of any status for these (media type, TMDB id) pairs, newest first."""

    async def list(
        self, criteria: BoardFilter, *, sort: BoardSort, limit: int, after: tuple[str, ...] | None
    ) -> Page[RequestCard]: ...

    async def handed_on(self, *, limit: int, after: tuple[str, ...] | None) -> Page[RequestCard]:
        """Requests that the gateway works on, least recently updated first."""

    async def waiting(self, *, untouched_since: datetime, limit: int) -> Sequence[RequestCard]:
        """Requests of which something waits for a decision and to which nothing happened since, the oldest first."""

    async def with_words(self, text: str, *, limit: int) -> Sequence[UUID]:
        """At most `limit` requests in whose titles the words of `text` follow one another, in whatever case."""

    async def counts(self) -> Mapping[str, int]:
        """The dashboard's counters by name."""


class UserDirectory(Protocol):
    async def find(self, user_id: UUID) -> Person | None: ...

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Person]: ...

    async def allowed(self, permission: Permission) -> Sequence[UUID]:
        """People who may do this and are neither suspended nor deleted."""

    async def everyone(self) -> tuple[Sequence[Person], int]:
        """All people, and the position the view stands at: the start of a copy in memory."""


class Invitations(Protocol):
    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[InvitationCard]:
        """The newest first."""


class Inbox(Protocol):
    async def find(self, notification_ids: Collection[UUID]) -> Sequence[InboxItem]: ...

    async def list(
        self, recipient: UUID, *, is_unread: bool | None, limit: int, after: tuple[str, ...] | None
    ) -> Page[InboxItem]: ...

    async def unread(self, recipient: UUID, *, limit: int) -> Sequence[UUID]: ...

    async def unread_count(self, recipient: UUID) -> int: ...


class Eraser(Protocol):
    async def erase(self) -> int:
        """Empty, in every table of every view, what is personal to people whose key is destroyed. How many rows.

        A view does so by itself when it sees somebody go. What it cannot see: words that a command still under way
        brought in a moment after the deletion, tables of a former shape that nobody follows any more, and those of a
        build that broke off. Whoever is busy with a table is not waited for long: then another time."""


class ViewState(msgspec.Struct, frozen=True, kw_only=True):
    """`lag` in events of the log, `error` the reason why a view stands still. While it `is_built` not, nobody can read
    it yet: it is being folded from the log in the shape that this release knows."""

    name: str
    position: int
    lag: int
    updated_at: datetime | None
    error: str | None = None
    is_built: bool = True


class ViewProgress(Protocol):
    async def states(self) -> Sequence[ViewState]: ...

    async def wait(self, names: Collection[str], *, position: int, timeout: float) -> bool:
        """Whether all these views have reached `position` within `timeout` seconds."""

    async def position(self, names: Collection[str]) -> int:
        """How far all of these views are."""
