"""All ports of a library index, under one name."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.library import Copy, HeldTitle, LeftCopies, LibraryCopies, LibraryIndex, LibraryScans, ShelfTitle
from medianest.ports.library_ids import FoundIds
from medianest.ports.media_server import Guids
from tests.shelving import shelve

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Kept:
    """All ports of one index; each test has servers of its own in it."""

    def __init__(
        self, index: LibraryIndex, scans: LibraryScans, copies: LibraryCopies, left: LeftCopies, found: FoundIds
    ) -> None:
        self.index, self.scans, self.copies, self.left, self.found = index, scans, copies, left, found
        self.server = f"s{uuid4().hex}"
        self.id = uuid4().int % 1_000_000_000

    async def film(self, key: str, tmdb_id: int | None = None, *, is_4k: bool = False, library: str = "films") -> int:
        title = ShelfTitle(
            rating_key=key, media_type="movie", title="Ferry", guids=Guids(tmdb_id=tmdb_id), year=1999, added_at=NOON
        )
        copy = Copy(rating_key=key, is_4k=is_4k, title_key=key)
        return await shelve(self.scans, self.server, library, [title], [copy])

    async def series(self, key: str, *seasons: Copy, tmdb_id: int | None = None, server: str | None = None) -> int:
        title = ShelfTitle(rating_key=key, media_type="tv", title="Tides", guids=Guids(tmdb_id=tmdb_id))
        return await shelve(self.scans, server or self.server, "series", [title], seasons)

    async def held(self, kind: MediaType, tmdb_id: int) -> HeldTitle | None:
        return (await self.index.of_titles([(kind, tmdb_id)])).get((kind, tmdb_id))

    async def known(self, library: str = "films") -> list[tuple[str, bool, datetime | None]]:
        found = await self.copies.known(self.server, library, after=None, limit=100)
        return [(it.rating_key, it.is_4k, it.missing_since) for it in found]


def season(key: str, number: int, episodes: int, *, of: str = "s", is_4k: bool = False) -> Copy:
    return Copy(rating_key=key, is_4k=is_4k, title_key=of, season=number, episodes=episodes)
