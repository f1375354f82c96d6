"""`medianest trace`: the story of one click, for people and for scripts."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from medianest.application.causes import Notice, TraceNode
from medianest.application.queries.trace import Trace, TraceNotFound
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.notification import NotificationQueued
from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.work import OpenJob

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEN = UUID(int=5)


class FakeOperations:
    """Answers with `found`, or that there is none."""

    def __init__(self, found: Trace | None) -> None:
        self.found = found

    async def trace(self, settings: Settings, correlation_id: str) -> Trace:
        if self.found is None or correlation_id != self.found.correlation_id:
            raise TraceNotFound
        return self.found


def after(milliseconds: int) -> datetime:
    return NOON + timedelta(milliseconds=milliseconds)


@pytest.fixture
def found() -> Trace:
    queued = NotificationQueued(
        notification_id=UUID(int=9),
        recipient=BEN,
        kind="request_approved",
        request_id=None,
        title="Dune",
        by=None,
        seasons=(),
    )
    recorded = Recorded(
        position=12,
        category="notification",
        stream_id=UUID(int=9),
        version=1,
        event=queued,
        event_id=UUID(int=10),
        actor=SYSTEM,
        session_id=None,
        correlation_id="a-click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=after(20),
    )
    told = TraceNode(
        kind="event",
        name="notification.queued",
        started_at=after(20),
        recorded=recorded,
        sentence="Ben is told: it [bold]was[/bold] approved \x1b[31m",
        notice=Notice(
            recipient=BEN, recipient_name="Ben", text="it was approved", delivered_at=after(30), read_at=None
        ),
    )
    waits = OpenJob(
        name="hand_on", status="waiting", attempts=2, since=after(40), due_at=after(60_000), causation_id=None
    )
    job = TraceNode(kind="job", name="hand_on", started_at=after(40), outcome="waiting", open_job=waits)
    click = TraceNode(
        kind="request",
        name="POST /media/request",
        started_at=NOON,
        ended_at=after(31),
        outcome="201",
        children=[told, job],
    )
    return Trace(correlation_id="a-click", started_at=NOON, ended_at=after(40), is_cut=True, roots=[click])


def medianest(found: Trace | None, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["trace", *arguments], obj=FakeOperations(found), env={"COLUMNS": "150"})


def test_people_see_a_tree_with_times_from_the_click(found: Trace) -> None:
    result = medianest(found, "a-click")
    assert result.exit_code == 0
    assert [line.rstrip() for line in result.stdout.splitlines()] == [
        "2026-03-01 12:00:00.000 UTC, 40 ms to the last effect",
        "└── +0 ms  request POST /media/request  201  31 ms",
        "    ├── +20 ms  Ben is told: it [bold]was[/bold] approved \ufffd[31m  notification.queued at 12, delivered",
        "    └── +40 ms  job hand_on  waiting after 2 attempts, due 2026-03-01T12:01:00+00:00",
    ]
    assert "earliest" in result.stderr


def test_scripts_see_what_http_answers(found: Trace) -> None:
    answer = json.loads(medianest(found, "a-click", "--json").stdout)
    assert answer.keys() == {"correlationId", "startedAt", "endedAt", "isCut", "roots"}
    [click] = answer["roots"]
    told, job = click["children"]
    assert (click["kind"], click["endedAt"], click["outcome"]) == ("request", "2026-03-01T12:00:00.031000Z", "201")
    assert (told["event"]["position"], told["told"]["recipient"]["name"], told["told"]["readAt"]) == (12, "Ben", None)
    assert (job["attempts"], job["dueAt"], job["event"]) == (2, "2026-03-01T12:01:00Z", None)


def test_an_unknown_id_is_one_line_and_a_no() -> None:
    result = medianest(None, "nobody's")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "correlation id" in result.stderr
