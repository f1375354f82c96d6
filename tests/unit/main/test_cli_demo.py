"""`medianest demo`: what it asks for, and what it prints."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from medianest.main.cli import app
from medianest.main.demo.place import Account, Demonstration
from medianest.main.settings import Secret, Settings


class FakeDemonstrations:
    """Made at once, and over as soon as they have said where they are."""

    def __init__(self) -> None:
        self.filled: list[tuple[int, Path | None, int]] = []
        self.run: list[tuple[int, float]] = []
        self.status = 0

    async def fill_demo(
        self, settings: Settings, directory: Path | None, events: int, on_progress: Callable[[str, int, int], None]
    ) -> tuple[Settings, Demonstration]:
        self.filled.append((settings.port, directory, events))
        on_progress("history", events, events)
        accounts = (Account("ada@example.org", "administrator"), Account("hugo@example.org", "suspended"))
        within = Settings(data_dir=Path("/house-demo"), port=settings.port)
        made = Demonstration(password=Secret("pass"), webhook=Secret("hook"), accounts=accounts, events=events)
        return within, made

    async def run_demo(self, settings: Settings, arrival: float, told: Callable[[str], None]) -> int:
        self.run.append((settings.port, arrival))
        told(f"http://127.0.0.1:{settings.port}")
        return self.status


@pytest.fixture
def operations() -> FakeDemonstrations:
    return FakeDemonstrations()


def demo(operations: FakeDemonstrations, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["demo", *arguments], obj=operations)


def test_it_prints_accounts_their_password_and_what_to_try(operations: FakeDemonstrations) -> None:
    result = demo(operations, "--port", "9000")
    assert result.exit_code == 0
    assert "Everybody's password: pass\n" in result.stdout
    assert "  ada@example.org   administrator\n  hugo@example.org  suspended\n" in result.stdout
    assert """'{"email": "ada@example.org", "password": "pass"}'""" in result.stdout
    assert "http://127.0.0.1:9000/schema" in result.stdout
    assert "MEDIANEST_DATA_DIR=/house-demo" in result.stdout
    assert (operations.filled, operations.run) == ([(9000, None, 600)], [(9000, 60.0)])


def test_it_only_fills_where_that_is_asked_for(operations: FakeDemonstrations) -> None:
    result = demo(operations, "--fill-only", "--events", "5000", "--directory", "/tmp/house")
    assert result.stdout == "5,000 events in /house-demo.\n"
    assert operations.filled == [(8484, Path("/tmp/house"), 5000)]
    assert operations.run == []


def test_it_ends_with_the_status_of_the_parent(operations: FakeDemonstrations) -> None:
    operations.status = 69
    assert demo(operations).exit_code == 69


def test_too_few_events_for_a_story_are_refused(operations: FakeDemonstrations) -> None:
    assert demo(operations, "--events", "10").exit_code == 2
    assert operations.filled == []
