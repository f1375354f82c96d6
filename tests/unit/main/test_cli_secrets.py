"""The commands about secrets, over operations that answer as they are told."""

import json
from collections.abc import Callable, Mapping

import pytest
from typer.testing import CliRunner, Result

from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.failures import SealBroken


class FakeSecrets:
    """The operations about secrets. `broken`: what does not open."""

    def __init__(self, counts: Mapping[str, int], broken: str | None = None) -> None:
        self.counts = counts
        self.broken = broken

    async def count_secrets(self, settings: Settings) -> Mapping[str, int]:
        return self.counts

    async def rotate_secrets(self, settings: Settings, on_progress: Callable[[int, int], None]) -> int:
        total = sum(self.counts.values())
        on_progress(total, total)
        if self.broken:
            raise SealBroken(self.broken)
        return total


def secrets(fake: FakeSecrets, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["secrets", *arguments], obj=fake, env={"COLUMNS": "200"})


@pytest.fixture
def some() -> FakeSecrets:
    return FakeSecrets({"plex": 1, "totp": 4})


def test_the_kinds_and_how_many_of_each_are_listed(some: FakeSecrets) -> None:
    result = secrets(some, "list")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines() if line.strip()][2:] == [["plex", "1"], ["totp", "4"]]
    assert json.loads(secrets(some, "list", "--json").stdout) == {"plex": 1, "totp": 4}


def test_where_there_are_none_that_is_said_and_a_script_reads_an_empty_object() -> None:
    result = secrets(FakeSecrets({}), "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no secrets yet" in result.stderr
    assert json.loads(secrets(FakeSecrets({}), "list", "--json").stdout) == {}


def test_rotation_prints_how_many_there_were(some: FakeSecrets) -> None:
    result = secrets(some, "rotate")
    assert (result.exit_code, result.stdout) == (0, "5\n")
    assert "secrets/s" in result.stderr or "5/5" in result.stderr
    assert json.loads(secrets(some, "rotate", "--json").stdout) == {"resealed": 5}


def test_a_secret_that_does_not_open_is_named_and_ends_with_one() -> None:
    result = secrets(FakeSecrets({"totp": 1}, broken="Sealed anew: 0. Not opening: totp of ada."), "rotate")
    assert result.exit_code == 1
    assert "totp of ada" in result.stderr
    assert "mistake" not in result.stderr
