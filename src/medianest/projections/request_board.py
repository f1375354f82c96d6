"""The board of requests: one card each, with where its parts stand and who is behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Forgotten, Recorded
from medianest.domain.limits import MediaType
from medianest.domain.media_request.events import (
    EVENTS,
    OwnerChanged,
    RequestEvent,
    RequestFailed,
    RequestFollowed,
    RequestHandedOn,
    RequestRejected,
    RequestSubmitted,
    RequestUnfollowed,
)
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.domain.user.events import UserDeleted
from medianest.projections.kernel import Index, PersonalColumns, Projection, Touch
from medianest.projections.request_parts import MOVING, PartCard, has, parts_after, status_after


class RequestCard(msgspec.Struct, frozen=True, kw_only=True):
    """`note` is its owner's wish in words and `reason` the answer of whoever rejected; each goes when its author is
    forgotten. `reason` and `error` speak of parts that are rejected or failed now. `created_at` and `updated_at` are
    when the first and the latest event occurred; `version` and `position` are the latest event's."""

    request_id: UUID
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    title: str
    year: int | None
    poster_path: str | None
    status: RequestStatus
    needs_approval: bool
    parts: tuple[PartCard, ...]
    owner: UUID
    followers: tuple[UUID, ...] = ()
    note: str | None = None
    note_by: UUID | None = None
    reason: str | None = None
    reason_by: UUID | None = None
    error: str | None = None
    gateway_ids: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime
    version: int
    position: int


def touches(recorded: Recorded) -> Sequence[Touch]:
    if isinstance(recorded.event, UserDeleted):
        person = recorded.event.user_id
        return (Touch("note_by", person), Touch("reason_by", person))
    return (Touch("request_id", recorded.stream_id),)


def apply(card: RequestCard | None, recorded: Recorded) -> RequestCard | None:
    event = recorded.event
    if isinstance(event, RequestSubmitted):
        return _submitted(event, recorded)
    if card is None:
        return None
    if isinstance(event, UserDeleted):
        return _without_words_of(event.user_id, card)
    if not isinstance(event, RequestEvent):
        return card
    card = _moved(_changed(card, event), event)
    return replace(card, updated_at=recorded.occurred_at, version=recorded.version, position=recorded.position)


def _submitted(event: RequestSubmitted, recorded: Recorded) -> RequestCard:
    parts = parts_after((), event.media_type, event)
    note, note_by = _words(event.note, event.requested_by)
    return RequestCard(
        request_id=event.request_id,
        media_type=event.media_type,
        tmdb_id=event.tmdb_id,
        is_4k=event.is_4k,
        title=event.title,
        year=event.year,
        poster_path=event.poster_path,
        status=status_after(parts),
        needs_approval=has(parts, "pending"),
        parts=parts,
        owner=event.requested_by,
        note=note,
        note_by=note_by,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
        version=recorded.version,
        position=recorded.position,
    )


def _changed(card: RequestCard, event: RequestEvent) -> RequestCard:
    match event:
        case RequestRejected(reason=text, rejected_by=author):
            reason, reason_by = _words(text, author)
            return replace(card, reason=reason, reason_by=reason_by)
        case RequestFailed(error=error):
            return replace(card, error=error)
        case RequestHandedOn(gateway_id=gateway_id):
            return replace(card, gateway_ids=(*card.gateway_ids, gateway_id))
        case OwnerChanged(owner=owner):
            return replace(card, owner=owner, followers=_without(card.followers, owner))
        case RequestFollowed(user_id=user_id):
            return replace(card, followers=(*card.followers, user_id))
        case RequestUnfollowed(user_id=user_id):
            return replace(card, followers=_without(card.followers, user_id))
    return card


def _moved(card: RequestCard, event: RequestEvent) -> RequestCard:
    if not isinstance(event, MOVING):
        return card
    parts = parts_after(card.parts, card.media_type, event)
    is_rejected = has(parts, "rejected")
    return replace(
        card,
        parts=parts,
        status=status_after(parts),
        needs_approval=has(parts, "pending"),
        reason=card.reason if is_rejected else None,
        reason_by=card.reason_by if is_rejected else None,
        error=card.error if has(parts, "failed") else None,
    )


def _without_words_of(person: UUID, card: RequestCard) -> RequestCard:
    if card.note_by == person:
        card = replace(card, note=None, note_by=None)
    if card.reason_by == person:
        card = replace(card, reason=None, reason_by=None)
    return card


def _words(text: str | None, author: UUID) -> tuple[str | None, UUID | None]:
    """Forgotten words are no words, so that a rebuild equals the view that saw their author go."""
    return (None, None) if text is None or isinstance(text, Forgotten) else (text, author)


def _without(people: tuple[UUID, ...], person: UUID) -> tuple[UUID, ...]:
    return tuple(other for other in people if other != person)


REQUEST_BOARD: Final[Projection[RequestCard]] = Projection(
    name="request_board",
    shape=2,
    row=RequestCard,
    key="request_id",
    events=(*EVENTS, UserDeleted),
    touches=touches,
    apply=apply,
    indexes=(
        Index("created_at, request_id"),
        Index("updated_at, request_id"),
        Index("lower(title), request_id"),
        Index("to_tsvector('simple', title)", method="gin"),
        Index("status, created_at, request_id"),
        Index("status, lower(title), request_id"),
        Index("owner, created_at, request_id"),
        Index("followers", method="gin"),
        Index("tmdb_id, media_type"),
        Index("created_at, request_id", where="needs_approval"),
        Index("updated_at, request_id", where="""parts @> '[{"status": "handed_on"}]'"""),
        Index("note_by", where="note_by IS NOT NULL", finds_touched=True),
        Index("reason_by", where="reason_by IS NOT NULL", finds_touched=True),
    ),
    personal=(
        PersonalColumns(("note", "note_by"), of="note_by"),
        PersonalColumns(("reason", "reason_by"), of="reason_by"),
    ),
)
