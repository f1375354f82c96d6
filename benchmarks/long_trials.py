"""What a run of the tests says it did, out of the report that pytest leaves (the form of JUnit's XML)."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

FAILED = "**failed**"
NOT_TRIED = "**not tried**"


def law_rows(report: Path) -> list[list[str]]:
    """One row for all of them, and one for each that failed."""
    rows = []
    for suite in _root(report).iter("testsuite"):
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        rows.append([f"{tests - skipped:,} of `tests/unit`", lasting(float(suite.get("time", 0)))])
    rows += [[f"{FAILED} {_name(case)}", _lasted(case)] for case in _cases(report) if _has_failed(case)]
    return rows


def trial_rows(report: Path) -> list[list[str]]:
    """What each trial told of itself; of those that failed at least the name, and of those left out the reason."""
    rows = []
    for case in _cases(report):
        if (left_out := case.find("skipped")) is not None:
            rows.append([f"{NOT_TRIED} {_name(case)}: {left_out.get('message') or 'no reason given'}", _lasted(case)])
            continue
        told = [each.get("value", "") for each in case.iter("property") if each.get("name") == "trial"]
        if _has_failed(case):
            told = [f"{FAILED} {text}" for text in told or [_name(case)]]
        rows += [[text, _lasted(case)] for text in told]
    return sorted(rows)


def lasting(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _root(report: Path) -> ElementTree.Element:
    return ElementTree.parse(report).getroot()


def _cases(report: Path) -> Iterator[ElementTree.Element]:
    yield from _root(report).iter("testcase")


def _has_failed(case: ElementTree.Element) -> bool:
    return any(case.find(kind) is not None for kind in ("failure", "error"))


def _name(case: ElementTree.Element) -> str:
    return f"`{case.get('name', '')}`"


def _lasted(case: ElementTree.Element) -> str:
    return lasting(float(case.get("time", 0)))
