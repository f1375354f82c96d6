"""The commands about views: what they ask, print and end with."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar, cast
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from medianest.application.queries.views import ListRebuilds
from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.front_door import Query
from medianest.ports.rebuilds import RebuildRunning, RebuildState, RebuildStatus, RowDifference, ViewCheck
from medianest.ports.views import ViewState

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeOperations:
    """Remembers what it was asked, and answers from its fields."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.is_running = False
        self.rebuilds: list[RebuildStatus] = []
        self.differences: dict[str, tuple[RowDifference, ...]] = {}
        self.states = [
            ViewState(name="dashboard", position=12, lag=0, updated_at=NOON),
            ViewState(name="inbox", position=7, lag=5, updated_at=None, is_built=False),
        ]

    async def projection_states(self, settings: Settings) -> Sequence[ViewState]:
        return self.states

    async def ask(self, settings: Settings, query: Query[T]) -> T:
        assert isinstance(query, ListRebuilds)
        return cast("T", self.rebuilds)

    async def rebuild(
        self, settings: Settings, names: Sequence[str], resume: bool, on_progress: Callable[[int, int], None]
    ) -> int:
        if self.is_running:
            raise RebuildRunning
        self.asked.append(("rebuild", list(names), resume))
        for done in (0, 400, 1000):
            on_progress(done, 1000)
        return 1000

    async def verify_view(self, settings: Settings, name: str, on_progress: Callable[[int, int], None]) -> ViewCheck:
        self.asked.append(("verify", name))
        on_progress(12, 12)
        found = self.differences.get(name, ())
        return ViewCheck(name=name, position=12, compared=40, differing=len(found), differences=found, checked_at=NOON)


def a_rebuild(state: RebuildState, *views: str) -> RebuildStatus:
    return RebuildStatus(
        rebuild_id=UUID(int=1),
        views=views,
        state=state,
        position=400,
        head=1000,
        asked_by=None,
        asked_at=NOON,
        finished_at=None,
        error=None,
    )


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def medianest(operations: FakeOperations, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["projections", *arguments], obj=operations, env={"COLUMNS": "100"})


def test_views_are_listed_one_a_line(operations: FakeOperations) -> None:
    assert medianest(operations, "list").stdout == "dashboard\ninbox\n"


def test_the_status_of_views_is_a_table_or_json(operations: FakeOperations) -> None:
    result = medianest(operations, "status")
    assert result.exit_code == 0
    assert "2026-03-01T12:00:00.000Z" in result.stdout
    assert "is being built" in result.stdout
    states = json.loads(medianest(operations, "status", "inbox", "--json").stdout)
    assert states == [{"name": "inbox", "isBuilt": False, "position": 7, "lag": 5, "updatedAt": None, "error": None}]


def test_the_status_says_how_far_rebuilds_are(operations: FakeOperations) -> None:
    operations.rebuilds = [a_rebuild("running", "inbox", "dashboard"), a_rebuild("completed", "inbox")]
    lines = medianest(operations, "status").stdout.splitlines()
    assert lines[-1] == "inbox, dashboard: rebuild running, at event 400 of 1000"
    assert "completed" not in "".join(lines)


def test_a_view_that_stands_still_fails_the_status(operations: FakeOperations) -> None:
    operations.states = [ViewState(name="dashboard", position=3, lag=9, updated_at=NOON, error="[bold]no such column")]
    result = medianest(operations, "status")
    assert result.exit_code == 1
    assert "[bold]no such column" in result.stdout


def test_views_are_rebuilt_with_their_progress_on_stderr(operations: FakeOperations) -> None:
    result = medianest(operations, "rebuild", "inbox", "dashboard", "--json")
    assert operations.asked == [("rebuild", ["inbox", "dashboard"], False)]
    answer = json.loads(result.stdout)
    assert (answer["views"], answer["position"]) == (["inbox", "dashboard"], 1000)
    assert "1000/1000" in result.stderr


def test_all_views_are_rebuilt_together_and_a_broken_off_rebuild_goes_on(operations: FakeOperations) -> None:
    result = medianest(operations, "rebuild", "--all", "--resume")
    assert operations.asked == [("rebuild", ["dashboard", "inbox"], True)]
    assert "dashboard, inbox are built anew, up to event 1000" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["inbox", "--all"]])
def test_a_rebuild_is_of_named_views_or_of_all(operations: FakeOperations, arguments: list[str]) -> None:
    result = medianest(operations, "rebuild", *arguments)
    assert result.exit_code == 2
    assert "--all" in result.stderr
    assert operations.asked == []


def test_a_view_that_is_being_built_already_is_left_alone(operations: FakeOperations) -> None:
    operations.is_running = True
    result = medianest(operations, "rebuild", "inbox")
    assert result.exit_code == 1
    assert "being built already" in result.stderr


def test_a_view_that_does_not_exist_is_a_wrong_command_line(operations: FakeOperations) -> None:
    for command in ("rebuild", "verify"):
        result = medianest(operations, command, "audti")
        assert result.exit_code == 2
        assert "dashboard, inbox" in result.stderr
    assert operations.asked == []


def test_views_that_are_as_the_log_says_verify(operations: FakeOperations) -> None:
    result = medianest(operations, "verify")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "dashboard: 40 rows are as the log says, up to event 12"
    assert operations.asked == [("verify", "dashboard"), ("verify", "inbox")]


def test_rows_that_differ_are_named_and_what_to_do_is_said(operations: FakeOperations) -> None:
    operations.differences["inbox"] = (
        RowDifference(key="7", kind="different", columns=("title", "position")),
        RowDifference(key="8", kind="missing"),
        RowDifference(key="9", kind="extra"),
    )
    result = medianest(operations, "verify", "inbox")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "inbox: 3 of 40 rows differ from what the log says",
        "  7  differs in title, position",
        "  8  is not in the view",
        "  9  is not in the log's telling",
    ]
    assert "medianest projections rebuild inbox" in result.stderr
    (check,) = json.loads(medianest(operations, "verify", "inbox", "--json").stdout)
    assert check["differences"][0] == {"key": "7", "kind": "different", "columns": ["title", "position"]}


def test_a_table_in_a_pipe_is_not_folded(operations: FakeOperations) -> None:
    error = "a reason that is longer than what most terminals are wide " * 3
    operations.states = [ViewState(name="dashboard", position=3, lag=9, updated_at=NOON, error=error.strip())]
    result = CliRunner().invoke(app, ["projections", "status"], obj=operations, env={"COLUMNS": None})
    assert error.strip() in result.stdout
