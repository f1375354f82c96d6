"""The commands that look back, over operations that answer as they are told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner, Result

from medianest.application.differences import Difference
from medianest.application.queries.lines import AuditLine, plain
from medianest.application.queries.streams import Changes, ReadDifferences, ReadStream, StreamThen
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.media_request.events import RequestCancelled
from medianest.main.cli import app
from medianest.main.cli.moments import moment
from medianest.main.event_catalogue import EventEntry
from medianest.main.settings import Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REQUEST = UUID(int=7)


def a_line() -> AuditLine:
    event = RequestCancelled(request_id=REQUEST, seasons=())
    recorded = Recorded(
        position=9,
        category="media_request",
        stream_id=REQUEST,
        version=2,
        event=event,
        event_id=UUID(int=3),
        actor=SYSTEM,
        session_id=None,
        correlation_id="click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=NOON,
    )
    return AuditLine(recorded=recorded, actor_name=None, sentence="MediaNest cancelled it", body=plain(event))


THEN = StreamThen(
    category="media_request",
    stream_id=REQUEST,
    version=2,
    latest_version=3,
    events=[a_line()],
    next_after=None,
    state={"title": "[bold]Dune", "parts": {"0": {"status": "cancelled"}}, "followers": [], "year": None},
)
CHANGES = Changes(
    category="media_request",
    stream_id=REQUEST,
    from_version=1,
    to_version=2,
    latest_version=3,
    differences=[Difference(field="/parts/0/status", change="changed", before="pending", after="cancelled")],
    events=[a_line()],
    next_after=None,
)


class FakeOperations:
    """Remembers what it was asked, and answers each question from its fields."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def ask(self, settings: Settings, query: Any) -> Any:
        self.asked.append(query)
        return THEN if isinstance(query, ReadStream) else CHANGES

    def event_catalogue(self) -> Sequence[EventEntry]:
        return [
            EventEntry(
                tag="a.b",
                schema=3,
                upcast=[1, 2],
                category="a",
                commands=["DoB"],
                views=["board"],
                reactions=["tell"],
                is_retired=False,
            ),
            EventEntry(
                tag="a.c", schema=1, upcast=[], category="a", commands=[], views=[], reactions=[], is_retired=True
            ),
        ]


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def medianest(operations: FakeOperations, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], obj=operations, env={"COLUMNS": "120"})


def test_a_thing_is_shown_with_its_state_and_its_events(operations: FakeOperations) -> None:
    result = medianest(operations, "state", "media_request", str(REQUEST), "--version", "2")
    assert result.exit_code == 0
    shown = ["at version 2, of 3 versions", "title: [bold]Dune", "status: cancelled", "year: null", "cancelled it"]
    assert [words for words in shown if words not in result.stdout] == []
    assert operations.asked == [
        ReadStream(category="media_request", stream_id=REQUEST, moment=2, limit=20, is_tail=True)
    ]


def test_the_state_as_json_is_what_http_answers(operations: FakeOperations) -> None:
    answer = json.loads(medianest(operations, "state", "media_request", str(REQUEST), "--json").stdout)
    assert (answer["latestVersion"], answer["state"]) == (3, THEN.state)
    assert answer["events"][0]["recordedAt"] == "2026-03-01T12:00:00Z"


def test_what_changed_is_shown_field_by_field(operations: FakeOperations) -> None:
    result = medianest(operations, "state", "media_request", str(REQUEST), "--diff", "1", "--version", "2")
    assert "/parts/0/status" in result.stdout
    assert operations.asked == [
        ReadDifferences(category="media_request", stream_id=REQUEST, from_version=1, to=2, limit=20)
    ]
    answer = json.loads(medianest(operations, "state", "media_request", str(REQUEST), "--diff", "1", "--json").stdout)
    assert answer["differences"] == [
        {"field": "/parts/0/status", "change": "changed", "before": "pending", "after": "cancelled"}
    ]


def test_a_version_and_a_time_at_once_or_nonsense_is_a_wrong_command_line(operations: FakeOperations) -> None:
    for wrong in (["--version", "1", "--at", "7d"], ["--at", "last tuesday"], ["--version", "0"], ["--diff", "-1"]):
        assert medianest(operations, "state", "media_request", str(REQUEST), *wrong).exit_code == 2
    assert medianest(operations, "state", "media_request", "7").exit_code == 2
    assert operations.asked == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-02-01T08:00:00Z", datetime(2026, 2, 1, 8, tzinfo=UTC)),
        ("2026-02-01T08:00:00.25+02:00", datetime(2026, 2, 1, 6, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("36h", NOON - timedelta(hours=36)),
        ("7d", NOON - timedelta(days=7)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, meant: datetime) -> None:
    assert moment(text, NOON) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "7", "d", "-7d", "2026-02-30", "2026-02-01T08:00:00", "999999w"])
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        moment(text, NOON)


def test_the_events_are_listed_as_a_table_or_json(operations: FakeOperations) -> None:
    result = medianest(operations, "events", "list")
    assert [
        words for words in ("a.b", "1, 2, 3", "DoB", "board", "tell", "(retired)") if words not in result.stdout
    ] == []
    entry, old = json.loads(medianest(operations, "events", "list", "--json").stdout)
    assert (entry["tag"], entry["upcast"], entry["reactions"]) == ("a.b", [1, 2], ["tell"])
    assert (entry["isRetired"], old["isRetired"]) == (False, True)
