"""Libraries that nothing asks for are passed over while others look for them."""

import importlib
import subprocess
import sys

import pytest

from medianest.main.optional_libraries import FOR_LOGS, FOR_ROUTES, FOR_SERVE, FOR_WORK, passed_over

UNUSED = "wsgiref.simple_server"
SERVE = """
    from medianest.main import server
    from medianest.main.documented import documented_app
with passed_over(FOR_ROUTES):
    documented_app()
"""
WORK = """
    from medianest.main import worker
"""


def test_what_is_passed_over_is_absent_and_there_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, UNUSED, raising=False)
    with passed_over([UNUSED]), pytest.raises(ModuleNotFoundError) as absent:
        importlib.import_module(UNUSED)
    assert absent.value.name == UNUSED
    assert importlib.import_module(UNUSED)


def test_what_is_loaded_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.import_module(UNUSED)
    with passed_over([UNUSED]):
        assert importlib.import_module(UNUSED) is known


def test_a_library_is_asked_for_again_when_the_part_that_looked_for_it_failed() -> None:
    before = list(sys.meta_path)
    with pytest.raises(RuntimeError), passed_over([UNUSED]):
        raise RuntimeError
    assert sys.meta_path == before


@pytest.mark.parametrize(("names", "part"), [("FOR_SERVE", SERVE), ("FOR_WORK", WORK)], ids=["serve", "work"])
def test_a_process_that_runs_on_does_without_what_nothing_asks_for(names: str, part: str) -> None:
    program = (
        "import sys\nimport medianest.main.cli\nfrom medianest.main import operations\noperations.serve\n"
        "from medianest.main.optional_libraries import *\n"
        f"with passed_over({names}):{part}"
        "print(*sorted(name for name in sys.modules if '.' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    held = set(done.stdout.splitlines()[-1].split())
    unasked = {*FOR_LOGS, *FOR_ROUTES, *(FOR_SERVE if names == "FOR_SERVE" else FOR_WORK)}
    assert held >= {"medianest", "structlog", "httpx", "dependency_injector"}
    assert not held & unasked
