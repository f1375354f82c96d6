"""What processes say of the upstreams, added up; and that each obeys what somebody asked of all."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from medianest.application.queries.upstreams import (
    FindUpstream,
    ListUpstreams,
    UpstreamsDesk,
    health_of,
    together,
)
from medianest.application.tasks import end
from medianest.application.upstream_watch import UpstreamWatch
from medianest.domain.media_server import AddServer, RemoveServer
from medianest.domain.upkeep import BreakerReset, ClearCache, ResetBreaker
from medianest.ports.event_log import EventLog
from medianest.ports.failures import LogUnavailable
from medianest.ports.upstreams import Saved, UpstreamNotFound, UpstreamSample, Window
from tests.fakes.shared_figures import FakeSharedFigures
from tests.followers import eventually
from tests.newer_release import SomethingNew, record, reshaped
from tests.unit.application.rig import Rig
from tests.unit.domain.gwt import ADA, NOW

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


class FakeUpstreams:
    """Implements `Upstreams`."""

    def __init__(self, *samples: UpstreamSample) -> None:
        self.all = list(samples)
        self.was_reset: list[str] = []

    def samples(self) -> list[UpstreamSample]:
        return self.all

    def reset(self, name: str) -> None:
        self.was_reset.append(name)

    def remove(self, name: str) -> None:
        self.all = [each for each in self.all if each.name != name]


def sample(name: str = "tmdb", **more: object) -> UpstreamSample:
    return UpstreamSample(name=name, **more)  # type: ignore[arg-type]


class Process:
    """One process with its own upstreams."""

    def __init__(
        self, rig: Rig, shared: FakeSharedFigures, *samples: UpstreamSample, log: EventLog | None = None
    ) -> None:
        self.forgot: list[str] = []
        self.upstreams = FakeUpstreams(*samples)
        self.watch = UpstreamWatch(log or rig.log, self.upstreams, shared, rig.ids, self._forget)
        self.desk = UpstreamsDesk(self.watch, shared)

    async def _forget(self, upstream: str) -> None:
        self.forgot.append(upstream)

    async def speak(self, shared: FakeSharedFigures) -> None:
        await shared.publish(self.watch.report())


@pytest.fixture
def shared() -> FakeSharedFigures:
    return FakeSharedFigures()


async def test_the_figures_of_all_processes_are_added_up(rig: Rig, shared: FakeSharedFigures) -> None:
    window = Window(calls=10, failures=1, retries=2, latencies={40: 10})
    here = Process(rig, shared, sample(short=window, long=window, held_back=1, saved=Saved(hits=1, stale=2, joined=3)))
    there = Process(rig, shared, *here.upstreams.all, sample("plex"))
    for process in (here, there):
        await process.speak(shared)
    here.upstreams.all = [sample(short=window, held_back=4)]  # what it knows now counts, not what it said
    seen = await here.desk.list(ListUpstreams())
    assert (seen.scope, seen.processes, [item.sample.name for item in seen.items]) == ("all", 2, ["tmdb", "plex"])
    tmdb = seen.items[0]
    assert (tmdb.short.calls, tmdb.short.failures, tmdb.short.retries, tmdb.short.error_rate) == (20, 2, 4, 0.1)
    assert tmdb.short.p50 == tmdb.short.p99 == 0.032
    assert (tmdb.long.calls, tmdb.sample.held_back, tmdb.sample.saved.stale) == (10, 5, 2)
    assert (seen.items[1].short.error_rate, seen.items[1].short.p95) == (None, None)


async def test_without_the_store_a_process_speaks_for_itself_and_says_so(rig: Rig, shared: FakeSharedFigures) -> None:
    here, there = Process(rig, shared, sample()), Process(rig, shared, sample("plex"))
    await there.speak(shared)
    shared.is_away = True
    seen = await here.desk.list(ListUpstreams())
    assert (seen.scope, seen.processes, [item.sample.name for item in seen.items]) == ("process", 1, ["tmdb"])


@pytest.mark.parametrize(("one", "other", "worst"), [("closed", "open", "open"), ("half_open", "closed", "half_open")])
def test_the_worst_breaker_is_shown(one: str, other: str, worst: str) -> None:
    assert together([sample(breaker=one), sample(breaker=other)]).breaker == worst
    assert together([sample(breaker=other), sample(breaker=one)]).breaker == worst


def test_of_tokens_and_faults_the_last_word_counts() -> None:
    later = NOON + timedelta(minutes=1)
    refused = sample(token="refused", token_seen_at=NOON, last_failure_at=later, last_failure_reason="Later.")
    accepted = sample(token="accepted", token_seen_at=later, last_failure_at=NOON, last_failure_reason="Before.")
    untried = sample(token="untried", last_success_at=NOON)
    both = together([refused, accepted, untried])
    assert (both.token, both.last_failure_reason, both.last_success_at) == ("accepted", "Later.", NOON)
    assert together([sample(token="not_set"), untried]).token == "untried"
    assert together([untried]).last_failure_reason is None


@pytest.mark.parametrize(
    ("seen", "health"),
    [
        (None, "unknown"),
        (sample(), "unknown"),
        (sample(last_success_at=NOON), "up"),
        (sample(last_failure_at=NOON), "down"),
        (sample(last_failure_at=NOON, last_success_at=NOON + timedelta(seconds=1)), "up"),
        (sample(last_success_at=NOON, last_failure_at=NOON + timedelta(seconds=1)), "down"),
        (sample(last_success_at=NOON, breaker="open"), "down"),
    ],
)
def test_the_last_answer_says_how_one_is_doing(seen: UpstreamSample | None, health: str) -> None:
    assert health_of(seen) == health


async def test_of_a_media_server_that_was_removed_no_process_speaks_any_more(
    rig: Rig, shared: FakeSharedFigures
) -> None:
    here = Process(rig, shared, sample(), sample("attic"))
    await rig.run(AddServer(actor=ADA, at=NOW, slug="attic", name="Attic", url="https://attic.example.org"))
    await here.watch.catch_up()
    await rig.run(RemoveServer(actor=ADA, at=NOW, slug="attic"))
    assert await here.watch.catch_up()
    assert [each.name for each in here.upstreams.samples()] == ["tmdb"]


async def test_an_upstream_is_found_where_any_process_knows_it(rig: Rig, shared: FakeSharedFigures) -> None:
    here, there = Process(rig, shared), Process(rig, shared, sample("plex"))
    await there.speak(shared)
    assert (await here.desk.find(FindUpstream(name="plex"))).sample.name == "plex"
    with pytest.raises(UpstreamNotFound):
        await here.desk.find(FindUpstream(name="radio"))


async def test_every_process_obeys_once_and_nothing_from_before_it_began(rig: Rig, shared: FakeSharedFigures) -> None:
    await rig.run(ResetBreaker(actor=ADA, at=NOW, upstream="before"))
    processes = [Process(rig, shared, sample()) for _ in range(2)]
    for process in processes:
        await process.watch.catch_up()
    await rig.run(ResetBreaker(actor=ADA, at=NOW, upstream="tmdb"))
    await rig.run(ClearCache(actor=ADA, at=NOW, upstream="plex"))
    for process in processes:
        assert await process.watch.catch_up()
        assert not await process.watch.catch_up()
        assert (process.upstreams.was_reset, process.forgot) == (["tmdb"], ["plex"])


async def test_an_order_that_only_a_newer_release_understands_is_passed_over(
    rig: Rig, shared: FakeSharedFigures
) -> None:
    here = Process(rig, shared, sample())
    await here.watch.catch_up()
    await record(rig.log, "upkeep", rig.ids.new(), SomethingNew(), reshaped(BreakerReset.tag))
    await rig.run(ResetBreaker(actor=ADA, at=NOW, upstream="tmdb"))
    assert await here.watch.catch_up()
    assert here.upstreams.was_reset == ["tmdb"]


class AwayAtFirst:
    """As much of a log as a watch asks; its database does not answer the first question."""

    def __init__(self, log: EventLog) -> None:
        self.read, self.wait, self._head = log.read, log.wait, log.head
        self.asked = 0

    async def head(self) -> int:
        self.asked += 1
        if self.asked == 1:
            raise LogUnavailable
        return await self._head()


async def test_a_watch_reports_and_obeys_and_outlives_a_database_that_is_away(
    rig: Rig, shared: FakeSharedFigures
) -> None:
    log = AwayAtFirst(rig.log)
    here = Process(rig, shared, sample(), log=cast("EventLog", log))
    running = asyncio.create_task(here.watch.run())

    async def follows() -> bool:
        return bool(await shared.reports()) and log.asked > 1

    async def has_obeyed() -> bool:
        return here.upstreams.was_reset == ["tmdb"]

    try:
        await eventually(follows)
        await rig.run(ResetBreaker(actor=ADA, at=NOW, upstream="tmdb"))
        await eventually(has_obeyed)
    finally:
        await end(running)
