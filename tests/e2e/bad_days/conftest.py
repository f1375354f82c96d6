"""One MediaNest with everything embedded for all these tests, and a place that its servers may pass through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bad_days.disk import SmallDisk, small_disk
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
def disk() -> Iterator[SmallDisk]:
    """What MediaNest's data directory is on."""
    with open_directory() as path, small_disk(path / "disk") as mounted:
        yield mounted


@pytest.fixture(scope="package")
def medianest(world: Outside, disk: SmallDisk) -> Iterator[Running]:
    with running(disk.path / "home", **world.settings) as standing:
        yield standing


@pytest.fixture(scope="package")
def ada(medianest: Running) -> Person:
    """The administrator: what she asks for is approved at once."""
    return first_administrator(medianest)
