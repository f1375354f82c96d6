"""What `medianest audit` says of the seals, over operations that answer as they are told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from medianest.adapters.eventlog.seals.anchor import Anchor
from medianest.adapters.eventlog.seals.findings import SealFault, SealReport
from medianest.main.cli import app
from medianest.main.settings import Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = SealReport(after=0, position=200, events=190, seals=7, unsealed=3, seal=7, mac=b"mac", seconds=0.4, fault=None)
FAULT = SealFault(
    kind="changed", position=17, last=17, seal=2, text="Position 17 was changed after it had been sealed."
)
ANCHOR = Anchor(position=200, seal=7, key_id=1, mac="ab" * 32, sealed_at=NOON, head=203)


class FakeSeals:
    """The operations about seals. `after` and `anchor` are those last asked for."""

    def __init__(self, report: SealReport = GOOD) -> None:
        self.report = report
        self.after = -1
        self.anchor: bytes | None = None

    async def verify_seals(
        self, settings: Settings, after: int, anchor: bytes | None, on_progress: Callable[[int, int], None]
    ) -> SealReport:
        self.after, self.anchor = after, anchor
        on_progress(200, 203)
        return self.report

    async def seal_anchor(self, settings: Settings) -> Anchor:
        return ANCHOR

    async def rotate_seal_key(self, settings: Settings) -> int:
        return 2


def audit(seals: FakeSeals, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments], obj=seals, env={"COLUMNS": "200"})


def test_an_untouched_record_is_said_in_one_line() -> None:
    seals = FakeSeals()
    result = audit(seals, "verify")
    assert (result.exit_code, seals.after, seals.anchor) == (0, 0, None)
    assert "Nobody touched the record: 190 events, positions 1 to 200, 7 seals" in result.stdout
    assert "3 more are not sealed yet." in result.stdout
    empty = msgspec.structs.replace(GOOD, events=0, seals=0)
    assert "Nothing is sealed there yet: 3 events wait" in audit(FakeSeals(empty), "verify").stdout


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_fault_ends_with_one_and_says_what_where_and_what_next(form: tuple[str, ...]) -> None:
    result = audit(FakeSeals(msgspec.structs.replace(GOOD, position=16, fault=FAULT)), "verify", *form)
    assert result.exit_code == 1
    line = result.stderr.splitlines()[-1]
    assert line.startswith("Position 17 was changed")
    assert "compare it with your last backup" in line


def test_a_script_reads_the_fault_as_json() -> None:
    seals = FakeSeals(msgspec.structs.replace(GOOD, position=16, fault=FAULT))
    answer = json.loads(audit(seals, "verify", "--from", "12", "--json").stdout)
    assert seals.after == 11
    assert (answer["isUntouched"], answer["position"]) == (False, 16)
    assert answer["fault"] == {"kind": "changed", "position": 17, "last": 17, "seal": 2, "text": FAULT.text}
    assert json.loads(audit(FakeSeals(), "verify", "--json").stdout)["fault"] is None


def test_an_anchor_is_written_and_compared_with(tmp_path: Path) -> None:
    seals, kept = FakeSeals(), tmp_path / "anchor.json"
    assert json.loads(audit(seals, "anchor").stdout)["format"] == "medianest-anchor"
    written = audit(seals, "anchor", "--output", str(kept))
    assert (written.exit_code, written.stdout) == (0, "")
    assert "up to position 200" in written.stderr
    assert audit(seals, "verify", "--anchor", str(kept)).exit_code == 0
    assert msgspec.json.decode(seals.anchor or b"", type=Anchor) == ANCHOR
    assert audit(seals, "verify", "--anchor", str(tmp_path / "nothing")).exit_code == 2


def test_the_number_of_a_new_key_stands_alone_on_stdout() -> None:
    assert audit(FakeSeals(), "rotate-key").stdout == "2\n"
    assert json.loads(audit(FakeSeals(), "rotate-key", "--json").stdout) == {"keyId": 2}
