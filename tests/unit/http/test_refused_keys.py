"""Somebody makes keys up: after so many they are told to wait, and the database is not asked."""

import asyncio

import httpx
import pytest

from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.adapters.http.foundation.problems import TooManyRequests
from medianest.adapters.http.foundation.refused_keys import QUOTA, RefusedKeys
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.application.networks import networks_of
from tests.unit.http.sample import MEMBER, SAMPLE, serving
from tests.unit.http.test_problems import problem_of

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Registry:
    """Knows the keys that are `good`, and which it was `asked` about."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.asked: list[str] = []

    async def __call__(self, key: str) -> Caller | None:
        self.asked.append(key)
        await asyncio.sleep(0)
        return MEMBER if key in self.good else None


class House:
    """At a clock that stands until somebody moves it."""

    def __init__(self, *good: str) -> None:
        self.seconds = 0.0
        self.registry = Registry(*good)
        limiter = MemoryRateLimiter(monotonic=lambda: self.seconds)
        self.keys = RefusedKeys(self.registry, limiter, monotonic=lambda: self.seconds)

    async def flood(self, number: int = 200) -> list[object]:
        made_up = (self.keys.ask(f"mn_{each}", HERE) for each in range(number))
        return await asyncio.gather(*made_up, return_exceptions=True)


async def test_of_two_hundred_made_up_keys_at_once_thirty_are_asked_about_and_then_one_every_two_seconds() -> None:
    house = House()
    answers = await house.flood()
    assert answers[:QUOTA] == [None] * QUOTA
    assert {type(each) for each in answers[QUOTA:]} == {TooManyRequests}
    assert len(house.registry.asked) == QUOTA
    house.seconds = 2.0
    await house.flood()
    assert len(house.registry.asked) == QUOTA + 1


async def test_a_flood_is_no_matter_to_another_address_or_to_a_key_that_was_good_before_it() -> None:
    house = House("mn_used", "mn_new")
    assert await house.keys.ask("mn_used", HERE) == MEMBER
    await house.flood()
    assert await house.keys.ask("mn_used", HERE) == MEMBER
    assert await house.keys.ask("mn_new", THERE) == MEMBER
    with pytest.raises(TooManyRequests):
        await house.keys.ask("mn_unseen", HERE)


async def test_a_key_that_was_good_is_asked_about_each_time_and_revoked_it_is_one_like_any_other() -> None:
    house = House("mn_used")
    assert await house.keys.ask("mn_used", HERE) == MEMBER
    house.registry.good.clear()
    assert await house.keys.ask("mn_used", HERE) is None
    await house.flood()
    with pytest.raises(TooManyRequests):
        await house.keys.ask("mn_used", HERE)


async def test_a_hundred_calls_at_once_with_one_good_key_are_all_let_in() -> None:
    house = House("mn_used")
    assert await asyncio.gather(*(house.keys.ask("mn_used", HERE) for _ in range(100))) == [MEMBER] * 100


async def test_over_http_it_is_a_429_that_says_when_to_come_back() -> None:
    registry = Registry("mn_used")
    app = create_app(
        list(SAMPLE),
        settings=HttpSettings(version="1", trusted_proxies=networks_of("127.0.0.1")),
        authenticate=registry,
        rate_limiter=MemoryRateLimiter(monotonic=lambda: 0.0),
        metrics=HttpMetrics(),
    )
    with serving(app) as address, httpx.Client(base_url=address, verify=False) as client:

        def ask(key: str, whence: str) -> httpx.Response:
            return client.get("/api/v1/me", headers={"X-Api-Key": key, "X-Forwarded-For": whence})

        answers = [ask(f"mn_{number}", HERE) for number in range(QUOTA)]
        while answers[-1].status_code == 401 and len(answers) < 3 * QUOTA:  # a slow machine takes its two seconds
            answers.append(ask(f"mn_{len(answers)}", HERE))
        assert {answer.status_code for answer in answers[:QUOTA]} == {401}
        problem_of(answers[-1], 429, "too_many_requests")
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert len(registry.asked) == len(answers) - 1
        assert ask("mn_used", THERE).status_code == 200
