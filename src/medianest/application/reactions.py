"""Whenever this, then that. Pure: an event in, commands and jobs out."""

from collections.abc import Sequence
from typing import Final

from medianest.application.handlers import TellPeople
from medianest.application.origin import origin
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
from medianest.domain.upkeep import RebuildAsked
from medianest.domain.user.events import UserDeleted
from medianest.ports.work import Job


def hand_on(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever something is approved or tried again, hand it on to the gateway."""
    request_id = str(recorded.stream_id)
    return [Job(name="hand_on", args={"request_id": request_id, **origin(recorded)}, lock=f"hand_on:{request_id}")]


def withdraw(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a request is rejected or cancelled, withdraw at the gateway what was handed on."""
    request_id = str(recorded.stream_id)
    return [Job(name="withdraw", args={"request_id": request_id, **origin(recorded)}, lock=f"withdraw:{request_id}")]


def tell_people(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever something happens to a request, tell the people who should hear of it."""
    return [TellPeople(actor=SYSTEM, at=recorded.occurred_at, recorded=recorded)]


def deliver(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a notification is queued, it is delivered by lying in its recipient's inbox."""
    return [MarkDelivered(actor=SYSTEM, at=recorded.occurred_at, notification_id=recorded.stream_id)]


def forget(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody is deleted, forget what is personal and give up what they asked for."""
    user_id = str(recorded.stream_id)
    return [
        Job(
            name="forget",
            args={"user_id": user_id, "position": recorded.position, **origin(recorded)},
            lock=f"forget:{user_id}",
        )
    ]


def rebuild(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody asks for views to be built anew, build them."""
    if not isinstance(recorded.event, RebuildAsked):
        return []
    rebuild_id, views = str(recorded.event.rebuild_id), ",".join(recorded.event.views)
    return [
        Job(
            name="rebuild",
            args={"rebuild_id": rebuild_id, "views": views, **origin(recorded)},
            lock=f"rebuild:{rebuild_id}",
        )
    ]


REACTIONS: Final[tuple[Reaction, ...]] = (
    Reaction(name="hand_on", events=(RequestApproved, RequestRetried), react=hand_on),
    Reaction(name="withdraw", events=(RequestRejected, RequestCancelled), react=withdraw),
    Reaction(name="tell_people", events=EVENTS, react=tell_people),
    Reaction(name="deliver", events=(NotificationQueued,), react=deliver),
    Reaction(name="forget", events=(UserDeleted,), react=forget),
    Reaction(name="rebuild", events=(RebuildAsked,), react=rebuild),
)
