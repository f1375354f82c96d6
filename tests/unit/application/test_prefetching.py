"""What is asked for before it is wanted: last in the queue, and dropped for any reason."""

import asyncio
from dataclasses import dataclass, field

import pytest

from medianest.application.kept_reads import KeptReads, Prefetching
from medianest.application.kept_reads.keeping import BUSY
from medianest.application.kept_reads.prefetching import BURST, QUEUE
from medianest.ports.cache import Allowance
from tests.fakes.scripted_server import until
from tests.unit.application.upstream import World, counted, text


@dataclass
class Limiter:
    """Grants, until `left` is used up; then as soon as it is asked again."""

    left: int = 1000
    taken: list[str] = field(default_factory=list)
    refused: int = 0

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> Allowance:
        assert (capacity, per_second > 0) == (BURST, True)
        if self.left:
            self.left -= 1
            self.taken.append(bucket)
            return Allowance(is_granted=True, left=self.left, next_in=0.0)
        self.refused += 1
        self.left = 1
        return Allowance(is_granted=False, left=0, next_in=0.001)


@dataclass
class Scene:
    world: World = field(default_factory=World)
    limiter: Limiter = field(default_factory=Limiter)
    well: set[str] = field(default_factory=lambda: {"up"})

    def process(self) -> KeptReads:
        self.world.upstream.answers = {str(number): "x" for number in range(200)}
        return self.world.process(prefetching=Prefetching(limiter=self.limiter, is_well=lambda name: name in self.well))


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_what_was_fetched_ahead_is_there_when_it_is_wanted(scene: Scene) -> None:
    reads = scene.process()
    upstream = scene.world.upstream
    upstream.gate.clear()
    reads.prefetch([upstream.read(str(number)) for number in range(5)])
    await until(lambda: upstream.calls.total() == 1)
    await asyncio.sleep(0)
    assert upstream.calls.total() == 1, "one after the other"
    upstream.gate.set()
    await reads.settle()
    assert scene.limiter.taken == ["prefetch:up"] * 5
    assert text(await reads.get(upstream.read("3"))) == ("x", False)
    assert counted(reads) == {"prefetched": 5, "hit": 1}


async def test_what_is_there_already_is_not_fetched(scene: Scene) -> None:
    reads = scene.process()
    await reads.get(scene.world.upstream.read("1"))
    reads.prefetch([scene.world.upstream.read("1")])
    await reads.settle()
    assert scene.world.upstream.calls["1"] == 1
    assert counted(reads)["dropped"] == 1


async def test_beyond_the_queue_reads_are_dropped(scene: Scene) -> None:
    reads = scene.process()
    reads.prefetch([scene.world.upstream.read(str(number)) for number in range(QUEUE + 7)])
    await reads.settle()
    assert counted(reads) == {"prefetched": QUEUE, "dropped": 7}


async def test_an_upstream_that_is_not_well_is_left_alone(scene: Scene) -> None:
    reads = scene.process()
    upstream = scene.world.upstream
    upstream.gate.clear()
    reads.prefetch([upstream.read(str(number)) for number in range(3)])
    await until(lambda: upstream.calls.total() == 1)
    scene.well.clear()
    upstream.gate.set()
    await reads.settle()
    reads.prefetch([upstream.read("9")])
    await reads.settle()
    assert upstream.calls.total() == 1
    assert counted(reads) == {"prefetched": 1, "dropped": 3}


async def test_while_people_wait_for_an_upstream_nothing_is_fetched_ahead(scene: Scene) -> None:
    reads = scene.process()
    upstream = scene.world.upstream
    upstream.gate.clear()
    waiting = [asyncio.create_task(reads.get(upstream.read(str(number)))) for number in range(BUSY)]
    await until(lambda: upstream.calls.total() == BUSY)
    reads.prefetch([upstream.read("100")])
    upstream.gate.set()
    await asyncio.gather(*waiting)
    await reads.settle()
    assert upstream.calls["100"] == 0
    assert counted(reads)["dropped"] == 1


async def test_the_pace_that_all_processes_share_is_kept(scene: Scene) -> None:
    scene.limiter.left = 2
    reads = scene.process()
    reads.prefetch([scene.world.upstream.read(str(number)) for number in range(4)])
    await reads.settle()
    assert scene.limiter.refused == 2
    assert counted(reads) == {"prefetched": 4}


async def test_a_fault_ahead_of_everybody_is_no_answer_and_ends_nothing(scene: Scene) -> None:
    reads = scene.process()
    upstream = scene.world.upstream
    upstream.is_away = True
    reads.prefetch([upstream.read("1")])
    await reads.settle()
    assert counted(reads) == {"dropped": 1}
    upstream.is_away = False
    reads.prefetch([upstream.read("2")])
    await reads.settle()
    assert counted(reads) == {"dropped": 1, "prefetched": 1}


async def test_whoever_wants_what_is_just_being_fetched_ahead_joins(scene: Scene) -> None:
    reads = scene.process()
    upstream = scene.world.upstream
    upstream.gate.clear()
    reads.prefetch([upstream.read("1")])
    await until(lambda: upstream.calls["1"] == 1)
    wanted = asyncio.create_task(reads.get(upstream.read("1")))
    await asyncio.sleep(0)
    upstream.gate.set()
    assert text(await wanted) == ("x", False)
    await reads.settle()
    assert upstream.calls["1"] == 1


async def test_the_queue_ends_with_the_process(scene: Scene) -> None:
    upstream = scene.world.upstream
    async with scene.process() as reads:
        upstream.gate.clear()
        reads.prefetch([upstream.read(str(number)) for number in range(5)])
        await until(lambda: upstream.calls.total() == 1)
    assert upstream.calls.total() == 1
    assert scene.world.leases.held == {}


async def test_without_means_nothing_is_fetched_ahead() -> None:
    world = World()
    reads = world.process()
    reads.prefetch([world.upstream.read()])
    await reads.settle()
    assert world.upstream.calls.total() == 0
