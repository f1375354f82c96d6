"""The request itself, and how it changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from medianest.domain.media_request.events import (
    OwnerChanged,
    RequestApproved,
    RequestCancelled,
    RequestCommented,
    RequestCompleted,
    RequestEvent,
    RequestExpired,
    RequestFailed,
    RequestFollowed,
    RequestHandedOn,
    RequestRejected,
    RequestReopened,
    RequestRetried,
    RequestSubmitted,
    RequestUnfollowed,
    SeasonsAdded,
    TitleLeft,
)
from medianest.domain.media_request.vocabulary import (
    CLOSED,
    OPEN,
    SETTLED,
    MediaType,
    PartStatus,
    RequestStatus,
    parts_of,
    status_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A film, or one season: where it stands and whose quota it was taken from."""

    status: PartStatus
    asked_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRequest:
    request_id: UUID
    owner: UUID
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    title: str
    parts: Mapping[int, Part]
    followers: tuple[UUID, ...] = ()
    gateway_ids: tuple[str, ...] = ()
    comments: frozenset[UUID] = frozenset()
    gone: frozenset[int] = frozenset()
    """Parts that had come and are no longer in the library."""

    @property
    def status(self) -> RequestStatus:
        return status_of([part.status for part in self.parts.values()])

    @property
    def is_live(self) -> bool:
        """It still holds its title: somebody else who asks for the same one joins it."""
        return self.status not in SETTLED

    @property
    def people(self) -> tuple[UUID, ...]:
        return (self.owner, *self.followers)

    def numbers(self, *statuses: str) -> tuple[int, ...]:
        """The parts in one of these statuses, in order."""
        return tuple(sorted(n for n, part in self.parts.items() if part.status in statuses))

    def lacks(self, parts: Collection[int]) -> tuple[int, ...]:
        """Those of `parts` that the request does not ask for, or no longer does."""
        return tuple(sorted(n for n in parts if n not in self.parts or self.parts[n].status in CLOSED))

    def seasons(self, numbers: Collection[int]) -> tuple[int, ...]:
        """`numbers` as events say them: empty for a film."""
        return () if self.media_type == "movie" else tuple(sorted(numbers))


def evolve(state: MediaRequest | None, event: RequestEvent) -> MediaRequest | None:
    if isinstance(event, RequestSubmitted):
        numbers = parts_of(event.media_type, event.seasons)
        return MediaRequest(
            request_id=event.request_id,
            owner=event.requested_by,
            media_type=event.media_type,
            tmdb_id=event.tmdb_id,
            is_4k=event.is_4k,
            title=event.title,
            parts={n: Part(status="pending", asked_by=event.requested_by) for n in numbers},
        )
    if state is None:
        return None
    match event:
        case SeasonsAdded(seasons=seasons, asked_by=asked_by):
            added = {n: Part(status="pending", asked_by=asked_by) for n in seasons}
            return replace(state, parts={**state.parts, **added})
        case RequestApproved(seasons=seasons) | RequestRetried(seasons=seasons):
            return _move(state, seasons, "approved")
        case RequestRejected(seasons=seasons):
            return _move(state, seasons, "rejected")
        case RequestCancelled(seasons=seasons):
            return _move(state, seasons, "cancelled")
        case RequestExpired(seasons=seasons):
            return _move(state, seasons, "expired")
        case RequestReopened(seasons=seasons):
            return _move(state, seasons, "pending")
        case RequestHandedOn(seasons=seasons, gateway_id=gateway_id):
            return replace(_move(state, seasons, "handed_on"), gateway_ids=(*state.gateway_ids, gateway_id))
        case RequestFailed(seasons=seasons):
            return _move(state, seasons, "failed")
        case RequestCompleted(seasons=seasons):
            return _move(state, seasons, "available")
        case TitleLeft(seasons=seasons):
            return replace(state, gone=state.gone | set(parts_of(state.media_type, seasons)))
        case OwnerChanged(owner=owner, previous=previous, is_charged=is_charged):
            heirs = tuple(follower for follower in state.followers if follower != owner)
            parts = _inherited(state, owner, previous) if is_charged else state.parts
            return replace(state, owner=owner, parts=parts, followers=heirs)
        case RequestFollowed(user_id=user_id):
            return replace(state, followers=(*state.followers, user_id))
        case RequestUnfollowed(user_id=user_id):
            return replace(state, followers=tuple(f for f in state.followers if f != user_id))
        case RequestCommented(comment_id=comment_id):
            return replace(state, comments=state.comments | {comment_id})
    return state


def _move(state: MediaRequest, seasons: Collection[int], status: PartStatus) -> MediaRequest:
    moved = set(parts_of(state.media_type, seasons))
    parts = {n: replace(part, status=status) if n in moved else part for n, part in state.parts.items()}
    return replace(state, parts=parts)


def _inherited(state: MediaRequest, owner: UUID, previous: UUID) -> Mapping[int, Part]:
    """What is still to come counts for the new owner; what has come stays with whoever asked for it."""
    return {
        number: replace(part, asked_by=owner) if part.asked_by == previous and part.status in OPEN else part
        for number, part in state.parts.items()
    }
