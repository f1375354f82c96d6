"""`medianest export` and `medianest import`, over operations that answer as they are told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from medianest.adapters.eventlog.transfer.files import LogFileRefused
from medianest.adapters.eventlog.transfer.lines import Copied
from medianest.main.cli import app
from medianest.main.settings import Settings

WORDS = "four words of no kin"


class FakeOperations:
    """Remembers what it was asked, and raises `failure` if there is one."""

    def __init__(self, *, has_keys: bool = False, failure: Exception | None = None) -> None:
        self.copied = Copied(events=1000, seals=2, head=1003, has_keys=has_keys)
        self.failure = failure
        self.asked: list[tuple[object, ...]] = []

    async def export_log(
        self, settings: Settings, path: Path, passphrase: str | None, on_progress: Callable[[int, int], None]
    ) -> Copied:
        self.asked.append(("export", path, passphrase))
        return self._copied(on_progress)

    async def import_log(
        self, settings: Settings, path: Path, ask_passphrase: Callable[[], str], on_progress: Callable[[int, int], None]
    ) -> Copied:
        self.asked.append(("import", path, ask_passphrase() if self.copied.has_keys else None))
        return self._copied(on_progress)

    def _copied(self, on_progress: Callable[[int, int], None]) -> Copied:
        if self.failure is not None:
            raise self.failure
        for done in (0, 400, 1000):
            on_progress(done, 1000)
        return self.copied


def medianest(operations: FakeOperations, *arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(app, [*arguments], obj=operations, env={**environ, "COLUMNS": "100"})


def test_a_log_is_exported_with_its_progress_and_what_it_holds(tmp_path: Path) -> None:
    operations = FakeOperations()
    result = medianest(operations, "export", str(tmp_path / "log.gz"))
    assert operations.asked == [("export", tmp_path / "log.gz", None)]
    assert result.stdout == ""
    assert "1000/1000" in result.stderr
    assert "1,000 events under 2 seals" in result.stderr
    answer = json.loads(medianest(operations, "export", str(tmp_path / "log.gz"), "--json").stdout)
    assert answer == {"events": 1000, "seals": 2, "head": 1003, "withKeys": False}


def test_the_passphrase_comes_from_the_environment_and_is_no_misspelt_setting(tmp_path: Path) -> None:
    operations = FakeOperations(has_keys=True)
    for arguments in (("export", "--with-keys", str(tmp_path / "log")), ("import", str(tmp_path / "log"))):
        result = medianest(operations, *arguments, MEDIANEST_EXPORT_PASSPHRASE=WORDS)
        assert result.exit_code == 0
        assert "no setting" not in result.stderr
        assert WORDS not in result.output
    assert [asked[2] for asked in operations.asked] == [WORDS, WORDS]


def test_without_a_terminal_a_passphrase_is_asked_for_in_words(tmp_path: Path) -> None:
    operations = FakeOperations(has_keys=True)
    for arguments in (("export", "--with-keys", str(tmp_path / "log")), ("import", str(tmp_path / "log"))):
        result = medianest(operations, *arguments)
        assert result.exit_code == 2
        assert "Set MEDIANEST_EXPORT_PASSPHRASE" in result.stderr
    assert operations.asked == []


@pytest.mark.parametrize("has_keys", [True, False])
def test_an_import_says_what_to_do_next(tmp_path: Path, has_keys: bool) -> None:
    result = medianest(
        FakeOperations(has_keys=has_keys), "import", str(tmp_path / "log"), MEDIANEST_EXPORT_PASSPHRASE=WORDS
    )
    assert "Start MediaNest" in result.stderr
    assert ("admin create" in result.stderr) is not has_keys


def test_a_refused_file_is_one_line_without_a_bar(tmp_path: Path) -> None:
    operations = FakeOperations(failure=LogFileRefused("log, line 7: it was changed. Nothing was imported."))
    result = medianest(operations, "import", str(tmp_path / "log"))
    assert (result.exit_code, result.stderr) == (1, "log, line 7: it was changed. Nothing was imported.\n")
