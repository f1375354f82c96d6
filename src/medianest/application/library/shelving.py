"""From what a media server says to what stands on a shelf of the index. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from medianest.ports.library import Copy, ScannedLibrary, ShelfTitle
from medianest.ports.media_server import Item, Library


def count_4k(episodes: Iterable[Item], counts: dict[str, int]) -> None:
    """Add `episodes` that the server has in 4K to the `counts` by the rating key of their season. It may have been
    asked for these alone, and not have minded; and what is away for now is as little gone as in any other quality."""
    for episode in episodes:
        if episode.parent_rating_key is not None and (episode.has_4k or episode.is_4k_away):
            counts[episode.parent_rating_key] = counts.get(episode.parent_rating_key, 0) + 1


def library_of(server: str, library: Library) -> ScannedLibrary:
    """One of films or series, before any scan of it; `server` is its short name."""
    return ScannedLibrary(
        server=server,
        uuid=library.uuid,
        key=library.key,
        kind="movie" if library.type == "movie" else "show",
        title=library.title,
    )


def title_of(item: Item) -> ShelfTitle:
    """A film or a series."""
    return ShelfTitle(
        rating_key=item.rating_key,
        media_type="movie" if item.type == "movie" else "tv",
        title=item.title,
        guids=item.guids,
        year=item.year,
        added_at=item.added_at,
    )


def copies_of_film(film: Item) -> Sequence[Copy]:
    key = film.rating_key
    held = ((False, film.has_other or film.has_4k), (True, film.has_4k))
    return [Copy(rating_key=key, is_4k=is_4k, title_key=key) for is_4k, has in held if has]


def copies_of_season(season: Item, counts: Mapping[str, int]) -> Sequence[Copy]:
    """None of a season that says neither its number nor its series: it could be anything."""
    if season.index is None or season.parent_rating_key is None or not 0 <= season.index <= MOST:
        return ()
    in_4k = counts.get(season.rating_key, 0)
    held = ((False, max(season.leaf_count or 0, in_4k)), (True, in_4k))
    return [
        Copy(
            rating_key=season.rating_key,
            is_4k=is_4k,
            title_key=season.parent_rating_key,
            season=season.index,
            episodes=episodes,
        )
        for is_4k, episodes in held
        if episodes > 0
    ]


def is_away(item: Item) -> bool:
    """It is known, and its files are not to be found, or nobody says what there is of it: nothing follows."""
    match item.type:
        case "movie":
            is_unknown = not (item.has_4k or item.has_other)
        case "season":
            is_unknown = None in (item.index, item.parent_rating_key, item.leaf_count)
        case _:
            is_unknown = False
    return item.is_away or is_unknown


MOST = 100_000
"""No series has more seasons; some are numbered by years."""
