"""One MediaNest, a process that serves and one that works, for everything that is thrown at it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from medianest.adapters.standin import PlexTvStandin
from tests.e2e.bad_days.people import Outside, Person, first_administrator, member, outside
from tests.e2e.bad_days.running import Running, end, free_port
from tests.e2e.hostile.wire import Wire
from tests.processes import open_directory
from tests.servers import RunServers

KEY = "the one key of a MediaNest that many throw stones at"


@pytest.fixture(scope="package")
def world() -> Iterator[Outside]:
    with outside() as standing:
        yield standing


@pytest.fixture(scope="package")
def settings(servers: RunServers, worker_number: int, world: Outside) -> Iterator[Mapping[str, str]]:
    """What all processes of this MediaNest have to be told."""
    with servers.database(migrated=True) as url:
        plex_tv = PlexTvStandin(port=free_port())
        world.open(plex_tv)
        yield {
            "database_url": url,
            "redis_url": servers.redis_url(48 + worker_number),
            "secret_key": KEY,
            **world.settings,
            "plex_tv_url": plex_tv.url,
        }
        world.close(plex_tv)


@pytest.fixture(scope="package")
def medianest(settings: Mapping[str, str]) -> Iterator[Running]:
    """The process that serves."""
    with open_directory() as home, ExitStack() as stack:
        for kind in ("work", "serve"):
            process = Running(home / kind, kind, **settings)
            stack.callback(end, process)
        yield process.started()


@pytest.fixture(scope="package")
def ada(medianest: Running) -> Person:
    """The administrator."""
    return first_administrator(medianest)


@pytest.fixture(scope="package")
def ben(ada: Person) -> Person:
    """A member."""
    return member(ada, "ben")


@pytest.fixture
def wire(medianest: Running) -> Wire:
    """A way to say anything at all to it."""
    return Wire(int(medianest.port))
