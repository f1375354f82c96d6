"""Who titles are elsewhere, in memory."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from medianest.ports.library import ShelfTitle
from medianest.ports.library_ids import UnknownTitle


class FakeFoundIds:
    """Implements `FoundIds`, for the titles on a shelf."""

    def __init__(self) -> None:
        self._titles: dict[tuple[str, str], tuple[str, ShelfTitle]] = {}
        self._found: dict[UnknownTitle, tuple[int | None, datetime]] = {}

    async def unknown(self, *, not_since: datetime, limit: int) -> Sequence[UnknownTitle]:
        wanted: set[UnknownTitle] = set()
        for _, title in self._titles.values():
            if title.guids.tmdb_id is None:
                wanted.update(_elsewhere(title))
        never = sorted(it for it in wanted if it not in self._found)
        again = [it for it in wanted if it in self._found and self._found[it][1] < not_since]
        return [*never, *sorted(again, key=lambda it: (self._found[it][1], it))][:limit]

    async def put(self, unknown: UnknownTitle, tmdb_id: int | None, at: datetime) -> None:
        self._found[unknown] = (tmdb_id, at)
        for key, (uuid, title) in self._titles.items():
            if unknown in _elsewhere(title):
                self._titles[key] = (uuid, self._identified(title))

    def _identified(self, title: ShelfTitle) -> ShelfTitle:
        tmdb_id = title.guids.tmdb_id
        for unknown in _elsewhere(title):
            tmdb_id = tmdb_id or self._found.get(unknown, (None, None))[0]
        return replace(title, guids=replace(title.guids, tmdb_id=tmdb_id))


def _elsewhere(title: ShelfTitle) -> list[UnknownTitle]:
    """In the order in which they are believed."""
    found = []
    if title.guids.imdb_id is not None:
        found.append(UnknownTitle(source="imdb", external_id=title.guids.imdb_id, media_type=title.media_type))
    if title.guids.tvdb_id is not None:
        found.append(UnknownTitle(source="tvdb", external_id=str(title.guids.tvdb_id), media_type=title.media_type))
    return found
