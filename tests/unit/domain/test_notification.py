"""Something that one person should hear of, row by row of the transition table."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import notification
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.notification import (
    Archive,
    MarkDelivered,
    MarkRead,
    NotificationArchived,
    NotificationDelivered,
    NotificationQueued,
    NotificationRead,
    QueueNotification,
)
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, after, given, table

IT = UUID(int=1)
REQUEST = UUID(int=2)


def on_it(actor: UUID) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "notification_id": IT}


NEWS: dict[str, Any] = {
    "recipient": BOB,
    "kind": "request_joined",
    "request_id": REQUEST,
    "title": "Heat",
    "by": CAT,
    "seasons": (),
}
QUEUE = QueueNotification(**on_it(SYSTEM), **NEWS)
DELIVER, READ, ARCHIVE = MarkDelivered(**on_it(SYSTEM)), MarkRead(**on_it(BOB)), Archive(**on_it(BOB))
PASTS: dict[str, tuple[Command, ...]] = {
    "queued": (QUEUE,),
    "delivered": (QUEUE, DELIVER),
    "read": (QUEUE, DELIVER, READ),
    "archived": (QUEUE, ARCHIVE),
}
COMMANDS = {"deliver": DELIVER, "read": READ, "archive": ARCHIVE}
EVENTS = {
    "delivered": NotificationDelivered(notification_id=IT, recipient=BOB),
    "read": NotificationRead(notification_id=IT, recipient=BOB),
    "archived": NotificationArchived(notification_id=IT, recipient=BOB),
}
TABLE = table(notification.__doc__)


@pytest.mark.parametrize(("status", "asked"), TABLE, ids=" then ".join)
def test_a_notification_does_what_its_table_says(status: str, asked: str) -> None:
    trial = after(*PASTS[status]).when(COMMANDS[asked])
    if TABLE[status, asked] == "so":
        trial.then_nothing()
    else:
        trial.then(EVENTS[TABLE[status, asked]])


def test_the_table_speaks_of_every_status_and_every_command() -> None:
    assert set(TABLE) == {(status, asked) for status in PASTS for asked in COMMANDS}


def test_it_is_queued_once() -> None:
    given().when(QUEUE).then(NotificationQueued(notification_id=IT, **NEWS))
    after(QUEUE).when(QUEUE).then_nothing()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_can_be_done_with_one_that_does_not_exist(command: Command) -> None:
    given().when(command).then_refused("notification_not_found", "missing")


@pytest.mark.parametrize("command", [MarkRead(**on_it(ADA)), Archive(**on_it(SYSTEM))], ids=["read", "archive"])
@pytest.mark.parametrize("status", PASTS)
def test_to_anybody_but_its_recipient_it_does_not_exist(status: str, command: Command) -> None:
    after(*PASTS[status]).when(command).then_refused("notification_not_found", "missing")
