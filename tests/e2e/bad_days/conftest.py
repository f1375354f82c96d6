"""One MediaNest with everything embedded for all these tests, and a place that its servers may pass through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bad_days.people import Outside, Person, first_administrator, outside
from tests.e2e.bad_days.running import Running, running
from tests.processes import open_directory


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@pytest.fixture(scope="package")
def world() -> Iterator[Outside]:
    with outside() as standing:
        yield standing


@pytest.fixture(scope="package")
def medianest(world: Outside) -> Iterator[Running]:
    with open_directory() as path, running(path / "home", **world.settings) as standing:
        yield standing


@pytest.fixture(scope="package")
def ada(medianest: Running) -> Person:
    """The administrator: what she asks for is approved at once."""
    return first_administrator(medianest)
