"""What can happen to a media request. Names and fields are the stored format: add, never change.

`seasons` is empty for a film.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from medianest.domain.kernel import Event, Personal
from medianest.domain.media_request.vocabulary import MediaType


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSubmitted(RequestEvent):
    tag: ClassVar[str] = "media_request.submitted"
    requested_by: UUID
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    title: str
    year: int | None
    poster_path: str | None
    seasons: tuple[int, ...]
    note: Annotated[str | None, Personal(of="requested_by")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonsAdded(RequestEvent):
    """Somebody who joined asked for seasons that the request lacked. They wait for their own approval."""

    tag: ClassVar[str] = "media_request.seasons_added"
    asked_by: UUID
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestApproved(RequestEvent):
    tag: ClassVar[str] = "media_request.approved"
    seasons: tuple[int, ...]
    is_automatic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(RequestEvent):
    tag: ClassVar[str] = "media_request.rejected"
    rejected_by: UUID
    seasons: tuple[int, ...]
    reason: Annotated[str, Personal(of="rejected_by")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelled(RequestEvent):
    tag: ClassVar[str] = "media_request.cancelled"
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExpired(RequestEvent):
    """Nobody decided on these in time. They may be asked for again."""

    tag: ClassVar[str] = "media_request.expired"
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReopened(RequestEvent):
    """A rejection, a cancellation or an expiry was taken back: these wait for a decision again."""

    tag: ClassVar[str] = "media_request.reopened"
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChanged(RequestEvent):
    """The owner left; the earliest follower is the owner now. `is_charged`: what was counted in the quota of whoever
    left, and is still to come, counts in the new owner's from now on; else it stays where it was."""

    tag: ClassVar[str] = "media_request.owner_changed"
    owner: UUID
    previous: UUID
    is_charged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandedOn(RequestEvent):
    tag: ClassVar[str] = "media_request.handed_on"
    gateway: str
    gateway_id: str
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed(RequestEvent):
    tag: ClassVar[str] = "media_request.failed"
    error: str
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRetried(RequestEvent):
    tag: ClassVar[str] = "media_request.retried"
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCompleted(RequestEvent):
    """These seasons arrived. `is_whole`: with them, all that was asked for is there."""

    tag: ClassVar[str] = "media_request.completed"
    seasons: tuple[int, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleLeft(RequestEvent):
    """These had come, and are no longer in the library. The request is as fulfilled as it was; somebody who wants
    them asks anew."""

    tag: ClassVar[str] = "media_request.title_left"
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFollowed(RequestEvent):
    tag: ClassVar[str] = "media_request.followed"
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestUnfollowed(RequestEvent):
    tag: ClassVar[str] = "media_request.unfollowed"
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommented(RequestEvent):
    tag: ClassVar[str] = "media_request.commented"
    comment_id: UUID
    author: UUID
    text: Annotated[str, Personal(of="author")]


EVENTS: tuple[type[RequestEvent], ...] = (
    RequestSubmitted,
    SeasonsAdded,
    RequestApproved,
    RequestRejected,
    RequestCancelled,
    RequestExpired,
    RequestReopened,
    OwnerChanged,
    RequestHandedOn,
    RequestFailed,
    RequestRetried,
    RequestCompleted,
    TitleLeft,
    RequestFollowed,
    RequestUnfollowed,
    RequestCommented,
)
