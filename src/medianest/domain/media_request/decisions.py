"""What a request answers to each command: one case a column of the transition table."""

from collections.abc import Collection, Sequence
from uuid import UUID

from medianest.domain.media_request import refusals
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CommentOnRequest,
    CompleteRequest,
    ExpireRequest,
    FollowRequest,
    JoinRequest,
    RecordFailure,
    RecordHandOver,
    RecordLeave,
    RejectRequest,
    ReopenRequest,
    RequestCommand,
    RetryRequest,
    SubmitRequest,
    UnfollowRequest,
)
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
from medianest.domain.media_request.state import MediaRequest
from medianest.domain.media_request.vocabulary import CLOSED, MOST_COMMENTS, OPEN, parts_of


def decide(command: RequestCommand, state: MediaRequest | None) -> Sequence[RequestEvent]:
    if isinstance(command, SubmitRequest):
        return _submit(command, state)
    if state is None:
        raise refusals.RequestNotFound
    request_id = state.request_id
    match command:
        case JoinRequest(actor=actor):
            return _join(command, state, actor)
        case ApproveRequest(seasons=seasons, is_automatic=is_automatic):
            chosen = _chosen(state, seasons, state.numbers("pending"))
            if chosen:
                return [
                    RequestApproved(request_id=request_id, seasons=state.seasons(chosen), is_automatic=is_automatic)
                ]
            if _chosen(state, seasons, state.numbers("approved", "handed_on")):
                return []
            raise refusals.RequestAlreadyDecided
        case RejectRequest(actor=actor, reason=reason, seasons=seasons):
            return _reject(state, actor, reason, seasons)
        case CancelRequest():
            return _cancel(command, state)
        case ExpireRequest():
            if waiting := state.numbers("pending"):
                return [RequestExpired(request_id=request_id, seasons=state.seasons(waiting))]
            if state.numbers("expired"):
                return []
            raise refusals.RequestAlreadyDecided
        case ReopenRequest(seasons=seasons):
            if chosen := _chosen(state, seasons, state.numbers(*CLOSED)):
                return [RequestReopened(request_id=request_id, seasons=state.seasons(chosen))]
            if _chosen(state, seasons, state.numbers("pending")):
                return []
            raise refusals.RequestNotClosed
        case RecordHandOver(gateway=gateway, gateway_id=gateway_id):
            chosen = _chosen(state, command.seasons or None, state.numbers("approved"))
            if chosen:
                seasons = state.seasons(chosen)
                return [RequestHandedOn(request_id=request_id, gateway=gateway, gateway_id=gateway_id, seasons=seasons)]
            if gateway_id in state.gateway_ids:
                return []
            raise refusals.RequestNotApproved
        case RecordFailure(error=error):
            if failing := state.numbers("approved", "handed_on"):
                return [RequestFailed(request_id=request_id, error=error, seasons=state.seasons(failing))]
            if state.is_live:
                return []
            raise refusals.RequestClosed
        case RetryRequest():
            if failed := state.numbers("failed"):
                return [RequestRetried(request_id=request_id, seasons=state.seasons(failed))]
            if state.numbers("approved"):
                return []
            raise refusals.RequestNotFailed
        case CompleteRequest(seasons=seasons):
            return _complete(state, seasons)
        case RecordLeave(seasons=seasons):
            there = tuple(number for number in state.numbers("available") if number not in state.gone)
            left = _chosen(state, seasons, there)
            return [TitleLeft(request_id=request_id, seasons=state.seasons(left))] if left else []
        case FollowRequest(actor=actor):
            if actor in state.people:
                return []
            if not state.is_live:
                raise refusals.RequestClosed
            return [RequestFollowed(request_id=request_id, user_id=actor)]
        case UnfollowRequest(actor=actor):
            return [RequestUnfollowed(request_id=request_id, user_id=actor)] if actor in state.followers else []
        case CommentOnRequest():
            return _comment(command, state)
        case _:
            raise TypeError(f"not a command of a media request: {type(command).__name__}")


def _submit(command: SubmitRequest, state: MediaRequest | None) -> Sequence[RequestEvent]:
    if state is not None:
        return []
    if command.media_type == "tv" and not command.seasons:
        raise refusals.SeasonsRequired
    return [
        RequestSubmitted(
            request_id=command.request_id,
            requested_by=command.actor,
            media_type=command.media_type,
            tmdb_id=command.tmdb_id,
            is_4k=command.is_4k,
            title=command.title,
            year=command.year,
            poster_path=command.poster_path,
            seasons=() if command.media_type == "movie" else parts_of("tv", command.seasons),
            note=command.note,
        )
    ]


def _join(command: JoinRequest, state: MediaRequest, actor: UUID) -> Sequence[RequestEvent]:
    if not state.is_live:
        raise refusals.RequestClosed
    events: list[RequestEvent] = []
    if actor not in state.people:
        events.append(RequestFollowed(request_id=state.request_id, user_id=actor))
    if lacking := state.lacks(parts_of(state.media_type, command.seasons)):
        events.append(SeasonsAdded(request_id=state.request_id, asked_by=actor, seasons=lacking))
    return events


def _reject(state: MediaRequest, actor: UUID, reason: str, seasons: tuple[int, ...] | None) -> Sequence[RequestEvent]:
    if not reason.strip():
        raise refusals.TextRequired("Say why: the person who asked will read it.")
    rejected = _chosen(state, seasons, state.numbers("rejected"))
    chosen = _chosen(state, seasons, state.numbers(*OPEN))
    if seasons is None and chosen:
        if not state.numbers("pending") and rejected:
            # The same rejection sent twice must not go on to what is approved.
            raise refusals.RequestAlreadyDecided("Some seasons are rejected already. Name those to reject as well.")
        chosen = state.numbers("pending") or chosen
    if chosen:
        return [
            RequestRejected(
                request_id=state.request_id, rejected_by=actor, seasons=state.seasons(chosen), reason=reason
            )
        ]
    if rejected and (seasons is not None or state.status == "rejected"):
        return []
    raise refusals.RequestAlreadyDecided


def _cancel(command: CancelRequest, state: MediaRequest) -> Sequence[RequestEvent]:
    actor = command.actor
    if state.status == "cancelled" and actor == state.owner:
        return []
    if actor != state.owner:
        raise refusals.NotYourRequest
    if not (chosen := state.numbers(*OPEN)):
        raise refusals.RequestClosed
    if state.followers:
        heir, is_charged = state.followers[0], command.charges_heir
        return [OwnerChanged(request_id=state.request_id, owner=heir, previous=actor, is_charged=is_charged)]
    return [RequestCancelled(request_id=state.request_id, seasons=state.seasons(chosen))]


def _comment(command: CommentOnRequest, state: MediaRequest) -> Sequence[RequestEvent]:
    if command.comment_id in state.comments:
        return []
    if not command.text.strip():
        raise refusals.TextRequired
    if len(state.comments) >= MOST_COMMENTS:
        raise refusals.TooManyComments
    return [
        RequestCommented(
            request_id=state.request_id, comment_id=command.comment_id, author=command.actor, text=command.text
        )
    ]


def _complete(state: MediaRequest, seasons: tuple[int, ...] | None) -> Sequence[RequestEvent]:
    if state.status in CLOSED:
        raise refusals.RequestClosed
    chosen = _chosen(state, seasons, state.numbers(*OPEN))
    if not chosen:
        return []
    is_whole = set(chosen) == set(state.numbers(*OPEN))
    return [RequestCompleted(request_id=state.request_id, seasons=state.seasons(chosen), is_whole=is_whole)]


def _chosen(state: MediaRequest, seasons: Collection[int] | None, allowed: tuple[int, ...]) -> tuple[int, ...]:
    """Those of `allowed` that `seasons` name; all of them where it names none."""
    if seasons is None or state.media_type == "movie":
        return allowed
    if strangers := set(seasons) - set(state.parts):
        raise refusals.SeasonsNotOfThisRequest(f"The request does not speak of season {min(strangers)}.")
    return tuple(n for n in allowed if n in set(seasons))
