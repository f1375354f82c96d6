"""What the media server's stand-in holds in a demonstration: all that its history says has come, and more."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Final, get_args

from medianest.adapters.standin import PlexServerStandin, PlexShelf
from medianest.adapters.standin.titles import FIRST_ID, InventedTitle
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.ports.views import BoardFilter
from medianest.projections.request_board import RequestCard

if TYPE_CHECKING:
    from medianest.main.container import Container

FILMS, SERIES, FILMS_4K, SERIES_4K = "1", "2", "3", "4"
UNASKED_FILMS: Final = range(FIRST_ID + 40_000, FIRST_ID + 40_024)
UNASKED_SERIES: Final = range(FIRST_ID + 40_000, FIRST_ID + 40_006)
"""Titles that were there before anybody asked for anything."""
SUNDAYS: Final = UNASKED_FILMS[:5]
"""A collection of these is made."""
PAGE: Final = 500
AT_MOST: Final = 20_000
"""Requests that are looked at, the newest first: the shelf is kept in memory."""


async def arrived(container: "Container") -> AsyncIterator[RequestCard]:
    """The requests of which something has come."""
    board = container.board()
    statuses = [status for status in get_args(RequestStatus) if "available" in status]
    for status in statuses:
        after, seen = None, 0
        while seen < AT_MOST:
            page = await board.list(BoardFilter(status=status), sort="newest", limit=PAGE, after=after)
            for card in page.items:
                yield card
            seen, after = seen + len(page.items), page.next_key
            if after is None:
                break


def empty_shelf() -> PlexShelf:
    """With what nobody asked for."""
    shelf = PlexShelf(is_lasting=True)
    shelf.add_library(FILMS, "movie", "Films")
    shelf.add_library(SERIES, "show", "Series")
    shelf.add_library(FILMS_4K, "movie", "Films in 4K")
    shelf.add_library(SERIES_4K, "show", "Series in 4K")
    for tmdb_id in UNASKED_FILMS:
        shelf.add_film(FILMS, tmdb_id)
    for tmdb_id in UNASKED_SERIES:
        shelf.add_series(SERIES, tmdb_id)
    shelf.collect(FILMS, "For Sundays", [shelf.film(tmdb_id).rating_key for tmdb_id in SUNDAYS])
    return shelf


def put_away(shelf: PlexShelf, cards: Iterable[RequestCard]) -> None:
    for card in cards:
        there = [part.number for part in card.parts if part.status == "available" and not part.is_gone]
        if there:
            put(shelf, card.tmdb_id, None if card.media_type == "movie" else there, is_4k=card.is_4k)


def put(shelf: PlexShelf, tmdb_id: int, seasons: Sequence[int] | None, *, is_4k: bool) -> int:
    """A film (no `seasons`), or these seasons of a series; the rating key of the film or the series."""
    resolutions = ("4k",) if is_4k else ("1080",)
    if seasons is None:
        return shelf.add_film(FILMS_4K if is_4k else FILMS, tmdb_id, resolutions=resolutions).rating_key
    library = SERIES_4K if is_4k else SERIES
    return shelf.add_series(library, tmdb_id, seasons, resolutions=resolutions).rating_key


class Delivery:
    """Whatever comes at the gateway is put on the shelf, and the media server says so."""

    def __init__(self, server: PlexServerStandin) -> None:
        self._server = server

    async def __call__(self, found: InventedTitle, seasons: Sequence[int] | None, is_4k: bool) -> None:
        await self._server.announce(put(self._server.shelf, found.tmdb_id, seasons, is_4k=is_4k))
