"""What lies in a cache and makes no sense: from the future, spoilt, or of another shape."""

import msgspec
import pytest

from medianest.application.kept_reads import Read
from medianest.application.kept_reads.reads import form_of
from tests.unit.application.upstream import LIFETIMES, Answer, World, text


async def test_an_answer_from_the_future_is_neither_fresh_for_ever_nor_lost() -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.clock.advance(-86_400)
    world.upstream.is_away = True
    assert text(await reads.get(world.upstream.read())) == ("one", True)
    world.upstream.is_away = False
    world.upstream.answers["a"] = "new"
    world.clock.advance(1)
    assert text(await reads.get(world.upstream.read())) == ("new", False)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"\xff not ours",
        msgspec.msgpack.encode([1.0]),
        msgspec.msgpack.encode([float("nan"), {"text": "x"}]),
        msgspec.msgpack.encode([float("inf"), {"text": "x"}]),
        msgspec.msgpack.encode([1e300, {"text": "x"}]),
        msgspec.msgpack.encode([1.0, {"text": 7}]),
        msgspec.msgpack.encode(["now", {"text": "x"}]),
        b"\x91" * 100_000,
    ],
)
async def test_an_entry_that_makes_no_sense_counts_as_absent(entry: bytes) -> None:
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())
    world.cache.entries = dict.fromkeys(world.cache.entries, entry)
    assert text(await reads.get(world.upstream.read())) == ("one", False)
    assert world.upstream.calls["a"] == 2


async def test_an_answer_that_no_cache_can_hold_is_still_an_answer() -> None:
    world = World()
    world.upstream.answers["a"] = "half a \ud800"
    assert text(await world.process().get(world.upstream.read())) == ("half a \ud800", False)
    assert world.cache.entries == {}


async def test_another_shape_of_the_same_name_is_another_answer() -> None:
    class Other(msgspec.Struct, frozen=True):
        text: str
        length: int = 0

    assert form_of(Answer) != form_of(Other)
    world = World()
    reads = world.process()
    await reads.get(world.upstream.read())

    async def fetch() -> Other:
        return Other("longer", 6)

    read = Read(upstream="up", kind="word", name="a", shape=Other, lifetimes=LIFETIMES, fetch=fetch)
    kept = await reads.get(read)
    assert kept is not None
    assert kept.value == Other("longer", 6)
