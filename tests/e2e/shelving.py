"""What stands on the shelves of Plex, as a house that its stand-in reports to comes to know it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from medianest.adapters.standin import PlexServerStandin
from medianest.adapters.standin.plex_shelf import Entry
from tests.e2e.elsewhere import Elsewhere
from tests.e2e.house import House, Person, ok

Json = Any


async def webhook(house: House) -> str:
    """The path of the address that administrators see."""
    shown = ok(await (await house.admin()).get("/admin/media-servers"))["webhook"]
    return urlsplit(shown).path


async def scan(house: House, *, later: timedelta = timedelta()) -> None:
    """A scan of all libraries; whatever was missing has been so for `later`."""
    if later:
        async with house.container.database().connection() as link:
            await link.execute("UPDATE library_copies SET missing_since = missing_since - %s", (later,))
    await house.container.library_jobs().scan_libraries()


async def library(house: House, title: str) -> Json:
    listed = ok(await (await house.admin()).get("/admin/library"))["items"]
    return next(one for one in listed if one["title"] == title)


async def with_request_for_film(house: House, elsewhere: Elsewhere, person: Person) -> tuple[Json, Entry]:
    request = await person.asked(house.film())
    return request, elsewhere.server.shelf.add_film("1", request["tmdbId"])


@asynccontextmanager
async def on_the_shelf(house: House, elsewhere: Elsewhere, person: Person) -> AsyncIterator[tuple[Json, Entry]]:
    """A request that Plex has completed."""
    request, entry = await with_request_for_film(house, elsewhere, person)
    assert await elsewhere.server.announce(entry.rating_key) == 204
    await person.sees(request, "available")
    yield request, entry


@asynccontextmanager
async def unplugged(server: PlexServerStandin) -> AsyncIterator[None]:
    """Nobody answers at its address; afterwards it is there again."""
    server._port = urlsplit(server.url).port or 0
    await server.__aexit__(None, None, None)
    yield
    await server.__aenter__()
