"""What can be asked of a media request. `seasons` is empty for a film."""

from dataclasses import dataclass
from uuid import UUID

from medianest.domain.kernel import Command
from medianest.domain.media_request.vocabulary import MediaType


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommand(Command):
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRequest(RequestCommand):
    """The actor asks for a title. Title, year and poster are the metadata provider's, never the client's."""

    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    title: str
    year: int | None
    poster_path: str | None
    seasons: tuple[int, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest(RequestCommand):
    """The actor asks for what a live request already asks for, perhaps with seasons that it lacks."""

    seasons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequest(RequestCommand):
    """Every pending part is approved. `is_automatic`: a rule said so, not a person."""

    is_automatic: bool = False
    seasons: tuple[int, ...] | None = None
    """Only these seasons; None: all that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRequest(RequestCommand):
    """Every pending part is rejected; where none is pending, every open one."""

    reason: str
    seasons: tuple[int, ...] | None = None
    """Only these seasons; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest(RequestCommand):
    """Its owner no longer wants it."""

    charges_heir: bool = False
    """What is still to come counts in the quota of whoever inherits it, from then on. `inheriting` says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireRequest(RequestCommand):
    """Nobody decided for so long that it is no longer waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenRequest(RequestCommand):
    """What was rejected, cancelled or expired waits for a decision again."""

    seasons: tuple[int, ...] | None = None
    """Only these seasons; None: all that are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHandOver(RequestCommand):
    """The gateway has taken these seasons under an id of its own."""

    gateway: str
    gateway_id: str
    seasons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailure(RequestCommand):
    """What was approved or handed on went wrong. `error` is for people to read and holds nothing secret."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequest(RequestCommand):
    """Try again what failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteRequest(RequestCommand):
    """These seasons are in the library; None: all that were asked for."""

    seasons: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLeave(RequestCommand):
    """These seasons, which had come, are no longer in the library; None: all that had."""

    seasons: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRequest(RequestCommand):
    """The actor wants to hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfollowRequest(RequestCommand):
    """The actor no longer wants to hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOnRequest(RequestCommand):
    comment_id: UUID
    text: str
