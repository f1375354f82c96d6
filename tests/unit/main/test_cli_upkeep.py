"""The commands `parked` and `undo`, over operations that answer as they are told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from medianest.application.queries.lines import AuditLine
from medianest.application.queries.parked import FindParked, ListParked, ParkedLine
from medianest.application.undoing import UndoOffer
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.user.events import UserReinstated
from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.parked import Parked
from medianest.ports.views import Page

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOB = UUID(int=0xB0B)
LINE = AuditLine(
    recorded=Recorded(
        position=1042,
        category="user",
        stream_id=BOB,
        version=7,
        event=UserReinstated(user_id=BOB),
        event_id=BOB,
        actor=SYSTEM,
        session_id=None,
        correlation_id="click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=NOON,
    ),
    actor_name=None,
    sentence="MediaNest reinstated Bob",
    body={},
)
OFFER = UndoOffer(
    position=1041,
    action="user.suspended",
    sentence="Ada suspended Bob",
    explanation="Bob will be welcome again.",
    command="ReinstateUser",
    is_possible=True,
)


def parked(first: int = 1042) -> ParkedLine:
    it = Parked(
        reaction="tell_people",
        position=1042,
        stream_id=BOB,
        error="ValueError",
        stack='  File "news.py", line 7, in told\n',
        attempts=3,
        parked_at=NOON,
        waiting=2,
        first=first,
    )
    return ParkedLine(parked=it, event=LINE)


class FakeOperations:
    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.lines = [parked()]
        self.offer = OFFER

    async def ask(self, _settings: Settings, query: Any) -> Any:
        self.asked.append(("ask", query))
        return self.lines[0] if isinstance(query, FindParked) else Page(items=self.lines)

    async def retry_parked(self, _settings: Settings, *what: object) -> None:
        self.asked.append(("retry", *what))

    async def skip_parked(self, _settings: Settings, *what: object) -> None:
        self.asked.append(("skip", *what))

    async def undo_offer(self, _settings: Settings, position: int) -> UndoOffer:
        self.asked.append(("offer", position))
        return self.offer

    async def undo(self, _settings: Settings, position: int) -> Sequence[AuditLine]:
        self.asked.append(("undo", position))
        return [LINE]


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def medianest(operations: FakeOperations, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments], obj=operations, input=typed, env={"COLUMNS": "140"})


def test_what_is_parked_is_a_table_and_the_answer_is_no(operations: FakeOperations) -> None:
    result = medianest(operations, "parked", "list")
    assert result.exit_code == 1
    assert "tell_people:1042" in result.stdout
    assert "MediaNest reinstated Bob" in result.stdout
    assert operations.asked == [("ask", ListParked(limit=100))]
    as_json = json.loads(medianest(operations, "parked", "list", "--json").stdout)
    assert as_json[0]["id"] == "tell_people:1042"
    assert (as_json[0]["waiting"], as_json[0]["parkedAt"]) == (2, "2026-03-01T12:00:00.000Z")


def test_nothing_parked_is_well(operations: FakeOperations) -> None:
    operations.lines = []
    result = medianest(operations, "parked", "list")
    assert (result.exit_code, result.stdout) == (0, "")


def test_one_is_shown_with_its_stack_or_with_the_one_it_waits_for(operations: FakeOperations) -> None:
    assert 'File "news.py", line 7' in medianest(operations, "parked", "show", "tell_people:1042").stdout
    operations.lines = [parked(first=17)]
    shown = medianest(operations, "parked", "show", "tell_people:1042").stdout
    assert "waits behind tell_people:17" in shown
    assert "news.py" not in shown


def test_a_decision_names_the_event_and_a_skip_its_reason(operations: FakeOperations) -> None:
    assert medianest(operations, "parked", "retry", "tell_people:1042").exit_code == 0
    assert medianest(operations, "parked", "skip", "tell_people:1042", "--reason", "Old.").exit_code == 0
    assert operations.asked == [("retry", "tell_people", 1042), ("skip", "tell_people", 1042, "Old.")]


@pytest.mark.parametrize("wrong", ["1042", "tell_people:", "tell_people:x", ":7"])
def test_what_names_no_event_is_a_usage_error(operations: FakeOperations, wrong: str) -> None:
    assert medianest(operations, "parked", "retry", wrong).exit_code == 2
    assert operations.asked == []


def test_an_undo_says_what_will_happen_and_asks_first(operations: FakeOperations) -> None:
    result = medianest(operations, "undo", "1041", typed="n\n")
    assert result.exit_code == 1
    assert "Bob will be welcome again." in result.stderr
    assert operations.asked == [("offer", 1041)]
    result = medianest(operations, "undo", "1041", typed="y\n")
    assert result.exit_code == 0
    assert result.stdout.endswith("1042  MediaNest reinstated Bob\n")
    assert operations.asked[-1] == ("undo", 1041)


def test_an_undo_asks_nothing_where_that_is_said_and_does_nothing_where_that_is(operations: FakeOperations) -> None:
    assert json.loads(medianest(operations, "undo", "1041", "--dry-run", "--json").stdout)["isPossible"] is True
    assert operations.asked == [("offer", 1041)]
    done = json.loads(medianest(operations, "undo", "1041", "--yes", "--json").stdout)
    assert done == [{"position": 1042, "sentence": "MediaNest reinstated Bob"}]


def test_what_cannot_be_undone_says_why(operations: FakeOperations) -> None:
    operations.offer = UndoOffer(
        position=1041,
        action="user.deleted",
        sentence="Ada deleted an account",
        explanation=None,
        command=None,
        is_possible=False,
        code="not_undoable",
        reason="The key is destroyed.",
    )
    result = medianest(operations, "undo", "1041", "--yes")
    assert result.exit_code == 1
    assert "The key is destroyed." in result.stderr
    assert operations.asked == [("offer", 1041)]
