"""How answers are kept: fresh, stale, kept, gone; and on bad days of the upstream."""

import asyncio
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from medianest.application.kept_reads import DETAILS, LISTS, PICTURES, SEARCH, Read, ages_noted
from medianest.application.kept_reads.faults import MOST, RecentFaults
from medianest.ports.failures import MetadataUnavailable
from tests.fakes.scripted_server import until
from tests.unit.application.upstream import LIFETIMES, Answer, World, counted, text


async def test_a_fresh_answer_is_given_without_asking() -> None:
    world = World()
    reads = world.process()
    assert text(await reads.get(world.upstream.read())) == ("one", False)
    world.clock.advance(LIFETIMES.fresh - 1)
    kept = await reads.get(world.upstream.read())
    assert text(kept) == ("one", False)
    assert kept is not None
    assert kept.stored_at == datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    assert world.upstream.calls["a"] == 1
    assert counted(reads) == {"miss": 1, "hit": 1}


async def test_a_stale_answer_is_given_at_once_and_asked_for_anew_behind_it_by_one() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(LIFETIMES.fresh)
    world.upstream.answers["a"] = "new"
    world.upstream.gate.clear()
    for _ in range(3):
        assert text(await reads.get(world.upstream.read())) == ("one", True), "nobody waits for the upstream"
    world.upstream.gate.set()
    await reads.settle()
    assert text(await reads.get(world.upstream.read())) == ("new", False)
    assert world.upstream.calls["a"] == 2
    assert counted(reads) == {"miss": 1, "stale": 3, "refreshed": 1, "hit": 1}


async def test_a_kept_answer_is_asked_for_anew_first_and_given_only_while_the_upstream_is_away() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(LIFETIMES.stale)
    world.upstream.is_away = True
    with capture_logs() as lines:
        assert text(await reads.get(world.upstream.read())) == ("one", True)
    assert [(line["event"], line["age_seconds"]) for line in lines] == [("served_stale", LIFETIMES.stale)]
    world.upstream.is_away = False
    world.upstream.answers["a"] = "new"
    world.clock.advance(1)
    assert text(await reads.get(world.upstream.read())) == ("new", False)
    assert counted(reads) == {"miss": 2, "kept": 1}


async def test_an_answer_is_gone_after_its_time() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(LIFETIMES.kept)
    world.upstream.is_away = True
    with pytest.raises(MetadataUnavailable):
        await reads.get(world.upstream.read())
    assert counted(reads) == {"miss": 1, "away": 1}
    assert set(world.cache.ttls.values()) == {LIFETIMES.kept}


async def test_what_is_not_there_is_known_for_a_short_while() -> None:
    world = World()
    reads = world.process()
    for _ in range(2):
        assert await reads.get(world.upstream.read("nothing")) is None
    assert world.upstream.calls["nothing"] == 1
    assert counted(reads) == {"miss": 1, "negative": 1}
    assert set(world.cache.ttls.values()) == {LIFETIMES.missing}
    world.clock.advance(LIFETIMES.missing)
    world.upstream.answers["nothing"] = "something"
    assert text(await reads.get(world.upstream.read("nothing"))) == ("something", False)


async def test_a_fault_is_not_kept_but_nobody_asks_again_within_a_second() -> None:
    world = World()
    reads = world.process()
    world.upstream.is_away = True
    for _ in range(5):
        with pytest.raises(MetadataUnavailable):
            await reads.get(world.upstream.read())
    assert world.upstream.calls["a"] == 1
    assert world.cache.entries == {}
    assert text(await asyncio.wait_for(_answered(world, "b"), 1)) == ("two", False), "other reads are not concerned"
    world.upstream.is_away = False
    world.clock.advance(1)
    assert text(await reads.get(world.upstream.read())) == ("one", False)
    assert world.leases.held == {}


async def _answered(world: World, name: str) -> object:
    world.upstream.is_away = False
    return await world.process().get(world.upstream.read(name))


async def test_stale_answers_during_an_outage_ask_once_a_second() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(LIFETIMES.fresh)
    world.upstream.is_away = True
    for _ in range(10):
        assert text(await reads.get(world.upstream.read())) == ("one", True)
        await reads.settle()
    assert world.upstream.calls["a"] == 2
    world.clock.advance(1)
    await reads.get(world.upstream.read())
    await reads.settle()
    assert world.upstream.calls["a"] == 3


async def test_a_bug_behind_an_answer_is_logged_and_harms_nobody() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(LIFETIMES.fresh)

    async def broken() -> Answer | None:
        raise ZeroDivisionError

    read = world.upstream.read()
    spoilt = Read(upstream="up", kind="word", name="a", shape=Answer, lifetimes=read.lifetimes, fetch=broken)
    with capture_logs() as lines:
        assert text(await reads.get(spoilt)) == ("one", True)
        await reads.settle()
    assert [(line["event"], line["log_level"]) for line in lines] == [("not_refreshed", "error")]
    assert world.leases.held == {}


async def test_an_answer_may_say_itself_how_long_it_is_good() -> None:
    world = World()
    reads = world.process()
    read = world.upstream.read()
    brief = Read(
        upstream="up",
        kind="word",
        name="a",
        shape=Answer,
        lifetimes=read.lifetimes,
        fetch=read.fetch,
        lifetimes_of=lambda _: LIFETIMES.for_seconds(5),
    )
    await reads.get(brief)
    world.clock.advance(5)
    assert text(await reads.get(brief)) == ("one", True)
    await reads.settle()


def test_lifetimes_are_in_order_whatever_a_header_says() -> None:
    said = [LIFETIMES.for_seconds(seconds) for seconds in (-5, 0, 500, 5000, 1e12)]
    for lifetimes in (SEARCH, DETAILS, LISTS, PICTURES, *said):
        assert 0 <= lifetimes.fresh <= lifetimes.stale <= lifetimes.kept
    assert [lifetimes.fresh for lifetimes in said] == [0, 0, 500, 5000, LIFETIMES.kept]


async def test_the_stalest_part_of_an_answer_is_noted_across_tasks() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read("a"))
    world.clock.advance(10)
    await reads.get(world.upstream.read("b"))
    with ages_noted() as noted:
        await reads.get(world.upstream.read("a"))
        assert noted.stalest is None
    world.clock.advance(LIFETIMES.fresh)
    with ages_noted() as noted:
        await asyncio.gather(reads.get(world.upstream.read("b")), reads.get(world.upstream.read("a")))
    assert noted.stalest == datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    await reads.settle()


def test_only_so_many_faults_are_remembered() -> None:
    faults = RecentFaults()
    for number in range(MOST + 1):
        faults.note(str(number), MetadataUnavailable(), 0.0)
    assert faults.find("0", 0.5) is None
    assert faults.find(str(MOST), 0.5)


async def test_what_is_done_behind_answers_ends_with_the_process() -> None:
    world = World()
    async with world.process() as reads:
        await reads.get(world.upstream.read())
        world.clock.advance(LIFETIMES.fresh)
        world.upstream.gate.clear()
        await reads.get(world.upstream.read())
        await until(lambda: world.upstream.calls["a"] == 2)
    assert world.leases.held == {}
