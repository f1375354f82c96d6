"""What `OverseerrGateway` makes of Overseerr's oddities and bad days."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from medianest.adapters.overseerr import OverseerrGateway
from medianest.adapters.standin import FaultKind, OverseerrStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.upstream import Limits, upstream_client
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.request_gateway import GatewayRefused
from tests.logged import hear_everything

QUICK = Limits(total=0.4, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)
FILM = {"media_type": "movie", "tmdb_id": 1000, "is_4k": False}
SERIES = {"media_type": "tv", "tmdb_id": 1003, "is_4k": False}


@dataclass
class World:
    overseerr: OverseerrStandin
    gateway: OverseerrGateway

    async def create(self) -> Any:
        return await self.gateway.create(**SERIES, seasons=[1, 2])

    async def status(self) -> Any:
        return await self.gateway.status(**SERIES)

    async def decline(self) -> Any:
        return await self.gateway.decline("1")

    def orders(self) -> list[dict[str, Any]]:
        return [
            msgspec.json.decode(each.body)
            for each in self.overseerr.received
            if (each.method, each.path) == ("POST", "/api/v1/request")
        ]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with (
        OverseerrStandin() as overseerr,
        upstream_client("overseerr", overseerr.url, headers={"X-Api-Key": overseerr.api_key}, limits=QUICK) as client,
    ):
        yield World(overseerr, OverseerrGateway(client))


@pytest.mark.parametrize("method", ["create", "status", "decline"])
@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_fault_is_an_outage_and_passes(world: World, kind: FaultKind, method: str) -> None:
    world.overseerr.fail(kind, times=1000)
    with pytest.raises(GatewayUnavailable) as outage:
        await getattr(world, method)()
    assert world.overseerr.url not in str(outage.value)
    world.overseerr.behave()
    await getattr(world, method)()


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_a_hand_over_whose_answer_was_lost_is_repeated_without_a_second_request(
    world: World, kind: FaultKind
) -> None:
    world.overseerr.fail(kind, times=1, method="POST")
    with pytest.raises(GatewayUnavailable):
        await world.create()
    assert (await world.create()).seasons == {1: "processing", 2: "processing"}
    assert len(world.overseerr.requests) == 1


@pytest.mark.parametrize("refuses", [False, True], ids=["out of order", "our key is refused"])
async def test_a_request_that_was_made_is_not_lost_when_it_cannot_be_read_again(world: World, refuses: bool) -> None:
    async def break_after_the_order() -> None:
        while not world.orders():
            await asyncio.sleep(0)
        if refuses:
            world.overseerr.api_key = "another"
        else:
            world.overseerr.fail("error", times=1000, method="GET")

    breaking = asyncio.create_task(break_after_the_order())
    created = await world.create()
    await breaking
    assert (created.gateway_id, created.status, created.seasons) == (
        "1",
        "processing",
        {1: "processing", 2: "processing"},
    )


@pytest.mark.parametrize("title", [FILM, SERIES])
async def test_a_lost_race_at_the_gateway_ends_with_one_request_for_both(world: World, title: dict[str, Any]) -> None:
    first, second = await asyncio.gather(*(world.gateway.create(**title, seasons=[1]) for _ in range(2)))
    assert first.gateway_id == second.gateway_id == "1"
    assert len(world.orders()) == 2  # both looked before either had asked
    assert len(world.overseerr.requests) == 1


async def test_an_order_always_says_whether_it_is_for_4k_and_a_film_has_no_seasons(world: World) -> None:
    await world.gateway.create(**FILM, seasons=[])
    await world.create()
    assert world.orders() == [
        {"mediaType": "movie", "mediaId": 1000, "is4k": False},
        {"mediaType": "tv", "mediaId": 1003, "is4k": False, "seasons": [1, 2]},
    ]


async def test_a_season_that_arrives_early_is_available_before_the_series_is(world: World) -> None:
    await world.create()
    await world.overseerr.make_available("tv", 1003, seasons=[1])
    found = await world.status()
    assert (found.status, found.seasons) == ("partially_available", {1: "available", 2: "processing"})


async def test_a_title_that_cannot_be_looked_up_there_is_an_outage(world: World) -> None:
    with pytest.raises(GatewayUnavailable, match="HTTP 500"):
        await world.gateway.status(media_type="movie", tmdb_id=5, is_4k=False)


async def test_a_series_without_seasons_to_ask_for_is_only_looked_at(world: World) -> None:
    found = await world.gateway.create(**SERIES, seasons=[])
    assert (found.status, world.orders()) == ("absent", [])


async def test_a_refused_key_names_the_setting_and_stays_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    hear_everything(caplog)
    key, world.overseerr.api_key = world.overseerr.api_key, "another"
    with pytest.raises(GatewayRefused, match="MEDIANEST_OVERSEERR_API_KEY") as refused:
        await world.create()
    assert world.overseerr.received[0].headers["x-api-key"] == key
    assert key not in str(refused.value) + caplog.text


async def test_a_rate_limit_is_passed_on_as_the_time_to_come_back(world: World) -> None:
    world.overseerr.fail("rate_limited", times=1000, seconds=77)
    with pytest.raises(GatewayUnavailable) as outage:
        await world.status()
    assert outage.value.retry_after == 77
