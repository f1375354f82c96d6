"""Who a title is elsewhere, as Plex writes it: `tmdb://603` and its like, and the addresses of its old agents."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from medianest.ports.media_server import Guids

NOBODY: Final = Guids()
IMDB: Final = re.compile(r"tt[0-9]{5,12}")
NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}")
LARGEST_ID: Final = 2**31 - 1
OLD: Final = re.compile(
    r"com\.plexapp\.agents\.(?P<agent>imdb|themoviedb|thetvdb|hama)://(?P<id>[\w-]{1,40})"
    r"(?:/(?P<season>[0-9]{1,5}))?(?:/(?P<episode>[0-9]{1,6}))?/?(?:\?.*)?"
)
"""An old agent names a series in the guid of each of its seasons and episodes, with their numbers behind."""
OLD_FIELDS: Final = {"imdb": "imdb", "themoviedb": "tmdb", "thetvdb": "tvdb", "hama": "tvdb"}
HAMA_TVDB: Final = "tvdb-"
"""The agent for anime names TVDB's series so, and others (`anidb-`, or TVDB's in an order of its own, `tvdb2-`) too."""


class OldGuid(NamedTuple):
    """`guids` are those of a film or a series; with a `season`, the guid is that of a part of it."""

    guids: Guids
    season: int | None = None
    episode: int | None = None


def guids_of(names: Iterable[object]) -> Guids:
    """From `imdb://tt0133093`, `tmdb://603`, `tvdb://81189`, of which the first of each kind counts. Whatever else is
    among them (`plex://`, `local://`, no text at all) says nothing."""
    found: dict[str, str] = {}
    for name in names:
        if isinstance(name, str):
            kind, is_one, value = name.partition("://")
            if is_one:
                found.setdefault(kind, value)
    return _guids(found) if found else NOBODY


def old_guid(name: object) -> OldGuid | None:
    """None for what no old agent wrote, or for nobody whom we know."""
    matched = OLD.fullmatch(name) if isinstance(name, str) else None
    if matched is None:
        return None
    agent, value = matched["agent"], matched["id"]
    if agent == "hama":
        if not value.startswith(HAMA_TVDB):
            return None
        value = value.removeprefix(HAMA_TVDB)
    guids = _guids({OLD_FIELDS[agent]: value})
    if guids == NOBODY:
        return None
    return OldGuid(guids, _int(matched["season"]), _int(matched["episode"]))


def joined(first: Guids, second: Guids) -> Guids:
    """What `first` does not say, `second` does."""
    if second == NOBODY or second is first:
        return first
    return Guids(
        tmdb_id=first.tmdb_id or second.tmdb_id,
        imdb_id=first.imdb_id or second.imdb_id,
        tvdb_id=first.tvdb_id or second.tvdb_id,
    )


def _guids(found: dict[str, str]) -> Guids:
    imdb = found.get("imdb", "")
    return Guids(
        tmdb_id=_id(found.get("tmdb")), imdb_id=imdb if IMDB.fullmatch(imdb) else None, tvdb_id=_id(found.get("tvdb"))
    )


def _id(value: str | None) -> int | None:
    number = int(value) if value is not None and NUMBER.fullmatch(value) else 0
    return number if 0 < number <= LARGEST_ID else None


def _int(value: str | None) -> int | None:
    return None if value is None else int(value)
