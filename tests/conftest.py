"""Real servers for whoever asks: started once per run, a fresh database per test."""

from collections.abc import Callable, Iterator

import pytest
import redis

from tests import trials
from tests.servers import RunServers, run_servers

LONG = 3600
"""Seconds after which a whole trial counts as hanging."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if trials.SOAK and item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.timeout(LONG))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the trials did, where somebody ran them whole."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    told = [(report, text) for report in reports for name, text in report.user_properties if name == "trial"]
    if trials.SOAK and told:
        terminalreporter.section("trials")
    for report, text in told if trials.SOAK else ():
        terminalreporter.write_line(f"{report.outcome:7} {report.duration:6.0f} s  {text}")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say what a trial has done, in a line for people: it ends up in the table that `make soak` prints."""
    return lambda text: record_property("trial", text)


@pytest.fixture
def progress(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say how far a whole trial is, to whoever watches it."""
    plugins = request.config.pluginmanager
    terminal, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")

    def say(text: str) -> None:
        if trials.SOAK and terminal is not None:
            with capture.global_and_fixture_disabled():
                terminal.write_line(text)

    return say


@pytest.fixture(scope="session")
def servers() -> Iterator[RunServers]:
    """The Postgres and the Valkey of this run."""
    with run_servers() as running:
        yield running


@pytest.fixture
def database_url(servers: RunServers) -> Iterator[str]:
    """A fresh migrated database, for this test alone."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture(scope="session")
def shared_database_url(servers: RunServers) -> Iterator[str]:
    """A migrated database that all tests of this process share: for tests that can tell their own rows apart."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture
def empty_database_url(servers: RunServers) -> Iterator[str]:
    """A fresh database without any table."""
    with servers.database(migrated=False) as url:
        yield url


@pytest.fixture
def redis_url(servers: RunServers, worker_number: int) -> str:
    """An empty logical database of the Valkey, for this test alone as long as it runs."""
    url = servers.redis_url(worker_number)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """0 without pytest-xdist, else the number of this process."""
    worker: str = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(worker.removeprefix("gw"))
