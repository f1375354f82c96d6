"""The repository's own files, for the tests that read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "medianest"
KEPT = ("src", "tests", "benchmarks", "docs", ".ci")
TEXT = {".cfg", ".css", ".html", ".json", ".lock", ".lua", ".md", ".py", ".sql", ".toml", ".txt", ".yaml", ".yml", ""}


def modules(*folders: str) -> list[Path]:
    """Python files below these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def text_files() -> Iterator[Path]:
    """Every file that a person would read: the top level and all that is kept below it."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT and path.name != ".git")
    for folder in KEPT:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it, by its full name."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def shown(path: Path) -> str:
    """A path as people write it: from the repository's root."""
    return path.relative_to(ROOT).as_posix()
