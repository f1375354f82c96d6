"""The commands, over operations that answer as they are told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from medianest.adapters.embedded.account import ServersUnavailable
from medianest.adapters.postgres.migrations import SchemaDrift
from medianest.domain.kernel import Refused
from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.failures import LogUnavailable
from medianest.ports.views import ViewState

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeOperations:
    """Remembers what it was asked, answers from its fields, and raises `failure` if there is one."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[tuple[object, ...]] = []
        self.status = 0
        self.token: str | None = "one-time"
        self.applied = [1, 2]
        self.missing: list[str] = []
        self.states = [
            ViewState(name="dashboard", position=12, lag=0, updated_at=NOON),
            ViewState(name="inbox", position=7, lag=5, updated_at=None),
        ]

    async def serve(self, settings: Settings) -> None:
        self._ask("serve", settings.port)

    async def work(self, settings: Settings) -> None:
        self._ask("work")

    async def up(self, settings: Settings) -> int:
        self._ask("up")
        return self.status

    async def migrate(self, settings: Settings) -> list[int]:
        self._ask("migrate")
        return self.applied

    async def setup_token(self, settings: Settings) -> str | None:
        self._ask("setup_token")
        return self.token

    async def create_administrator(self, settings: Settings, email: str, name: str, password: str) -> str:
        self._ask("create_administrator", email, name, password)
        return "some-id"

    async def reset_password(self, settings: Settings, email: str, password: str, *, keep_other_ways: bool) -> None:
        self._ask("reset_password", email, password, *(["keep_other_ways"] if keep_other_ways else []))

    async def unlock(self, settings: Settings, email: str) -> None:
        self._ask("unlock", email)

    async def projection_states(self, settings: Settings) -> Sequence[ViewState]:
        return self.states

    async def build_missing(self, settings: Settings, on_progress: Callable[[int, int], None]) -> Sequence[str]:
        return self.missing

    def openapi(self) -> Mapping[str, Any]:
        self._ask("openapi")
        return {"openapi": "3.1.0", "info": {"title": "MediaNest"}}

    async def database_url(self, settings: Settings) -> str:
        self._ask("database_url")
        return "postgresql:///medianest?host=/run/x"

    def _ask(self, *what: object) -> None:
        self.asked.append(what)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def medianest(operations: FakeOperations, *arguments: str, typed: str = "", **environ: str) -> Result:
    return CliRunner().invoke(app, [*arguments], obj=operations, input=typed, env={**environ, "COLUMNS": "100"})


def test_serve_and_work_run_with_the_settings_of_the_environment(operations: FakeOperations) -> None:
    assert medianest(operations, "serve", MEDIANEST_PORT="9000").exit_code == 0
    assert medianest(operations, "work").exit_code == 0
    assert operations.asked == [("serve", 9000), ("work",)]


def test_up_ends_with_the_status_of_the_parent(operations: FakeOperations) -> None:
    operations.status = 69
    assert medianest(operations, "up").exit_code == 69


def test_migrate_says_what_it_did(operations: FakeOperations) -> None:
    assert medianest(operations, "migrate").stdout == "Applied: 0001, 0002.\n"
    operations.missing = ["inbox"]
    assert json.loads(medianest(operations, "migrate", "--json").stdout) == {"applied": [1, 2], "built": ["inbox"]}
    operations.applied = []
    assert medianest(operations, "migrate").stdout == "Built: inbox.\n"
    operations.missing = []
    assert medianest(operations, "migrate").stdout == "Already up to date.\n"


def test_the_setup_token_stands_alone_on_stdout(operations: FakeOperations) -> None:
    assert medianest(operations, "setup-token").stdout == "one-time\n"


def test_no_setup_token_is_a_no_that_a_script_can_see(operations: FakeOperations) -> None:
    operations.token = None
    result = medianest(operations, "setup-token")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "administrator already" in result.stderr
    assert json.loads(medianest(operations, "setup-token", "--json").stdout) == {"setupToken": None}


def test_an_administrator_is_made_with_a_password_from_stdin(operations: FakeOperations) -> None:
    given = ("admin", "create", "--email", "ada@example.org", "--name", "Ada", "--password-stdin")
    result = medianest(operations, *given, typed="correct horse \n")
    assert result.stdout == "some-id\n"
    assert operations.asked == [("create_administrator", "ada@example.org", "Ada", "correct horse ")]


def test_somebody_who_cannot_get_in_is_let_in_from_the_machine(operations: FakeOperations) -> None:
    given = ("admin", "reset-password", "--email", "ada@example.org", "--password-stdin")
    assert medianest(operations, *given, typed="correct horse \n").exit_code == 0
    assert medianest(operations, "admin", "unlock", "--email", " ada@example.org ").exit_code == 0
    assert operations.asked == [("reset_password", "ada@example.org", "correct horse "), ("unlock", "ada@example.org")]
    assert medianest(operations, *given, "--keep-other-ways", typed="correct horse\n").exit_code == 0
    assert operations.asked[-1] == ("reset_password", "ada@example.org", "correct horse", "keep_other_ways")


def test_without_a_terminal_or_a_password_nobody_is_made(operations: FakeOperations) -> None:
    given = ("admin", "create", "--email", "ada@example.org", "--name", "Ada")
    assert medianest(operations, *given).exit_code == 2
    assert medianest(operations, *given, "--password-stdin", typed="\n").exit_code == 2
    assert operations.asked == []


def test_openapi_goes_to_stdout_or_a_file(operations: FakeOperations, tmp_path: Path) -> None:
    assert json.loads(medianest(operations, "openapi").stdout)["openapi"] == "3.1.0"
    result = medianest(operations, "openapi", "--output", str(tmp_path / "api.json"))
    assert result.stdout == ""
    assert json.loads((tmp_path / "api.json").read_text())["openapi"] == "3.1.0"
    assert medianest(operations, "openapi", "--output", str(tmp_path / "none" / "api.json")).exit_code == 1


def test_database_url_and_version_print_nothing_else(operations: FakeOperations) -> None:
    assert medianest(operations, "database-url").stdout == "postgresql:///medianest?host=/run/x\n"
    number = medianest(operations, "version").stdout.strip()
    assert json.loads(medianest(operations, "version", "--json").stdout) == {"version": number}


@pytest.mark.parametrize(
    ("failure", "status", "line"),
    [
        (Refused("Not now."), 1, "Not now.\n"),
        (LogUnavailable(), 69, f"{LogUnavailable.text}\n"),
        (ServersUnavailable("It runs already."), 69, "It runs already.\n"),
        (SchemaDrift("The database is newer."), 1, "The database is newer.\n"),
        (FileNotFoundError(2, "No such file", "/x"), 1, "[Errno 2] No such file: '/x'\n"),
    ],
)
def test_a_failure_is_one_line_and_a_status(failure: Exception, status: int, line: str) -> None:
    result = medianest(FakeOperations(failure), "migrate")
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", line)


def test_a_mistake_of_ours_shows_no_text_that_might_hold_a_secret() -> None:
    result = medianest(FakeOperations(KeyError("hunter2")), "migrate")
    assert result.exit_code == 1
    assert "KeyError" in result.stderr
    assert "hunter2" not in result.stderr


def test_debug_lets_the_stack_trace_through() -> None:
    result = medianest(FakeOperations(Refused("Not now.")), "--debug", "migrate")
    assert isinstance(result.exception, Refused)


def test_a_wrong_setting_stops_every_command_that_reads_settings(operations: FakeOperations) -> None:
    for command in (["up"], ["serve"], ["migrate"], ["projections", "list"], ["database-url"]):
        result = medianest(operations, *command, MEDIANEST_PORT="x")
        assert result.exit_code == 78
        assert result.stderr.startswith("MEDIANEST_PORT: 'x' is not a port")
    assert operations.asked == []


def test_a_wrong_command_line_is_a_usage_error(operations: FakeOperations) -> None:
    assert medianest(operations, "migrat").exit_code == 2
    assert medianest(operations, "serve", "--port", "1").exit_code == 2


def test_whoever_has_read_enough_of_an_answer_hears_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "medianest", "events", "list", "--json"]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")
