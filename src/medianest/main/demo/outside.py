"""What is outside of a demonstration: stand-ins that run in its parent, and somebody who waits until it answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import httpx
from msgspec.structs import replace

from medianest.adapters.standin import Earlier, OverseerrStandin, TmdbStandin
from medianest.application.tasks import end
from medianest.main.demo.gateway import worked_on
from medianest.main.settings import Secret, Settings

LOOK_EVERY: Final = 0.1
"""Seconds between two questions whether it answers."""


@asynccontextmanager
async def outside(
    settings: Settings, arrival: float, told: Callable[[str], None]
) -> AsyncIterator[tuple[Settings, Callable[[Settings], None]]]:
    """The settings that lead to the stand-ins, and what reminds the gateway's, once the database is there, of what it
    works on: to be called from another thread. Once MediaNest answers, that goes on arriving (a webhook that nobody
    hears is lost), and `told` hears the address."""
    url = _address(settings)
    tmdb = TmdbStandin()
    overseerr = OverseerrStandin(
        webhook_url=f"{url}/api/v1/webhooks/overseerr",
        webhook_authorization=settings.overseerr_webhook_authorization,
        arrival=arrival,
    )
    loop = asyncio.get_running_loop()

    async def remember(earlier: Sequence[Earlier], newest: int) -> None:
        overseerr.remember(earlier, newest)

    def remind(named: Settings) -> None:
        remembering = remember(*asyncio.run(worked_on(named)))
        asyncio.run_coroutine_threadsafe(remembering, loop).result()

    def answered() -> None:
        overseerr.go_on()
        told(url)

    async with tmdb, overseerr:
        welcome = asyncio.create_task(_once_ready(url, answered))
        try:
            leading_there = replace(
                settings,
                tmdb_url=tmdb.url,
                tmdb_token=Secret(tmdb.token),
                overseerr_url=overseerr.url,
                overseerr_api_key=Secret(overseerr.api_key),
            )
            yield leading_there, remind
        finally:
            await end(welcome)


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
