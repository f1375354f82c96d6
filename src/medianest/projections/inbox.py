"""What each person is told. Sentences are made when they are read: here are only ids and what happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Recorded
from medianest.domain.notification import (
    NotificationArchived,
    NotificationDelivered,
    NotificationKind,
    NotificationQueued,
    NotificationRead,
    NotificationStatus,
)
from medianest.projections.kernel import Index, Projection, Touch


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """`by` is who did what it speaks of. `created_at` is when it was queued; `position` is its latest event's."""

    notification_id: UUID
    recipient: UUID
    kind: NotificationKind
    status: NotificationStatus
    request_id: UUID | None
    title: str | None
    by: UUID | None
    seasons: tuple[int, ...]
    created_at: datetime
    read_at: datetime | None = None
    position: int


def touches(recorded: Recorded) -> Sequence[Touch]:
    return (Touch("notification_id", recorded.stream_id),)


def apply(item: InboxItem | None, recorded: Recorded) -> InboxItem | None:
    event = recorded.event
    if isinstance(event, NotificationQueued):
        return InboxItem(
            notification_id=event.notification_id,
            recipient=event.recipient,
            kind=event.kind,
            status="queued",
            request_id=event.request_id,
            title=event.title,
            by=event.by,
            seasons=event.seasons,
            created_at=recorded.occurred_at,
            position=recorded.position,
        )
    if item is None:
        return None
    match event:
        case NotificationDelivered():
            item = replace(item, status="delivered")
        case NotificationRead():
            item = replace(item, status="read", read_at=recorded.occurred_at)
        case NotificationArchived():
            item = replace(item, status="archived")
        case _:
            return item
    return replace(item, position=recorded.position)


INBOX: Final[Projection[InboxItem]] = Projection(
    name="inbox",
    shape=1,
    row=InboxItem,
    key="notification_id",
    events=(NotificationQueued, NotificationDelivered, NotificationRead, NotificationArchived),
    touches=touches,
    apply=apply,
    indexes=(
        Index("recipient, created_at, notification_id", where="status <> 'archived'"),
        Index("recipient, created_at, notification_id", where="status IN ('queued', 'delivered')"),
    ),
)
