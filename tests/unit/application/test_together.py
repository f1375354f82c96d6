"""Reading together: one question for many who ask at the same time."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from medianest.application.together import AT_ONCE, Alike, Together
from medianest.ports.failures import LogUnavailable


class Shelf:
    """Answers when it is told to; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self.stock = {number: f"volume {number}" for number in range(10)}
        self.open = asyncio.Event()
        self.is_broken = False

    async def fetch(self, keys: Collection[int]) -> Mapping[int, str]:
        self.asked.append(set(keys))
        seen = {key: self.stock[key] for key in keys if key in self.stock}
        await self.open.wait()
        if self.is_broken:
            raise ConnectionError("the shelf is away")
        return seen

    async def fetch_one(self, key: int) -> str:
        return (await self.fetch([key]))[key]


async def settled() -> None:
    """Everybody has gone as far as they get."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lone_caller_is_asked_for_at_once_and_what_is_not_there_is_none() -> None:
    shelf = Shelf()
    shelf.open.set()
    together = Together(shelf.fetch)
    assert await together.find(3) == "volume 3"
    assert await together.find(77) is None
    assert shelf.asked == [{3}, {77}]


async def test_whoever_asks_while_questions_are_on_their_way_is_gathered_into_the_next() -> None:
    shelf = Shelf()
    together = Together(shelf.fetch)
    callers = []
    for number in range(AT_ONCE):
        callers.append(asyncio.create_task(together.find(number)))
        await settled()
    callers += [asyncio.create_task(together.find(number % 10)) for number in range(5, 25)]
    await settled()
    assert shelf.asked == [{number} for number in range(AT_ONCE)]
    shelf.open.set()
    found = await asyncio.gather(*callers)
    assert found == [f"volume {n}" for n in range(AT_ONCE)] + [f"volume {n % 10}" for n in range(5, 25)]
    assert shelf.asked[AT_ONCE:] == [set(range(10))]


async def test_nobody_is_given_the_answer_to_a_question_that_left_before() -> None:
    shelf = Shelf()
    alike = Alike(shelf.fetch_one)
    early = asyncio.create_task(alike.find(1))
    await settled()
    shelf.stock[1] = "a new edition"
    late = asyncio.create_task(alike.find(1))
    await settled()
    shelf.open.set()
    assert [await early, await late] == ["volume 1", "a new edition"]


async def test_the_same_question_of_many_is_asked_once_more_and_others_are_not_held_up() -> None:
    shelf = Shelf()
    alike = Alike(shelf.fetch_one)
    crowd = []
    for _ in range(30):
        crowd.append(asyncio.create_task(alike.find(1)))
        await settled()
    other = asyncio.create_task(alike.find(2))
    await settled()
    assert shelf.asked == [{1}] * AT_ONCE + [{2}]
    shelf.open.set()
    assert set(await asyncio.gather(*crowd)) == {"volume 1"}
    assert await other == "volume 2"
    assert shelf.asked == [{1}] * AT_ONCE + [{2}, {1}]


async def test_one_who_gives_up_leaves_the_others_be() -> None:
    shelf = Shelf()
    together = Together(shelf.fetch)
    impatient, patient = (asyncio.create_task(together.find(number)) for number in (1, 2))
    await settled()
    impatient.cancel()
    await settled()
    shelf.open.set()
    assert await patient == "volume 2"


async def test_a_failure_is_told_to_all_who_asked_and_the_next_question_is_asked_afresh() -> None:
    shelf = Shelf()
    shelf.is_broken = True
    together = Together(shelf.fetch)
    callers = [asyncio.create_task(together.find(number)) for number in (1, 2)]
    shelf.open.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConnectionError, ConnectionError]
    shelf.is_broken = False
    with pytest.raises(KeyError):
        await Alike(shelf.fetch_one).find(99)
    assert await together.find(1) == "volume 1"


class Outage:
    """A place that is away: whoever asks is told so when the outage is let go of."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self.over = asyncio.Event()

    async def fetch(self, keys: Collection[int]) -> Mapping[int, str]:
        self.asked.append(set(keys))
        await self.over.wait()
        raise LogUnavailable


async def test_what_is_away_is_told_to_those_who_wait_for_their_turn_as_well_and_asked_afresh_afterwards() -> None:
    outage = Outage()
    together = Together(outage.fetch)
    callers = []
    for number in range(AT_ONCE + 3):
        callers.append(asyncio.create_task(together.find(number)))
        await settled()
    outage.over.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {LogUnavailable}
    assert outage.asked == [{number} for number in range(AT_ONCE)]  # the others were not asked for one after the other
    with pytest.raises(LogUnavailable):
        await together.find(7)
    assert outage.asked[AT_ONCE:] == [{7}]


async def test_a_question_that_is_ended_before_its_turn_leaves_nobody_waiting() -> None:
    shelf = Shelf()
    together = Together(shelf.fetch, at_once=1)
    first = asyncio.create_task(together.find(1))
    await settled()
    second = asyncio.create_task(together.find(2))
    await settled()
    for task in asyncio.all_tasks():
        if "Together._leave" in str(task.get_coro()):
            task.cancel()
    assert await asyncio.gather(first, second, return_exceptions=True)
    shelf.open.set()
    assert await together.find(3) == "volume 3"
