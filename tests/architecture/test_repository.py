"""What is committed installs anywhere, and speaks of the product alone."""

import re

import pytest

from medianest.main.settings.catalogue import settings_catalogue
from medianest.main.settings.source import OWN_VARIABLES
from tests.architecture.sources import ROOT, modules, shown, text_files

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Written in two halves, so that this file does not hold what it looks for.
REGISTRIES = tuple("".join(halves) for halves in (("pypi", ".org"), ("python", "hosted"), ("registry.", "npmjs")))
WORKPLACE = tuple("".join(halves) for halves in (("/wo", "rk/"), ("/tmp/", "brief"), ("issues ", "show")))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text("utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_in_a_lock_file_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"))
    assert len(entries) > 20
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_runs_is_what_was_tested() -> None:
    run, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert run.items() <= dev.items()


def test_the_lock_holds_what_the_build_needs() -> None:
    """`make run` installs MediaNest itself without build isolation, so nothing is fetched past the lock."""
    assert "setuptools" in _pins("requirements.lock")


def test_no_committed_file_names_a_registry() -> None:
    assert _holding(REGISTRIES) == []


def test_no_committed_file_speaks_of_the_place_it_was_written_in() -> None:
    assert _holding(WORKPLACE) == []


def test_every_variable_that_the_code_or_a_page_names_is_a_setting() -> None:
    known = {setting.variable for setting in settings_catalogue()}
    named = {
        (shown(path), name)
        for path in [*modules("src"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "Makefile"]
        for name in re.findall(r"\bMEDIANEST_[A-Z][A-Z_]*[A-Z]\b", path.read_text("utf-8"))
        if name not in known and not OWN_VARIABLES.fullmatch(name)
    }
    assert named == set()


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


def _holding(words: tuple[str, ...]) -> list[str]:
    return [shown(path) for path in text_files() if any(word in path.read_text("utf-8") for word in words)]
