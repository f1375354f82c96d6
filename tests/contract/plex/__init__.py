"""The `PlexAccounts` port."""

import httpx

from medianest.adapters.plex import PlexTvAccounts
from medianest.adapters.upstream import Limits
from tests.fakes.clock import FakeClock

QUICK = Limits(total=0.5, attempts=2, first_wait=0.01, jitter=0.01, max_body=100_000, breaker_threshold=1000)
IDENTIFIER = "3f7c2f5e-0000-4000-8000-c0ffee"


def accounts(
    tv: httpx.AsyncClient | None, server: httpx.AsyncClient | None, clock: FakeClock | None = None
) -> PlexTvAccounts:
    return PlexTvAccounts(
        tv,
        server,
        clock or FakeClock(),
        client_identifier=IDENTIFIER,
        version="9.9",
        app_url="https://app.plex.example/",
    )
