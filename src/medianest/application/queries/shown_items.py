"""Items of a media server, each with what became of its title here."""

from collections.abc import Sequence

import msgspec

from medianest.application.queries.titles_seen import UNKNOWN, Standing, standing_of
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.library import ShelvedTitles
from medianest.ports.media_server import Item
from medianest.ports.standings import TitleStandings


class ItemSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`title` is who its film or series is at TMDB, as far as
    the server says or our index knows."""

    item: Item
    title: tuple[MediaType, int] | None
    standing: Standing


class ItemsShown:
    def __init__(self, index: ShelvedTitles, standings: TitleStandings) -> None:
        self._index = index
        self._standings = standings

    async def of(self, viewer: Viewer, server: str, items: Sequence[Item]) -> Sequence[ItemSeen]:
        """By two questions to the database. Nobody outside is asked, and so nobody says how much of a series has
        aired: whatever is held of it counts as all there is."""
        titles = await self._titles(server, items)
        known = await self._standings.of_titles({title for title in titles if title is not None})
        return [
            ItemSeen(
                item=item,
                title=title,
                standing=standing_of(title[0], known.get(title, UNKNOWN), None, viewer) if title else Standing(),
            )
            for item, title in zip(items, titles, strict=True)
        ]

    async def _titles(self, server: str, items: Sequence[Item]) -> Sequence[tuple[MediaType, int] | None]:
        said = [_said(item) for item in items]
        unsaid = {key for item, title in zip(items, said, strict=True) if title is None and (key := _whole(item))}
        known = await self._index.known_as(server, unsaid)
        return [title or known.get(_whole(item) or "") for item, title in zip(items, said, strict=True)]


def _said(item: Item) -> tuple[MediaType, int] | None:
    guids = item.guids if item.type in ("movie", "show") else item.series_guids
    return None if guids.tmdb_id is None else ("movie" if item.type == "movie" else "tv", guids.tmdb_id)


def _whole(item: Item) -> str | None:
    """The rating key of the film or the series: episodes say of theirs nothing else."""
    return item.rating_key if item.type in ("movie", "show") else item.series_rating_key
