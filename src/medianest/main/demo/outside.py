"""What is outside of a demonstration: stand-ins that run in its parent, and somebody who waits until it answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import httpx
from msgspec.structs import replace

from medianest.adapters.standin import Earlier, OverseerrStandin, PlexServerStandin, PlexTvStandin, TmdbStandin
from medianest.application.library.orders import scan_job
from medianest.application.tasks import end
from medianest.main.container import opened
from medianest.main.demo.gateway import worked_on
from medianest.main.demo.libraries import Delivery, arrived, empty_shelf, put_away
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings
from medianest.projections.request_board import RequestCard

LOOK_EVERY: Final = 0.1
"""Seconds between two questions whether it answers."""


@asynccontextmanager
async def outside(
    settings: Settings, arrival: float, told: Callable[[str], None]
) -> AsyncIterator[tuple[Settings, Callable[[Settings], None]]]:
    """The settings that lead to the stand-ins, and what reminds those of the gateway and the media server, once the
    database is there, of what they work on and hold: to be called from another thread. Once MediaNest answers, that
    goes on arriving (a webhook that nobody hears is lost), and `told` hears the address."""
    url = _address(settings)
    tmdb, plex_tv = TmdbStandin(), PlexTvStandin()
    plex = PlexServerStandin(
        shelf=empty_shelf(), webhook_url=f"{url}/api/v1/webhooks/plex/{settings.plex_webhook_secret}"
    )
    overseerr = OverseerrStandin(
        webhook_url=f"{url}/api/v1/webhooks/overseerr",
        webhook_authorization=settings.overseerr_webhook_authorization,
        arrival=arrival,
        bring=Delivery(plex),
    )
    loop = asyncio.get_running_loop()

    async def remember(earlier: Sequence[Earlier], newest: int, cards: Sequence[RequestCard]) -> None:
        overseerr.remember(earlier, newest)
        put_away(plex.shelf, cards)

    def remind(named: Settings) -> None:
        remembering = remember(*asyncio.run(_looked_back(named)))
        asyncio.run_coroutine_threadsafe(remembering, loop).result()

    def answered() -> None:
        overseerr.go_on()
        told(url)

    async with tmdb, overseerr, plex_tv, plex:
        welcome = asyncio.create_task(_once_ready(url, answered))
        try:
            leading_there = replace(
                settings,
                tmdb_url=tmdb.url,
                tmdb_image_url=tmdb.url,
                tmdb_token=Secret(tmdb.token),
                overseerr_url=overseerr.url,
                overseerr_api_key=Secret(overseerr.api_key),
                plex_tv_url=plex_tv.url,
                plex_url=plex.url,
                plex_token=Secret(plex.token),
            )
            yield leading_there, remind
        finally:
            await end(welcome)


async def _looked_back(named: Settings) -> tuple[Sequence[Earlier], int, Sequence[RequestCard]]:
    """What is under way at the gateway, the newest number there, and what has come. The libraries are to be scanned as
    soon as somebody works: they hold something new after each start."""
    async with opened(named, server_key(named)) as container:
        earlier, newest = await worked_on(container)
        cards = [card async for card in arrived(container)]
        await container.jobs().defer([scan_job(None, None)])
    return earlier, newest, cards


async def _once_ready(url: str, answered: Callable[[], None]) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=5) as client:
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get("/health/ready")).status_code == 200:
                    break
            await asyncio.sleep(LOOK_EVERY)
    answered()


def _address(settings: Settings) -> str:
    """For whoever is on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - asked, not listened on
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
