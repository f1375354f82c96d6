"""What import-linter cannot say: the rest of the rule about who may import what."""

import sys

from tests.architecture.sources import PACKAGE, imported, modules, shown

CONTAINER = "src/medianest/main/container/"


def test_the_domain_imports_the_standard_library_alone() -> None:
    foreign = {
        shown(path): outside
        for path in (PACKAGE / "domain").rglob("*.py")
        if (outside := {name for name in imported(path) if _is_foreign(name)})
    }
    assert foreign == {}


def test_only_the_container_knows_the_library_that_wires() -> None:
    knowing = [
        shown(path) for path in modules("src") if any(_is_within(n, "dependency_injector") for n in imported(path))
    ]
    assert all(path.startswith(CONTAINER) for path in knowing)


def test_the_domain_has_no_clock_and_no_dice() -> None:
    forbidden = {"random", "secrets", "time", "os", "socket", "asyncio", "threading", "subprocess", "logging"}
    guilty = {
        shown(path): sorted(found)
        for path in (PACKAGE / "domain").rglob("*.py")
        if (found := imported(path) & forbidden)
    }
    assert guilty == {}


def test_reading_the_imports_finds_them_wherever_they_stand() -> None:
    """The tests above could not fail if this did."""
    names = imported(PACKAGE / "main" / "cli" / "seam.py")
    assert {"typer", "uvloop", "medianest.ports.views"} <= names


def _is_foreign(name: str) -> bool:
    return not _is_within(name, "medianest.domain") and name.partition(".")[0] not in sys.stdlib_module_names


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
