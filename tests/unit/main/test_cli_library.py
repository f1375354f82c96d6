"""The commands about what the media servers hold."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from typer.testing import CliRunner

from medianest.application.library.reading import ScanProgress
from medianest.application.queries.library import LibraryLine, ListLibraries
from medianest.domain.library import HeldLibrary, NothingHeldBack
from medianest.main.cli.application import app
from medianest.ports.library import ScannedLibrary

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILMS = ScannedLibrary(
    server="plex", uuid="u1", key="1", kind="movie", title="Films", scanned_at=NOON, healthy_at=NOON, items=40, held=40
)
SILENT = ScannedLibrary(
    server="plex", uuid="u2", key="2", kind="show", title="Series", scanned_at=NOON, trouble="unreachable"
)


class Operations:
    """Answers as it is told."""

    def __init__(self, *scanned: ScannedLibrary, question: HeldLibrary | None = None) -> None:
        self.scanned = scanned
        self.question = question
        self.asked: list[tuple[Any, ...]] = []

    async def scan_libraries(
        self, _settings: object, server: str | None, library: str | None, told: Callable[[ScanProgress], None]
    ) -> Sequence[ScannedLibrary]:
        self.asked.append((server, library))
        told(ScanProgress(server="plex", uuid="u1", title="Films", done=40, total=40))
        return self.scanned

    async def ask(self, _settings: object, query: object) -> Sequence[LibraryLine]:
        assert isinstance(query, ListLibraries)
        return [LibraryLine(library=one, question=self.question) for one in self.scanned]

    async def accept_machine(self, _settings: object, server: str) -> str:
        self.asked.append((server,))
        return "anew"

    async def decide_on_removals(self, _settings: object, server: str, library: str, is_allowed: bool) -> None:
        if self.question is None:
            raise NothingHeldBack
        self.asked.append((server, library, is_allowed))


def medianest(operations: Operations, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["library", *arguments], obj=operations, env={"COLUMNS": "160"})


def test_a_scan_says_how_each_ended_and_fails_where_one_says_nothing() -> None:
    told = medianest(Operations(FILMS), "scan", "--server", "plex")
    assert (told.exit_code, told.stdout) == (0, "plex: Films: 40 items in 0.0 s\n")
    told = medianest(Operations(FILMS, SILENT), "scan")
    assert told.exit_code == 1
    assert "plex: Series: the media server does not answer" in told.stdout


def test_scanning_nothing_says_why() -> None:
    told = medianest(Operations(), "scan")
    assert (told.exit_code, "nothing to scan" in told.output) == (0, True)


def test_one_library_is_scanned_by_its_id() -> None:
    operations = Operations(FILMS)
    assert medianest(operations, "scan", "--library", "u1", "--json").exit_code == 0
    assert operations.asked == [(None, "u1")]


def test_the_list_shows_what_waits_for_a_decision_and_how_to_decide() -> None:
    operations = Operations(FILMS, question=HeldLibrary(name="Films", leaving=9, held=40))
    told = medianest(operations, "list")
    assert told.exit_code == 0
    assert "9 of 40 titles are missing" in " ".join(told.output.split())
    [line] = json.loads(medianest(operations, "list", "--json").stdout)
    assert (line["id"], line["titles"], line["heldRemovals"]) == ("u1", 40, {"leaving": 9, "held": 40})


def test_the_owner_decides_and_is_told_where_there_is_nothing_to_decide() -> None:
    operations = Operations(FILMS, question=HeldLibrary(name="Films", leaving=9, held=40))
    assert medianest(operations, "removals", "allow", "plex", "u1").exit_code == 0
    assert medianest(operations, "removals", "decline", "plex", "u1").exit_code == 0
    assert operations.asked == [("plex", "u1", True), ("plex", "u1", False)]
    refused = medianest(Operations(FILMS), "removals", "allow", "plex", "u1")
    assert refused.exit_code != 0
    assert "Nothing waits for a decision" in " ".join(refused.output.split())


def test_a_server_that_was_set_up_anew_is_accepted_and_named() -> None:
    operations = Operations()
    told = medianest(operations, "accept", "plex")
    assert (told.exit_code, operations.asked) == (0, [("plex",)])
    assert "plex is the machine anew now" in " ".join(told.output.split())
