"""What requests, titles, people, notifications and events look like outside."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.application.queries.lines import AuditLine
from medianest.application.queries.notifications import News
from medianest.application.queries.requests import HistoryEntry, RequestSeen
from medianest.domain.media_request.vocabulary import MediaType, PartStatus, RequestStatus
from medianest.domain.notification import NotificationKind, NotificationStatus
from medianest.domain.user import Permission, Role, allowed
from medianest.domain.user.vocabulary import in_order
from medianest.projections.user_directory import Person


class Somebody(Resource):
    """`name` is null once the person is forgotten."""

    id: UUID
    name: str | None


class SeasonOfRequest(Resource):
    number: int
    status: PartStatus


class RequestResource(Resource, kw_only=True):
    """`requestedBy`, `note`, `reason` and `error` are there for the requester, followers and those who manage requests.
    `followers` is how many people follow it; `needsApproval` says that something of it waits for a decision."""

    id: UUID
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    poster_path: str | None
    is_4k: bool
    status: RequestStatus
    needs_approval: bool
    seasons: Sequence[SeasonOfRequest]
    requested_by: Somebody | UnsetType = UNSET
    followers: int
    note: str | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    error: str | UnsetType | None = UNSET
    joined: bool | UnsetType = UNSET
    created_at: Moment
    updated_at: Moment
    version: int


class HistoryResource(Resource):
    """`text` is what somebody wrote with it: a note, a reason, a comment, or what went wrong."""

    position: int
    version: int
    at: Moment
    actor: Somebody
    action: str
    sentence: str
    text: str | None


class QuotaResource(Resource):
    movie_limit: int | None
    movie_days: int
    season_limit: int | None
    season_days: int


class UserResource(Resource):
    """`permissions` is all that the person may do; `granted` what was given to them one by one. `language` and `region`
    are those in which they read about titles, null where they take the house's."""

    id: UUID
    email: str | None
    name: str | None
    role: Role
    permissions: Sequence[Permission]
    granted: Sequence[Permission]
    is_suspended: bool
    is_deleted: bool
    quota: QuotaResource
    language: str | None
    region: str | None
    created_at: Moment
    last_seen_at: Moment | None
    version: int


class NotificationResource(Resource):
    id: UUID
    kind: NotificationKind
    status: NotificationStatus
    is_read: bool
    text: str
    request_id: UUID | None
    created_at: Moment
    read_at: Moment | None


class EventResource(Resource):
    """`recordedAt` is when the log took it, `occurredAt` what it speaks of. `sessionId` is the sign-in, or the API key,
    that it was done under."""

    position: int
    category: str
    stream: UUID
    version: int
    action: str
    actor: Somebody
    sentence: str
    occurred_at: Moment
    recorded_at: Moment
    correlation_id: str
    causation_id: UUID | None
    session_id: UUID | None
    body: dict[str, Any]


def request_resource(seen: RequestSeen, *, joined: bool | UnsetType = UNSET) -> RequestResource:
    card = seen.card
    seasons = [] if card.media_type == "movie" else card.parts
    return RequestResource(
        id=card.request_id,
        media_type=card.media_type,
        tmdb_id=card.tmdb_id,
        title=card.title,
        year=card.year,
        poster_path=card.poster_path,
        is_4k=card.is_4k,
        status=card.status,
        needs_approval=card.needs_approval,
        seasons=[SeasonOfRequest(number=part.number, status=part.status) for part in seasons],
        requested_by=Somebody(id=card.owner, name=seen.owner_name) if seen.is_insider else UNSET,
        followers=len(card.followers),
        note=card.note if seen.is_insider else UNSET,
        reason=card.reason if seen.is_insider else UNSET,
        error=card.error if seen.is_insider else UNSET,
        joined=joined,
        created_at=card.created_at,
        updated_at=card.updated_at,
        version=card.version,
    )


def history_resource(entry: HistoryEntry) -> HistoryResource:
    return HistoryResource(
        position=entry.position,
        version=entry.version,
        at=entry.at,
        actor=Somebody(id=entry.actor, name=entry.actor_name),
        action=entry.tag,
        sentence=entry.sentence,
        text=entry.text,
    )


def user_resource(person: Person) -> UserResource:
    quota = person.quota
    return UserResource(
        id=person.user_id,
        email=person.email,
        name=person.name,
        role=person.role,
        permissions=in_order(allowed(person.role, person.permissions)),
        granted=person.permissions,
        is_suspended=person.is_suspended,
        is_deleted=person.is_deleted,
        quota=QuotaResource(
            movie_limit=quota.movie_limit,
            movie_days=quota.movie_days,
            season_limit=quota.season_limit,
            season_days=quota.season_days,
        ),
        language=person.language,
        region=person.region,
        created_at=person.created_at,
        last_seen_at=person.last_seen_at,
        version=person.version,
    )


def notification_resource(news: News) -> NotificationResource:
    item = news.item
    return NotificationResource(
        id=item.notification_id,
        kind=item.kind,
        status=item.status,
        is_read=item.read_at is not None,
        text=news.sentence,
        request_id=item.request_id,
        created_at=item.created_at,
        read_at=item.read_at,
    )


def event_resource(line: AuditLine) -> EventResource:
    recorded = line.recorded
    return EventResource(
        position=recorded.position,
        category=recorded.category,
        stream=recorded.stream_id,
        version=recorded.version,
        action=recorded.event.tag,
        actor=Somebody(id=recorded.actor, name=line.actor_name),
        sentence=line.sentence,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        correlation_id=recorded.correlation_id,
        causation_id=recorded.causation_id,
        session_id=recorded.session_id,
        body=line.body,
    )


encode = msgspec.json.Encoder().encode
