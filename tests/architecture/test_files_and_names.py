"""A file is a room, and names say what a thing is."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import PACKAGE, modules, shown, tree

LARGEST = 250  # lines
CEREMONY = 15  # lines; a room has 40 or more, but a small port and what keeps it may need less

SMALL_FOR_A_REASON = {
    "src/medianest/__main__.py": "`python -m medianest`",
    "src/medianest/ports/surroundings.py": "the clock and the ids: nothing else belongs with them",
    "src/medianest/projections/catalog.py": "the table of contents of the views",
}

BANNED = {"Manager", "Helper", "Util", "Utils", "Base", "Abstract", "Impl", "Dto", "DTO", "Data", "Info"}


def test_no_file_is_longer_than_a_room() -> None:
    too_long = {
        shown(path): lines for path in modules("src", "tests", "benchmarks") if (lines := _lines(path)) > LARGEST
    }
    assert not too_long


def test_no_file_exists_for_ceremony() -> None:
    small = [shown(path) for path in modules("src") if path.name != "__init__.py" and _lines(path) <= CEREMONY]
    unexplained = [name for name in small if name not in SMALL_FOR_A_REASON]
    assert not unexplained, "\n".join(unexplained)


def test_no_class_carries_a_word_that_says_nothing() -> None:
    guilty = [
        f"{shown(path)}: {node.name}"
        for path in modules("src", "benchmarks")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and BANNED & set(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", node.name))
    ]
    assert not guilty, "\n".join(guilty)


def test_no_module_carries_a_word_that_says_nothing() -> None:
    words = {word.lower() for word in BANNED} | {"helpers", "common", "misc"}
    guilty = [shown(path) for path in PACKAGE.rglob("*.py") if words & set(path.stem.lower().strip("_").split("_"))]
    assert not guilty, "\n".join(guilty)


def test_every_module_says_what_it_is() -> None:
    silent = [shown(path) for path in modules("src") if path.stat().st_size and not ast.get_docstring(tree(path))]
    assert silent == []


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
