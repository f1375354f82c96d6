"""Several processes and one upstream: who asks, who waits, and who hears that something is forgotten."""

import asyncio

import pytest

from tests.fakes.scripted_server import until
from tests.unit.application.upstream import World, counted, text


async def test_many_at_once_in_two_processes_make_one_call() -> None:
    world = World()
    world.upstream.gate.clear()
    processes = [world.process(), world.process()]
    asking = [asyncio.create_task(reads.get(world.upstream.read())) for reads in processes for _ in range(100)]
    await until(lambda: world.upstream.calls["a"] == 1 and len(world.leases.held) == 1)
    world.upstream.gate.set()
    assert {text(kept) for kept in await asyncio.gather(*asking)} == {("one", False)}
    assert world.upstream.calls["a"] == 1
    assert [counted(reads) for reads in processes] == [{"miss": 1, "joined": 99}, {"joined": 100}]
    assert world.leases.held == {}


async def test_who_waits_for_another_process_that_fails_asks_by_itself() -> None:
    world = World()
    token = await world.leases.take(next(iter(await _keys(world))), ttl=60)
    assert token
    waiting = asyncio.create_task(world.process().get(world.upstream.read()))
    await asyncio.sleep(0.03)  # long enough to look at the lease, which is another's
    assert world.upstream.calls["a"] == 1, "only the call that told us the key"
    world.cache.entries.clear()
    await world.leases.give_back(next(iter(world.leases.held)), token)
    assert text(await waiting) == ("one", False)
    assert world.upstream.calls["a"] == 2


async def test_who_waits_in_vain_for_another_process_asks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medianest.application.kept_reads.keeping.PATIENCE", 0.03)
    world = World()
    token = await world.leases.take(next(iter(await _keys(world))), ttl=60)
    assert text(await world.process().get(world.upstream.read())) == ("one", False)
    assert list(world.leases.held.values()) == [token], "it is not ours to give back"


async def _keys(world: World) -> list[str]:
    """Under which the read is kept; nothing is kept afterwards."""
    await world.process().get(world.upstream.read())
    keys = list(world.cache.entries)
    world.cache.entries.clear()
    return keys


async def test_without_anything_shared_each_process_asks_for_itself() -> None:
    world = World()
    world.cache.is_away = world.leases.is_away = world.generations.is_away = True
    reads = world.process()
    world.upstream.gate.clear()
    asking = [asyncio.create_task(reads.get(world.upstream.read())) for _ in range(10)]
    await until(lambda: world.upstream.calls["a"] == 1)
    world.upstream.gate.set()
    assert {text(kept) for kept in await asyncio.gather(*asking)} == {("one", False)}
    assert world.upstream.calls["a"] == 1
    await reads.forget("up")
    assert text(await world.process().get(world.upstream.read())) == ("one", False)


async def test_whoever_leaves_takes_nobody_along() -> None:
    world = World()
    reads = world.process()
    world.upstream.gate.clear()
    first, second = (asyncio.create_task(reads.get(world.upstream.read())) for _ in range(2))
    await until(lambda: world.upstream.calls["a"] == 1)
    first.cancel()
    world.upstream.gate.set()
    assert text(await second) == ("one", False)
    assert world.upstream.calls["a"] == 1


async def test_all_of_an_upstream_is_forgotten_in_every_process_within_a_second() -> None:
    world = World()
    ours, theirs = world.process(), world.process()
    for reads in (ours, theirs):
        await reads.get(world.upstream.read())
    world.upstream.answers["a"] = "new"
    await ours.forget("up")
    assert text(await ours.get(world.upstream.read())) == ("new", False)
    world.clock.advance(1)
    assert text(await theirs.get(world.upstream.read())) == ("new", False)
    assert world.upstream.calls["a"] == 2


async def test_one_subject_is_forgotten_and_the_others_are_not() -> None:
    world = World()
    reads = world.process()
    about = {"a": "movie:1", "b": "movie:2"}
    for name, subject in about.items():
        await reads.get(world.upstream.read(name, subject=subject))
    await reads.forget("up", "movie:1")
    for name, subject in about.items():
        await reads.get(world.upstream.read(name, subject=subject))
    assert world.upstream.calls == {"a": 2, "b": 1}


async def test_what_is_fetched_while_it_is_forgotten_is_not_kept() -> None:
    world = World()
    reads = world.process()
    world.upstream.gate.clear()
    early = asyncio.create_task(reads.get(world.upstream.read()))
    await until(lambda: world.upstream.calls["a"] == 1)
    await reads.forget("up")
    world.upstream.gate.set()
    await early
    world.upstream.answers["a"] = "new"
    assert text(await reads.get(world.upstream.read())) == ("new", False)


async def test_what_was_forgotten_stays_so_when_the_shared_marks_are_wiped() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    await reads.forget("up")
    world.generations.marks.clear()
    world.clock.advance(1)
    await reads.get(world.upstream.read())
    assert world.upstream.calls["a"] == 2


async def test_what_was_forgotten_while_the_store_was_away_stays_so_when_it_is_back() -> None:
    world = World()
    ours, theirs = world.process(), world.process()
    await ours.forget("up")
    for reads in (ours, theirs):
        await reads.get(world.upstream.read())
    world.generations.is_away = True
    world.upstream.answers["a"] = "new"
    await ours.forget("up")
    world.clock.advance(1)
    assert text(await ours.get(world.upstream.read())) == ("new", False)
    world.generations.is_away = False
    for _ in range(2):
        world.clock.advance(1)
        assert text(await ours.get(world.upstream.read())) == ("new", False)
    assert text(await theirs.get(world.upstream.read())) == ("new", False), "and everywhere"


async def test_what_is_sent_late_undoes_nothing_that_somebody_else_forgot_meanwhile() -> None:
    world = World()
    ours, theirs = world.process(), world.process()
    world.generations.is_away = True
    await ours.forget("up")
    await ours.get(world.upstream.read())
    world.generations.is_away = False
    world.upstream.answers["a"] = "new"
    await theirs.forget("up")
    world.clock.advance(1)
    await ours.get(world.upstream.read())
    world.clock.advance(1)
    for reads in (ours, theirs):
        assert text(await reads.get(world.upstream.read())) == ("new", False)


async def test_a_look_that_began_before_something_was_forgotten_does_not_bring_it_back() -> None:
    world = World()
    reads = world.process()
    await reads.forget("up")
    await reads.get(world.upstream.read())
    world.upstream.answers["a"] = "new"
    world.clock.advance(1)
    world.generations.gate.clear()
    looking = asyncio.create_task(reads.get(world.upstream.read()))
    await until(lambda: world.generations.looks == 2)
    await reads.forget("up")
    world.generations.gate.set()
    await looking
    assert text(await reads.get(world.upstream.read())) == ("new", False)


async def test_the_shared_marks_are_looked_at_once_a_second_and_after_a_clock_set_back() -> None:
    world = World()
    reads = world.process()
    for seconds, looks in [(0, 1), (0.5, 1), (0.5, 2), (-3600, 3)]:
        world.clock.advance(seconds)
        await reads.get(world.upstream.read())
        assert world.generations.looks == looks
