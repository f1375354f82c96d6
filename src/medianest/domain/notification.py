"""Something that one person should hear of, in their inbox until they put it away.

It says what kind of news it is, and of which request if it is about one; the sentence is made when it is read, so no
name is kept here.

| a notification that is | deliver   | read | archive  |
|------------------------|-----------|------|----------|
| queued                 | delivered | read | archived |
| delivered              | so        | read | archived |
| read                   | so        | so   | archived |
| archived               | so        | so   | so       |

`so`: already so, nothing happens. Only its recipient reads and archives it: to anybody else it does not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NotificationKind = Literal[
    "request_submitted",
    "seasons_asked",
    "request_approved",
    "request_auto_approved",
    "request_rejected",
    "request_failed",
    "request_available",
    "request_partly_available",
    "request_cancelled",
    "request_expired",
    "request_reopened",
    "request_joined",
    "request_commented",
    "owner_changed",
    "new_device",
    "access_lost",
    "title_left",
    "removals_held_back",
    "media_server_refuses",
]
NotificationStatus = Literal["queued", "delivered", "read", "archived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationCommand(Command):
    notification_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNotification(NotificationCommand):
    """`by` is whoever did what it tells of, None for MediaNest itself; `title` and `seasons` are the request's."""

    recipient: UUID
    kind: NotificationKind
    request_id: UUID | None
    title: str | None
    by: UUID | None
    seasons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDelivered(NotificationCommand):
    """It has been shown to its recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(NotificationCommand):
    """The actor has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive(NotificationCommand):
    """The actor puts it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationEvent(Event):
    notification_id: UUID
    recipient: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationQueued(NotificationEvent):
    tag: ClassVar[str] = "notification.queued"
    kind: NotificationKind
    request_id: UUID | None
    title: str | None
    by: UUID | None
    seasons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDelivered(NotificationEvent):
    tag: ClassVar[str] = "notification.delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRead(NotificationEvent):
    tag: ClassVar[str] = "notification.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationArchived(NotificationEvent):
    tag: ClassVar[str] = "notification.archived"


class NotificationNotFound(Refused):
    code, kind = "notification_not_found", "missing"
    text = "There is no such notification."


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    notification_id: UUID
    recipient: UUID
    status: NotificationStatus = "queued"


def decide(command: NotificationCommand, state: Notification | None) -> Sequence[NotificationEvent]:
    if isinstance(command, QueueNotification):
        return _queue(command) if state is None else []
    if state is None:
        raise NotificationNotFound
    notification_id, recipient = state.notification_id, state.recipient
    match command:
        case MarkDelivered():
            if state.status != "queued":
                return []
            return [NotificationDelivered(notification_id=notification_id, recipient=recipient)]
        case MarkRead(actor=actor):
            _only_recipient(actor, state)
            if state.status in ("read", "archived"):
                return []
            return [NotificationRead(notification_id=notification_id, recipient=recipient)]
        case Archive(actor=actor):
            _only_recipient(actor, state)
            if state.status == "archived":
                return []
            return [NotificationArchived(notification_id=notification_id, recipient=recipient)]
        case _:
            raise TypeError(f"not a command of a notification: {type(command).__name__}")


def _queue(command: QueueNotification) -> Sequence[NotificationEvent]:
    return [
        NotificationQueued(
            notification_id=command.notification_id,
            recipient=command.recipient,
            kind=command.kind,
            request_id=command.request_id,
            title=command.title,
            by=command.by,
            seasons=command.seasons,
        )
    ]


def _only_recipient(actor: UUID, state: Notification) -> None:
    if actor != state.recipient:
        raise NotificationNotFound


def evolve(state: Notification | None, event: NotificationEvent) -> Notification | None:
    if isinstance(event, NotificationQueued):
        return Notification(notification_id=event.notification_id, recipient=event.recipient)
    if state is None:
        return None
    match event:
        case NotificationDelivered():
            return replace(state, status="delivered")
        case NotificationRead():
            return replace(state, status="read")
        case NotificationArchived():
            return replace(state, status="archived")
    return state


NOTIFICATION: Aggregate[NotificationCommand, NotificationEvent, Notification] = Aggregate(
    category="notification",
    commands=(QueueNotification, MarkDelivered, MarkRead, Archive),
    events=(NotificationQueued, NotificationDelivered, NotificationRead, NotificationArchived),
    state=Notification,
    state_version=1,
    stream_id=lambda command: command.notification_id,
    decide=decide,
    evolve=evolve,
)
