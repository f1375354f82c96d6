"""What the Overseerr stand-in was asked for arrives by itself, and what it worked on before goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from medianest.adapters.overseerr import OverseerrGateway
from medianest.adapters.standin import Earlier, OverseerrStandin
from medianest.adapters.upstream import upstream_client
from medianest.ports.request_gateway import GatewayRequest

FILM: dict[str, Any] = {"media_type": "movie", "tmdb_id": 1000, "is_4k": False}
SERIES: dict[str, Any] = {"media_type": "tv", "tmdb_id": 1003, "is_4k": False}
SOON = 0.02


@asynccontextmanager
async def gateway(arrival: float | None) -> AsyncIterator[tuple[OverseerrStandin, OverseerrGateway]]:
    async with (
        OverseerrStandin(arrival=arrival) as overseerr,
        upstream_client("overseerr", overseerr.url, headers={"X-Api-Key": overseerr.api_key}) as client,
    ):
        yield overseerr, OverseerrGateway(client)


async def becomes(
    gateway: OverseerrGateway, title: dict[str, Any], wanted: Callable[[GatewayRequest], bool]
) -> GatewayRequest:
    async with asyncio.timeout(10):
        while not wanted(seen := await gateway.status(**title)):
            await asyncio.sleep(0.005)
    return seen


async def test_a_film_arrives_after_a_while() -> None:
    async with gateway(SOON) as (_, overseerr):
        assert (await overseerr.create(**FILM, seasons=[])).status == "processing"
        await becomes(overseerr, FILM, lambda seen: seen.status == "available")


async def test_a_series_arrives_season_by_season() -> None:
    async with gateway(0.2) as (_, overseerr):
        await overseerr.create(**SERIES, seasons=[1, 2])
        first = await becomes(overseerr, SERIES, lambda seen: seen.seasons.get(1) == "available")
        assert first.seasons[2] == "processing"
        await becomes(overseerr, SERIES, lambda seen: seen.seasons.get(2) == "available")


async def test_what_was_declined_meanwhile_does_not_arrive() -> None:
    async with gateway(SOON) as (_, overseerr):
        asked = await overseerr.create(**FILM, seasons=[])
        await overseerr.decline(str(asked.gateway_id))
        await overseerr.create(**SERIES, seasons=[1])
        await becomes(overseerr, SERIES, lambda seen: seen.seasons.get(1) == "available")
        assert (await overseerr.status(**FILM)).status == "declined"


async def test_without_a_time_nothing_arrives_by_itself() -> None:
    async with gateway(None) as (standin, overseerr):
        await overseerr.create(**FILM, seasons=[])
        assert (await overseerr.status(**FILM)).status == "processing"
        await standin.make_available("movie", 1000)
        assert (await overseerr.status(**FILM)).status == "available"


async def test_what_it_worked_on_before_is_known_and_goes_on() -> None:
    async with gateway(SOON) as (standin, overseerr):
        film = Earlier(id=7, is_film=True, tmdb_id=1000, is_4k=False)
        series = Earlier(id=5, is_film=False, tmdb_id=1003, is_4k=False, seasons=(3,), there=(1, 2))
        standin.remember([film, series], last=9)
        assert (await overseerr.create(**FILM, seasons=[])).gateway_id == "7"
        seen = await overseerr.status(**SERIES)
        assert (seen.gateway_id, seen.seasons[1], seen.seasons[3]) == ("5", "available", "processing")
        standin.go_on()
        await becomes(overseerr, FILM, lambda seen: seen.status == "available")
        await becomes(overseerr, SERIES, lambda seen: seen.seasons.get(3) == "available")
        assert (await overseerr.create(media_type="movie", tmdb_id=1001, is_4k=False, seasons=[])).gateway_id == "10"
