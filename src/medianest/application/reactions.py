"""Whenever this, then that. Pure: an event in, commands and jobs out."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid5

from medianest.application.handlers import TellOfAccess, TellOfLibraries, TellPeople
from medianest.application.origin import origin
from medianest.application.reaction import Reaction
from medianest.domain.api_key import ApiKeyMade
from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.library import RemovalsAllowed, RemovalsDeclined, RemovalsHeldBack
from medianest.domain.linked_account import AccessLost, AccountLinked, AccountUnlinked
from medianest.domain.media_request.events import (
    EVENTS,
    RequestApproved,
    RequestCancelled,
    RequestRejected,
    RequestRetried,
)
from medianest.domain.media_server import TokenRefused
from medianest.domain.notification import MarkDelivered, NotificationQueued, QueueNotification
from medianest.domain.second_factor import SecondFactorEnrolled, SecondFactorRemoved
from medianest.domain.session import SessionOpened
from medianest.domain.upkeep import RebuildAsked
from medianest.domain.user.events import PasswordChanged, UserDeleted, UserLockedOut
from medianest.ports.work import Job

CHANGES: Final = (
    SecondFactorEnrolled,
    SecondFactorRemoved,
    AccountLinked,
    AccountUnlinked,
    ApiKeyMade,
    UserLockedOut,
)
"""What somebody should hear of as soon as it happens to their account."""


def hand_on(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever something is approved or tried again, hand it on to the gateway."""
    return [_of_request("hand_on", recorded)]


def withdraw(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a request is rejected or cancelled, withdraw at the gateway what was handed on."""
    return [_of_request("withdraw", recorded)]


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


def tell_of_device(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody signs in on a device that was not seen before, tell them in their inbox and by letter."""
    event = recorded.event
    if not isinstance(event, SessionOpened) or not event.is_new_device:
        return []
    notice = QueueNotification(
        actor=SYSTEM,
        at=recorded.occurred_at,
        notification_id=uuid5(recorded.event_id, str(event.user_id)),
        recipient=event.user_id,
        kind="new_device",
        request_id=None,
        title=None,
        by=None,
    )
    letter = {"user_id": str(event.user_id), "session_id": str(event.session_id)}
    return [notice, _letter("send_new_device", recorded, letter)]


def tell_of_access(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody loses access where they sign in from, tell them and those who manage people."""
    return [TellOfAccess(actor=SYSTEM, at=recorded.occurred_at, recorded=recorded)]


def tell_of_libraries(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever removals are held back, or a media server refuses our token, tell those who look after services."""
    return [TellOfLibraries(actor=SYSTEM, at=recorded.occurred_at, recorded=recorded)]


def carry_out_removals(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody decides on removals that were held back, carry out what they said."""
    event = recorded.event
    if not isinstance(event, RemovalsAllowed | RemovalsDeclined):
        return []
    args: dict[str, str | int | bool | None] = {
        "server": event.server,
        "library_uuid": event.library_uuid,
        "decided_at": recorded.occurred_at.isoformat(),
        "is_allowed": isinstance(event, RemovalsAllowed),
        "leaving": event.leaving,
        "name": event.name,
    }
    lock = f"carry_out_removals:{recorded.event_id}"
    return [Job(name="carry_out_removals", args={**args, **origin(recorded)}, lock=lock)]


def tell_of_password(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever somebody has another password, tell them by letter, whoever set it."""
    event = recorded.event
    if not isinstance(event, PasswordChanged):
        return []
    session = recorded.session_id if recorded.actor == recorded.stream_id else None
    letter = {
        "user_id": str(recorded.stream_id),
        "session_id": str(session) if session else None,
        "keys": ",".join(map(str, event.keys)),
        "providers": ",".join(event.providers),
    }
    return [_letter("send_password_changed", recorded, letter)]


def tell_of_change(recorded: Recorded) -> Sequence[Command | Job]:
    """Whenever a way into an account comes or goes, or somebody guesses at it, tell its person by letter."""
    event = recorded.event
    if not isinstance(event, CHANGES):
        return []
    session = recorded.session_id if recorded.actor == event.user_id else None
    letter = {"user_id": str(event.user_id), "what": event.tag, "session_id": str(session) if session else None}
    return [_letter("send_account_changed", recorded, letter)]


def _of_request(name: str, recorded: Recorded) -> Job:
    """Urgent: what was put off for something that happened before does not hold up this."""
    request_id = str(recorded.stream_id)
    args = {"request_id": request_id, **origin(recorded)}
    return Job(name=name, args=args, lock=f"{name}:{request_id}", is_urgent=True)


def _letter(name: str, recorded: Recorded, args: Mapping[str, str | None]) -> Job:
    at = {"at": recorded.occurred_at.isoformat()}
    return Job(name=name, args={**args, **at, **origin(recorded)}, lock=f"{name}:{recorded.event_id}")


REACTIONS: Final[tuple[Reaction, ...]] = (
    Reaction(name="hand_on", events=(RequestApproved, RequestRetried), react=hand_on),
    Reaction(name="withdraw", events=(RequestRejected, RequestCancelled), react=withdraw),
    Reaction(name="tell_people", events=EVENTS, react=tell_people),
    Reaction(name="deliver", events=(NotificationQueued,), react=deliver),
    Reaction(name="forget", events=(UserDeleted,), react=forget),
    Reaction(name="rebuild", events=(RebuildAsked,), react=rebuild),
    Reaction(name="tell_of_device", events=(SessionOpened,), react=tell_of_device),
    Reaction(name="tell_of_password", events=(PasswordChanged,), react=tell_of_password),
    Reaction(name="tell_of_change", events=CHANGES, react=tell_of_change),
    Reaction(name="tell_of_access", events=(AccessLost,), react=tell_of_access),
    Reaction(name="tell_of_libraries", events=(RemovalsHeldBack, TokenRefused), react=tell_of_libraries),
    Reaction(name="carry_out_removals", events=(RemovalsAllowed, RemovalsDeclined), react=carry_out_removals),
)
