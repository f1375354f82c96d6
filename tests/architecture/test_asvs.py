"""docs/asvs.md: every requirement that was set stands there once, with tests that exist or with a reason."""

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from tests.architecture.sources import ROOT, tree

PAGE = ROOT / "docs" / "asvs.md"

REQUIRED: Mapping[str, Sequence[int]] = {
    **{"1.2": (4, 5, 9, 10), "1.3": (6, 7, 11, 12), "1.5": (1, 2)},
    **{"2.2": (1, 2, 3), "2.3": (1, 2, 3, 4), "2.4": (1,)},
    **{"3.3": (1, 2, 3, 4), "3.4": (1, 2, 3, 4, 5, 6), "3.5": (1, 2, 3), "3.7": (2,)},
    **{"4.1": (1, 3, 4), "4.4": (2, 3, 4)},
    **{"5.2": (1, 2, 4), "5.3": (2,), "5.4": (1, 2)},
    **{"6.2": (1, 3, 4, 5, 8, 9, 12), "6.3": (1, 2, 4, 5, 7, 8), "6.4": (1, 3, 6), "6.5": (1, 2, 3, 5, 6)},
    **{"6.6": (2, 3), "6.8": (1, 2)},
    **{"7.2": (1, 2, 3, 4), "7.3": (1, 2), "7.4": (1, 2, 3, 5), "7.5": (1, 2)},
    **{"8.2": (1, 2, 3), "8.3": (1, 2)},
    **{"9.1": (1, 2, 3), "9.2": (1, 2, 3)},
    **{"10.1": (2,), "10.2": (1,), "10.4": (5, 8), "10.5": (1, 2, 3, 4)},
    **{"11.3": (2, 3), "11.4": (2,), "11.5": (1,)},
    **{"13.2": (4, 5), "13.3": (1,), "13.4": (2, 5)},
    **{"14.2": (1,), "14.3": (2,)},
    **{"15.2": (2,), "15.3": (1, 2, 3, 4)},
    **{"16.2": (1, 2, 5), "16.3": (1, 2, 3, 4), "16.4": (1, 2), "16.5": (1, 2, 3, 4)},
}

ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|")
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
REASON = re.compile(r"(?:Partly|Not met|Does not apply): \S.{20,}")


@cache
def rows() -> Mapping[str, tuple[str, Sequence[tuple[str, str]]]]:
    """How each is met, and by which tests it is held: file and name."""
    found = [match for line in PAGE.read_text("utf-8").splitlines() if (match := ROW.fullmatch(line.strip()))]
    assert len({match[1] for match in found}) == len(found), "a requirement stands there twice"
    return {match[1]: (match[3], TEST.findall(match[4])) for match in found}


def test_every_requirement_stands_there_once_and_in_order() -> None:
    wanted = [f"{section}.{number}" for section, numbers in REQUIRED.items() for number in numbers]
    assert len(wanted) == 129
    assert list(rows()) == wanted


def test_no_line_of_a_table_is_misread() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    assert len([line for line in lines if re.match(r"\| *\d", line)]) == len(rows())
    assert sum(line.count(".py::") for line in lines) == sum(len(tests) for _, tests in rows().values())


def test_what_is_not_held_by_a_test_says_why() -> None:
    assert [number for number, (how, tests) in rows().items() if not tests and not REASON.match(how)] == []


def test_what_is_not_met_in_full_says_so_in_a_sentence() -> None:
    words = ("Partly", "Not met", "Does not apply")
    assert [number for number, (how, _) in rows().items() if how.startswith(words) and not REASON.match(how)] == []


@pytest.mark.parametrize("file", sorted({file for _, tests in rows().values() for file, _ in tests}))
def test_every_test_that_is_named_exists(file: str) -> None:
    path = ROOT / "tests" / file
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    named = {test for _, tests in rows().values() for where, test in tests if where == file}
    assert named <= {function.name for function in functions}
