"""`--help` teaches, answers at once, and is written down."""

import inspect
import subprocess
import sys
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from medianest.main.cli import app
from medianest.main.cli.seam import Operations
from medianest.main.docs.cli_page import commands

# What takes longer to import than a person wants to wait for a help page.
HEAVY = (
    "litestar",
    "psycopg",
    "eventsourcing",
    "redis",
    "httpx",
    "procrastinate",
    "cryptography",
    "uvicorn",
    "msgspec",
)
EXPECTED = {
    "up", "demo", "serve", "work", "migrate", "setup-token", "admin create", "projections list", "projections status",
    "projections rebuild", "openapi", "database-url", "version",
    "state", "events list", "export", "import",
}  # fmt: skip
COMMANDS = dict(commands(typer.main.get_command(app)))


def test_every_promised_command_is_there() -> None:
    assert {path.removeprefix("medianest ") for path in COMMANDS} >= EXPECTED


@pytest.mark.parametrize("path", COMMANDS)
def test_the_help_of_a_command_shows_how_to_use_it(path: str) -> None:
    result = CliRunner().invoke(app, [*path.split()[1:], "--help"], terminal_width=200)
    assert result.exit_code == 0
    assert f"    {path}" in result.stdout or f"$({path}" in result.stdout or f"| {path}" in result.stdout
    assert all(parameter.help for parameter in COMMANDS[path].params), "an option without a word about it"


def test_the_help_page_names_the_exit_statuses() -> None:
    text = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())
    assert all(f"{status} " in text for status in (0, 1, 2, 69, 78))


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom medianest.main.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_operations_are_what_the_commands_expect() -> None:
    from medianest.main import operations  # late: the modules behind it are many

    for name, promised in inspect.getmembers(Operations, inspect.isfunction):
        if name.startswith("_"):
            continue
        kept = getattr(operations, name)
        assert list(inspect.signature(kept).parameters) == list(inspect.signature(promised).parameters)[1:], name
        assert inspect.iscoroutinefunction(kept) == inspect.iscoroutinefunction(promised), name


def test_a_password_is_never_an_argument() -> None:
    names = {option for command in COMMANDS.values() for option in _options(command)}
    assert "--password" not in names
    assert "--password-stdin" in names


def _options(command: Any) -> list[str]:
    return [option for parameter in command.params for option in parameter.opts]
