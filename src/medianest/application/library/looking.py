"""A look at what was added last, and at one title that somebody speaks of: a film, or a series with its seasons."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final

import structlog

from medianest.application.library.reading import PAGE, SILENCE
from medianest.application.library.shelving import (
    copies_of_film,
    copies_of_season,
    count_4k,
    is_away,
    title_of,
)
from medianest.application.outgoing import AddressNotAllowed
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexUnavailable
from medianest.ports.library import LibraryScans, MachineChanged, MediaServers
from medianest.ports.media_server import Item, ItemNotThere, ItemType, Library, MediaServer, ServerRefusesToken
from medianest.ports.surroundings import Clock

MOST_OF_SERIES: Final = 100_000
"""Seasons or episodes. No series has more: a server that goes on longer does not mean it."""

NEWEST: Final = 50
"""Additions that one look considers. Whoever adds more within five minutes has the rest by tonight's scan."""

logger = structlog.get_logger("medianest.library")


class LibraryLooker:
    def __init__(self, servers: MediaServers, scans: LibraryScans, *, clock: Clock) -> None:
        self._servers = servers
        self._scans = scans
        self._clock = clock

    async def look_at_newest(self) -> Collection[tuple[str, str]]:
        """What was added since the last look, on all servers; where the titles are that were looked at, by server and
        rating key. A server that does not answer is left for the next time."""
        looked: set[tuple[str, str]] = set()
        for slug in await self._servers.slugs():
            try:
                looked |= {(slug, key) for key in await self._newest(slug)}
            except ServerRefusesToken:
                await self._servers.refused(slug)
            except (*SILENCE, ServerNotFound, MachineChanged) as problem:
                logger.info("library_not_looked_at", server=slug, problem=type(problem).__name__)
        return looked

    async def look_at(self, slug: str, rating_key: str) -> str | None:
        """One item, now: the rating key of its film or series; None where it is in no library of these. Raises
        PlexUnavailable, ServerNotFound."""
        server = await self._servers.open(slug)
        try:
            machine, libraries = await self._libraries(slug, server)
            item = await self._title(server, await server.item(rating_key))
            return item.rating_key if await self._shelve(slug, machine, server, libraries, item) else None
        except (ItemNotThere, AddressNotAllowed, MachineChanged):  # it went again, or its server did; a scan tells
            return None
        except ServerRefusesToken:
            await self._servers.refused(slug)
            return None

    async def _newest(self, slug: str) -> set[str]:
        server = await self._servers.open(slug)
        machine, libraries = await self._libraries(slug, server)
        since = await self._scans.newest_added(slug)
        newest = await server.recently_added(library_key=None, limit=NEWEST)
        # Something else may have been added in the same second: what is as new as the newest is looked at again.
        added = [it for it in newest if since is None or it.added_at is None or it.added_at >= since]
        looked: set[str] = set()
        for item in added:
            if (item.series_rating_key or item.rating_key) not in looked:
                with suppress(ItemNotThere):  # it went again
                    title = await self._title(server, item)
                    await self._shelve(slug, machine, server, libraries, title)
                    looked.add(title.rating_key)
        # A server believes what its files say, some of which are from years to come: what is added today is no older.
        now = self._clock.now()
        moments = [min(it.added_at, now) for it in added if it.added_at is not None]
        if libraries and moments:
            await self._scans.looked_until(slug, max(moments), machine=machine)
        return looked

    async def _libraries(self, slug: str, server: MediaServer) -> tuple[str, dict[str, Library]]:
        """The machine that answers, and its libraries of films and series by their keys; none where another server
        answers than the one we know."""
        identity, listed = await server.identity(), await server.libraries()
        await self._servers.taken(slug)
        if not await self._scans.is_same(slug, identity.machine_identifier):
            return identity.machine_identifier, {}
        return identity.machine_identifier, {it.key: it for it in listed if it.type in ("movie", "show")}

    async def _title(self, server: MediaServer, item: Item) -> Item:
        """The film, or the series that a season or an episode is of. Raises ItemNotThere."""
        if item.type in ("movie", "show"):
            return item
        if item.series_rating_key is None:
            raise ItemNotThere
        return await server.item(item.series_rating_key)

    async def _shelve(
        self, slug: str, machine: str, server: MediaServer, libraries: dict[str, Library], item: Item
    ) -> bool:
        library = libraries.get(item.library_key or "")
        if library is None or is_away(item):
            return False
        if item.type == "movie":
            await self._scans.keep(slug, library.uuid, [title_of(item)], copies_of_film(item), machine=machine)
            return True
        counts: dict[str, int] = {}
        count_4k(await _all(server, library.key, "episode", item.rating_key, resolution="4k"), counts)
        seasons = await _all(server, library.key, "season", item.rating_key)
        copies = [copy for one in seasons if not is_away(one) for copy in copies_of_season(one, counts)]
        await self._scans.keep(slug, library.uuid, [title_of(item)], copies, machine=machine)
        return True


async def _all(server: MediaServer, library_key: str, kind: ItemType, series: str, **filters: str) -> Sequence[Item]:
    """The seasons or episodes of one series. What a server adds that is not of it is left out."""
    found: list[Item] = []
    while True:
        page = await server.items(
            library_key, kind, start=len(found), size=PAGE, filters={"show.id": series, **filters}
        )
        found += page.items
        if not page.items or len(found) >= page.total:
            break
        if len(found) >= MOST_OF_SERIES:
            raise PlexUnavailable
    return [it for it in found if kind != "season" or it.parent_rating_key == series]
