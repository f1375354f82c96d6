"""What every `RequestGateway` does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from medianest.adapters.overseerr import OverseerrGateway
from medianest.adapters.standin import OverseerrStandin
from medianest.adapters.upstream import Limits, upstream_client
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.request_gateway import GatewayRefused, RequestGateway
from tests.fakes.request_gateway import FakeRequestGateway

QUICK = Limits(total=1.0, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)
FILM = {"media_type": "movie", "tmdb_id": 1000, "is_4k": False}
FILM_4K = FILM | {"is_4k": True}
SERIES = {"media_type": "tv", "tmdb_id": 1003, "is_4k": False}


@dataclass
class World:
    """`made()` is the number of requests that the gateway has made."""

    gateway: RequestGateway
    made: Callable[[], int]
    finish: Callable[[MediaType, int], Awaitable[Any]]
    fail: Callable[[MediaType, int], Awaitable[Any]]
    break_down: Callable[[], None]
    refuse: Callable[[], None]
    recover: Callable[[], None]


def fake_world() -> World:
    fake = FakeRequestGateway()

    async def finish(media_type: MediaType, tmdb_id: int) -> None:
        fake.report(media_type, tmdb_id, False, "available")

    async def fail(media_type: MediaType, tmdb_id: int) -> None:
        fake.report(media_type, tmdb_id, False, "failed")

    return World(fake, lambda: fake.created, finish, fail, fake.break_down, fake.refuse, fake.recover)


@pytest.fixture(params=["fake", "overseerr"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield fake_world()
        return
    async with OverseerrStandin() as overseerr:
        key = overseerr.api_key

        async def fail(media_type: MediaType, tmdb_id: int) -> None:
            held = next(
                each for each in overseerr.requests if (each["type"], each["media"]["tmdbId"]) == (media_type, tmdb_id)
            )
            await overseerr.make_failed(held["id"])

        def refuse() -> None:
            overseerr.api_key = "another"

        def recover() -> None:
            overseerr.api_key = key
            overseerr.behave()

        async with upstream_client(
            "overseerr", overseerr.url, headers={"X-Api-Key": overseerr.api_key}, limits=QUICK
        ) as client:
            yield World(
                OverseerrGateway(client),
                lambda: len(overseerr.requests),
                overseerr.make_available,
                fail,
                lambda: overseerr.fail("error", times=1000),
                refuse,
                recover,
            )


async def test_a_title_nobody_asked_for_is_absent(world: World) -> None:
    found = await world.gateway.status(**SERIES)
    assert (found.gateway_id, found.status, dict(found.seasons)) == (None, "absent", {})


async def test_a_film_that_was_asked_for_is_being_worked_on(world: World) -> None:
    created = await world.gateway.create(**FILM, seasons=[])
    assert created.gateway_id
    assert (created.status, dict(created.seasons)) == ("processing", {})
    assert await world.gateway.status(**FILM) == created


async def test_asking_twice_makes_one_request(world: World) -> None:
    first = await world.gateway.create(**FILM, seasons=[])
    assert await world.gateway.create(**FILM, seasons=[]) == first
    assert world.made() == 1


async def test_the_same_film_in_4k_is_another_request(world: World) -> None:
    ordinary = await world.gateway.create(**FILM, seasons=[])
    assert (await world.gateway.status(**FILM_4K)).status == "absent"
    assert (await world.gateway.create(**FILM_4K, seasons=[])).gateway_id != ordinary.gateway_id
    assert world.made() == 2


async def test_later_seasons_are_added_to_those_asked_for(world: World) -> None:
    await world.gateway.create(**SERIES, seasons=[1, 2])
    both = await world.gateway.create(**SERIES, seasons=[2, 3])
    assert both.seasons == {1: "processing", 2: "processing", 3: "processing"}
    await world.gateway.create(**SERIES, seasons=[1, 2, 3])
    assert world.made() == 2


async def test_what_arrived_is_available_with_all_its_seasons(world: World) -> None:
    await world.gateway.create(**SERIES, seasons=[1, 2, 3, 4])
    await world.finish("tv", 1003)
    found = await world.gateway.status(**SERIES)
    assert (found.status, dict(found.seasons)) == ("available", dict.fromkeys((1, 2, 3, 4), "available"))


async def test_what_is_available_already_is_not_asked_for(world: World) -> None:
    await world.finish("movie", 1000)
    found = await world.gateway.create(**FILM, seasons=[])
    assert (found.gateway_id, found.status, world.made()) == (None, "available", 0)


async def test_a_failure_is_visible_and_asking_again_tries_the_same_request_again(world: World) -> None:
    created = await world.gateway.create(**SERIES, seasons=[1])
    await world.fail("tv", 1003)
    failed = await world.gateway.status(**SERIES)
    assert (failed.gateway_id, failed.status, dict(failed.seasons)) == (created.gateway_id, "failed", {1: "failed"})
    assert await world.gateway.create(**SERIES, seasons=[1]) == created
    assert world.made() == 1


async def test_a_declined_request_says_so_and_may_be_asked_for_again(world: World) -> None:
    created = await world.gateway.create(**SERIES, seasons=[1])
    assert created.gateway_id is not None
    await world.gateway.decline(created.gateway_id)
    await world.gateway.decline(created.gateway_id)
    declined = await world.gateway.status(**SERIES)
    assert (declined.status, dict(declined.seasons)) == ("declined", {1: "declined"})
    again = await world.gateway.create(**SERIES, seasons=[1])
    assert again.gateway_id != created.gateway_id
    assert (again.status, dict(again.seasons)) == ("processing", {1: "processing"})


@pytest.mark.parametrize("gateway_id", ["4711", "", "no number", "../user/1"])
async def test_declining_what_does_not_exist_is_fine(world: World, gateway_id: str) -> None:
    await world.gateway.decline(gateway_id)
    assert (await world.gateway.status(**FILM)).status == "absent"


async def every_method(gateway: RequestGateway, expected: type[Exception]) -> list[Exception]:
    calls = (
        lambda: gateway.create(**FILM, seasons=[]),
        lambda: gateway.status(**FILM),
        lambda: gateway.decline("1"),
    )
    errors = []
    for call in calls:
        with pytest.raises(expected) as caught:
            await call()
        errors.append(caught.value)
    return errors


async def test_an_outage_says_when_to_come_back_and_leaves_nothing_behind(world: World) -> None:
    world.break_down()
    for error in await every_method(world.gateway, GatewayUnavailable):
        assert isinstance(error, GatewayUnavailable)
        assert error.retry_after > 0
    world.recover()
    assert (await world.gateway.create(**FILM, seasons=[])).status == "processing"
    assert world.made() == 1


async def test_a_refusal_is_told_from_an_outage(world: World) -> None:
    world.refuse()
    for error in await every_method(world.gateway, GatewayRefused):
        assert "key" in str(error)
    world.recover()
    assert (await world.gateway.status(**FILM)).status == "absent"


@pytest.mark.parametrize("gateway", [FakeRequestGateway(is_configured=False), OverseerrGateway(None)])
async def test_without_a_gateway_it_says_that_it_is_not_configured(gateway: RequestGateway) -> None:
    assert not gateway.is_configured
    assert len(await every_method(gateway, GatewayUnavailable)) == 3
