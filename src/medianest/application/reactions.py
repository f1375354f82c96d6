"""Whenever this, then that. Pure: an event in, commands and jobs out."""

from collections.abc import Sequence
from typing import Final

from medianest.application.handlers import TellPeople
from medianest.application.reaction import Reaction
from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.media_request.events import (
    EVENTS,
    RequestApproved,
    RequestCancelled,
    RequestRejected,
    RequestRetried,
)
from medianest.domain.notification import MarkDelivered, NotificationQueued
from medianest.domain.user.events import UserDeleted
from medianest.ports.work import Job


def hand_on(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever something is approved or tried again, hand it on to the gateway."""
    request_id = str(recorded.stream_id)
    origin = {"correlation_id": recorded.correlation_id, "causation_id": str(recorded.event_id)}
    return [Job(name="hand_on", args={"request_id": request_id, **origin}, lock=f"hand_on:{request_id}")]


def withdraw(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a request is rejected or cancelled, withdraw at the gateway what was handed on."""
    request_id = str(recorded.stream_id)
    return [Job(name="withdraw", args={"request_id": request_id}, lock=f"withdraw:{request_id}")]


def tell_people(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever something happens to a request, tell the people who should hear of it."""
    return [TellPeople(actor=SYSTEM, at=recorded.occurred_at, recorded=recorded)]


def deliver(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a notification is queued, it is delivered by lying in its recipient's inbox."""
    return [MarkDelivered(actor=SYSTEM, at=recorded.occurred_at, notification_id=recorded.stream_id)]


def forget(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody is deleted, forget what is personal and give up what they asked for."""
    user_id = str(recorded.stream_id)
    position = recorded.position
    return [Job(name="forget", args={"user_id": user_id, "position": position}, lock=f"forget:{user_id}")]


REACTIONS: Final[tuple[Reaction, ...]] = (
    Reaction(name="hand_on", events=(RequestApproved, RequestRetried), react=hand_on),
    Reaction(name="withdraw", events=(RequestRejected, RequestCancelled), react=withdraw),
    Reaction(name="tell_people", events=EVENTS, react=tell_people),
    Reaction(name="deliver", events=(NotificationQueued,), react=deliver),
    Reaction(name="forget", events=(UserDeleted,), react=forget),
)
