"""The long trials as one command: what ran, what came of it, and that nothing outlives it."""

import os
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from benchmarks.long_trials import FAILED, NOT_TRIED, law_rows, trial_rows
from benchmarks.report import Table
from benchmarks.soak import NOTHING_CHOSEN, Ended, Part, Parts, planned

REPORT = """<testsuites><testsuite tests="3" failures="1" skipped="1" errors="0" time="12.34">
<testcase name="test_well" time="8.2">
<properties><property name="trial" value="killed 8 times"/></properties></testcase>
<testcase name="test_ill" time="700"><failure message="no"/></testcase>
<testcase name="test_left_out" time="0">
<skipped type="pytest.skip" message="needs root">conftest.py:7: needs root</skipped></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(REPORT, "utf-8")
    return path


def python(name: str, source: str, directory: Path) -> Part:
    return Part(name, (sys.executable, "-S", "-c", source), directory / name)


def test_a_trial_says_what_it_did_one_that_failed_its_name_and_one_left_out_why(report: Path) -> None:
    assert trial_rows(report) == [
        [f"{FAILED} `test_ill`", "12 min"],
        [f"{NOT_TRIED} `test_left_out`: needs root", "0 s"],
        ["killed 8 times", "8 s"],
    ]


def test_laws_are_counted_and_the_broken_ones_named(report: Path) -> None:
    assert law_rows(report) == [["2 of `tests/unit`", "12 s"], [f"{FAILED} `test_ill`", "12 min"]]


def test_a_part_that_fails_is_said_to_and_the_next_one_is_tried(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ended = Parts().run([python("one", "print('begun'); raise SystemExit(3)", tmp_path), python("two", "", tmp_path)])
    assert [(each.part.name, each.is_well) for each in ended] == [("one", False), ("two", True)]
    assert capfd.readouterr().out == "one    | begun\n"


def test_that_no_test_ran_is_well_where_a_choice_was_made_and_nowhere_else(tmp_path: Path) -> None:
    laws, trials, load, _ = planned(tmp_path, 4, ["-k", "killed"])
    assert laws.command[-2:] == trials.command[-2:] == ("-k", "killed")
    assert "killed" not in load.command
    for part, is_well in ((laws, True), (trials, True), (load, False), (planned(tmp_path, 4, [])[1], False)):
        nothing = python(part.name, f"raise SystemExit({NOTHING_CHOSEN})", tmp_path)
        (ended,) = Parts().run([nothing._replace(ends_well=part.ends_well)])
        assert ended.is_well is is_well


def test_stopping_ends_what_runs_as_ctrl_c_would_and_begins_nothing_else(tmp_path: Path) -> None:
    begun, cleared = tmp_path / "begun", tmp_path / "cleared"
    os.mkfifo(begun)
    waiting = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    open({str(begun)!r}, "w").close()
    signal.pause()
except KeyboardInterrupt:
    open({str(cleared)!r}, "w").close()
    raise
"""
    parts = Parts()
    seen: list[Ended] = []
    both = [python("one", waiting, tmp_path), python("two", "", tmp_path)]
    thread = threading.Thread(target=lambda: seen.extend(parts.run(both)))
    thread.start()
    begun.read_text()  # until it has been opened for writing
    parts.stop()
    thread.join(10)
    assert [(each.part.name, each.is_well) for each in seen] == [("one", False)]
    assert cleared.exists()


def test_tables_come_back_as_they_were_kept() -> None:
    table = Table("Memory", "Once a minute.", ("what", "most"), [["`serve`", "126 MB"]])
    (back,) = msgspec.json.decode(msgspec.json.encode([table]), type=list[Table])
    assert back.markdown() == table.markdown()
