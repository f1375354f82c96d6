"""How the media server of the stand-ins shows what it holds."""

import struct
import zlib
from collections.abc import Iterable
from typing import Any

from medianest.adapters.standin.plex_shelf import Entry, HeldCollection, HeldLibrary
from medianest.adapters.standin.titles import OVERVIEW

AGENTS = {"movie": "tv.plex.agents.movie", "show": "tv.plex.agents.series", "artist": "tv.plex.agents.music"}
LIBRARY = "com.plexapp.plugins.library"
MINUTE = 60_000
LENGTHS = {"movie": 104 * MINUTE, "episode": 47 * MINUTE}
LEFT_AT = 1_790_000_000


def shown_library(library: HeldLibrary) -> dict[str, Any]:
    return {
        "allowSync": True,
        "art": f"/:/resources/{library.type}-fanart.jpg",
        "composite": f"/library/sections/{library.key}/composite/1780000000",
        "filters": True,
        "refreshing": False,
        "thumb": f"/:/resources/{library.type}.png",
        "key": library.key,
        "type": library.type,
        "title": library.title,
        "agent": AGENTS[library.type],
        "scanner": "Plex Movie" if library.type == "movie" else "Plex TV Series",
        "language": "en-GB",
        "uuid": library.uuid,
        "updatedAt": 1_780_000_100,
        "createdAt": 1_770_000_000,
        "scannedAt": 1_780_000_200,
        "content": True,
        "directory": True,
        "contentChangedAt": 4711,
        "hidden": False,
        "Location": [{"id": int(library.key), "path": f"/media/{library.type}s-{library.key}"}],
    }


def shown_entry(entry: Entry, *, with_guids: bool = True) -> dict[str, Any]:
    number = entry.rating_key
    path = f"/library/metadata/{number}"
    shown: dict[str, Any] = {
        "ratingKey": str(number),
        "key": f"{path}/children" if entry.kind in ("show", "season", "artist") else path,
        "guid": guid(entry),
        "type": entry.kind,
        "title": entry.name,
        "librarySectionID": int(entry.library),
        "librarySectionKey": f"/library/sections/{entry.library}",
        "summary": OVERVIEW,
        "year": entry.of.year,
        "thumb": f"{path}/thumb/{entry.added_at}",
        "art": f"{path}/art/{entry.added_at}",
        "addedAt": entry.added_at,
        "updatedAt": entry.added_at,
    }
    if entry.is_away:
        shown["deletedAt"] = LEFT_AT
    above = entry.parent
    match entry.kind:
        case "show":
            shown |= {"index": 1, "childCount": len(entry.children), "leafCount": leaves(entry), "viewedLeafCount": 0}
        case "season" if above is not None:
            shown |= {"index": entry.index, "leafCount": len(entry.children), "viewedLeafCount": 0, "parentIndex": 1}
            shown |= _above("parent", above)
        case "episode" if above is not None and above.parent is not None:
            shown |= {"index": entry.index, "parentIndex": above.index}
            shown |= _above("parent", above) | _above("grandparent", above.parent)
    if entry.kind in LENGTHS:
        shown |= {
            "duration": LENGTHS[entry.kind],
            "originallyAvailableAt": entry.of.released,
            "Media": [_version(entry, place, each) for place, each in enumerate(entry.resolutions)],
        }
    if with_guids and not entry.is_old and entry.kind != "artist":
        shown["Guid"] = [{"id": each} for each in guids(entry)]
    return shown


def shown_collection(collection: HeldCollection) -> dict[str, Any]:
    path = f"/library/collections/{collection.rating_key}"
    return {
        "ratingKey": str(collection.rating_key),
        "key": f"{path}/items",
        "guid": f"collection://{collection.rating_key:032x}",
        "type": "collection",
        "title": collection.title,
        "librarySectionID": int(collection.library),
        "subtype": "movie",
        "summary": "",
        "smart": collection.is_smart,
        "index": collection.rating_key,
        "thumb": f"{path}/composite/1780000300?width=400&height=600",
        "addedAt": 1_780_000_300,
        "updatedAt": 1_780_000_300,
        "childCount": len(collection.items),
    }


def shown_session(entry: Entry, user: str, *, offset: int, is_transcoded: bool) -> dict[str, Any]:
    """`offset` in milliseconds."""
    decision = {"videoDecision": "transcode", "audioDecision": "copy"} if is_transcoded else {}
    return {
        **shown_entry(entry),
        "sessionKey": str(entry.rating_key),
        "viewOffset": offset,
        "User": {"id": "1", "thumb": "https://plex.tv/users/1/avatar", "title": user},
        "Player": {"machineIdentifier": "player-of-the-living-room", "title": "Living room", "state": "playing"},
        "Session": {"id": f"session-{entry.rating_key}", "bandwidth": 9000, "location": "lan"},
        **({"TranscodeSession": {"key": "/transcode/sessions/x", **decision}} if decision else {}),
    }


def guid(entry: Entry) -> str:
    """In the form of an old agent, a season and an episode are called by their series."""
    if not entry.is_old:
        return f"plex://{entry.kind}/{entry.rating_key:024x}"
    match entry.kind:
        case "season":
            where = f"thetvdb://{tvdb_id(entry)}/{entry.index}"
        case "episode" if entry.parent is not None:
            where = f"thetvdb://{tvdb_id(entry)}/{entry.parent.index}/{entry.index}"
        case "show":
            where = f"thetvdb://{tvdb_id(entry)}"
        case _:
            where = f"imdb://{imdb_id(entry)}"
    return f"com.plexapp.agents.{where}?lang=en"


def guids(entry: Entry) -> Iterable[str]:
    if entry.kind in ("movie", "show"):
        return (f"imdb://{imdb_id(entry)}", f"tmdb://{entry.of.tmdb_id}", f"tvdb://{tvdb_id(entry)}")
    return (f"tmdb://{90_000_000 + entry.rating_key}", f"tvdb://{80_000_000 + entry.rating_key}")


def imdb_id(entry: Entry) -> str:
    return f"tt{(7_000_000 if entry.of.is_film else 8_000_000) + entry.of.tmdb_id}"


def tvdb_id(entry: Entry) -> int:
    return 1_000_000 + entry.of.tmdb_id


def leaves(series: Entry) -> int:
    return sum(len(season.children) for season in series.children.values())


def png(width: int, height: int) -> bytes:
    """A grey picture of that size, in pixels."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = (b"\x00" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _above(word: str, entry: Entry) -> dict[str, Any]:
    path = f"/library/metadata/{entry.rating_key}"
    return {
        f"{word}RatingKey": str(entry.rating_key),
        f"{word}Key": path,
        f"{word}Guid": guid(entry),
        f"{word}Title": entry.name,
        f"{word}Thumb": f"{path}/thumb/{entry.added_at}",
    }


def _version(entry: Entry, place: int, resolution: str) -> dict[str, Any]:
    number = entry.rating_key * 10 + place
    return {
        "id": number,
        "duration": LENGTHS[entry.kind],
        "bitrate": 12_000,
        "width": 3840 if resolution == "4k" else 1920,
        "height": 1600 if resolution == "4k" else 800,
        "videoResolution": resolution,
        "container": "mkv",
        "Part": [
            {
                "id": number,
                "key": f"/library/parts/{number}/1780000000/file.mkv",
                "duration": LENGTHS[entry.kind],
                "file": f"/media/{entry.library}/{entry.of.tmdb_id}/{number}.mkv",
                "size": 4_000_000_000,
                "container": "mkv",
            }
        ],
    }
