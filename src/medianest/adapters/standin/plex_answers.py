"""What the media server of the stand-ins answers about its libraries, collections and players."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from medianest.adapters.standin.plex_pages import (
    LIBRARY,
    png,
    shown_collection,
    shown_entry,
    shown_library,
    shown_session,
)
from medianest.adapters.standin.plex_shelf import KINDS, Entry, HeldCollection, PlexShelf
from medianest.adapters.standin.server import Answer, Received, json_answer

START, SIZE = "X-Plex-Container-Start", "X-Plex-Container-Size"
URI = re.compile(r"server://[^/]+/com\.plexapp\.plugins\.library/library/metadata/([0-9,]+)")
THUMB = re.compile(r"/library/(metadata|collections)/([0-9]+)/[a-z]+/[0-9]+")
WIDEST = 400
EMPTY = json_answer({"MediaContainer": {"size": 0}})


class PlexAnswers:
    """`sessions` are what plays: the item, whose it is, how far it is in milliseconds, whether it is transcoded."""

    def __init__(self, shelf: PlexShelf) -> None:
        self._shelf = shelf
        self.sessions: dict[int, tuple[Entry, str, int, bool]] = {}
        self.scanned: list[tuple[str, str | None]] = []

    def answer(self, request: Received) -> Answer | None:
        """None for what the real one has, and this one has not. Raises LookupError for what is not there."""
        query = request.query
        match (request.method, request.path.strip("/").split("/")):
            case ("GET", ["library", "sections"] | ["library", "sections", "all"]):
                held = [shown_library(each) for each in self._shelf.libraries.values()]
                return _container({"size": len(held), "allowSync": False, "title1": "Plex Library", "Directory": held})
            case ("GET", ["library", "sections", key, "all"]):
                return self._section(key, query)
            case ("GET", ["library", "sections", key, "collections"]):
                library = self._shelf.libraries[key]
                kept = [each for each in self._shelf.collections.values() if each.library == library.key]
                return _page([shown_collection(each) for each in kept[_slice(query)]], len(kept), query)
            case ("GET" | "POST", ["library", "sections", key, "refresh"]):
                self.scanned.append((self._shelf.libraries[key].key, query.get("path")))
                return Answer(headers={"Content-Type": "text/html"})
            case ("GET", ["library", "metadata", key]) if key.isdigit():
                return self._metadata(int(key), query)
            case ("GET", ["library", "metadata", key, "children" | "allLeaves" as what]) if key.isdigit():
                return self._below(self._shelf.find(int(key)), what, query)
            case ("POST", ["library", "collections"]):
                made = self._shelf.collect(query["sectionId"], query["title"], _named(query))
                return _page([shown_collection(made)], 1, {})
            case ("GET", ["library", "collections", key, "items"]) if key.isdigit():
                items = self._items(self._shelf.collections[int(key)])
                return _page([_shown(each, query) for each in items[_slice(query)]], len(items), query)
            case ("PUT", ["library", "collections", key, "items"]) if key.isdigit():
                self._shelf.put(self._shelf.collections[int(key)], _named(query))
                return _page([shown_collection(self._shelf.collections[int(key)])], 1, {})
            case ("PUT", ["library", "collections", key, "items", item, "move"]) if key.isdigit() and item.isdigit():
                after = int(query["after"]) if "after" in query else None
                self._shelf.move(self._shelf.collections[int(key)], int(item), after)
                return _page([shown_collection(self._shelf.collections[int(key)])], 1, {})
            case ("GET", ["hubs", "search"]):
                return self._search(query)
            case ("GET", ["status", "sessions"]):
                playing = [
                    shown_session(entry, user, offset=offset, is_transcoded=is_transcoded)
                    for entry, user, offset, is_transcoded in self.sessions.values()
                ]
                return _container({"size": len(playing), "Metadata": playing}) if playing else EMPTY
            case ("GET", ["photo", ":", "transcode"]):
                return self._picture(query)
            case _:
                return None

    def _section(self, key: str, query: Mapping[str, str]) -> Answer:
        library = self._shelf.libraries[key]
        entries = library.of_kind(KINDS.get(query.get("type", ""), library.type))
        if query.keys() & {"resolution", "year", "show.id"}:
            entries = {number: entry for number, entry in entries.items() if _fits(entry, query)}
        field, _, direction = query.get("sort", "titleSort").partition(":")
        if field != "addedAt":
            by_name = sorted(entries.items(), key=lambda held: (held[1].name, held[0]), reverse=direction == "desc")
            entries = dict(by_name)
        elif direction == "desc":
            entries = dict(reversed(entries.items()))
        start, size = int(query.get(START, 0)), int(query.get(SIZE, len(entries)))
        shown = [_shown(each, query) for each in islice(entries.values(), start, start + size)]
        about = {
            "librarySectionID": int(library.key),
            "librarySectionTitle": library.title,
            "librarySectionUUID": library.uuid,
            "identifier": LIBRARY,
            "title1": library.title,
        }
        return _page(shown, len(entries), query, about)

    def _metadata(self, key: int, query: Mapping[str, str]) -> Answer:
        if key in self._shelf.collections:
            return _page([shown_collection(self._shelf.collections[key])], 1, {})
        return _page([_shown(self._shelf.find(key), {**query, "includeGuids": "1"})], 1, {})

    def _below(self, entry: Entry, what: str, query: Mapping[str, str]) -> Answer:
        found = list(entry.children.values())
        if what == "allLeaves" and entry.kind == "show":
            found = [episode for season in found for episode in season.children.values()]
        return _page([_shown(each, query) for each in found[_slice(query)]], len(found), query)

    def _items(self, collection: HeldCollection) -> list[Entry]:
        there = {entry.rating_key: entry for entry in self._shelf.everything()}
        return [there[each] for each in collection.items if each in there]

    def _search(self, query: Mapping[str, str]) -> Answer:
        words = query["query"].casefold().split()
        limit = int(query.get("limit", "3"))
        hubs = []
        for kind in ("movie", "show", "episode"):
            fitting = (
                each
                for each in self._shelf.everything()
                if each.kind == kind and all(word in each.name.casefold() for word in words)
            )
            found = [_shown(entry, query) for entry, _ in zip(fitting, range(limit), strict=False)]
            hub = {"title": kind.title(), "type": kind, "hubIdentifier": kind, "size": len(found), "more": False}
            hubs.append({**hub, **({"Metadata": found} if found else {})})
        people = {"title": "People", "type": "actor", "hubIdentifier": "actor", "size": 0, "more": False}
        return _container({"size": len(hubs) + 1, "Hub": [*hubs, people]})

    def _picture(self, query: Mapping[str, str]) -> Answer:
        matched = THUMB.fullmatch(query["url"])
        if matched is None:
            raise LookupError("no such picture")
        number = int(matched[2])
        if matched[1] == "metadata":
            self._shelf.find(number)
        elif number not in self._shelf.collections:
            raise LookupError("no such collection")
        width, height = (min(WIDEST, max(1, int(query[each]))) for each in ("width", "height"))
        return Answer(headers={"Content-Type": "image/png"}, body=png(width, height))


def _shown(entry: Entry, query: Mapping[str, str]) -> dict[str, Any]:
    return shown_entry(entry, with_guids=query.get("includeGuids") == "1")


def _fits(entry: Entry, query: Mapping[str, str]) -> bool:
    resolution, year, show = query.get("resolution"), query.get("year"), query.get("show.id")
    if show is not None and show not in {str(above.rating_key) for above in _above(entry)}:
        return False
    return (resolution is None or resolution in entry.resolutions) and year in (None, str(entry.of.year))


def _above(entry: Entry) -> Iterator[Entry]:
    while (above := entry.parent) is not None:
        entry = above
        yield entry


def _named(query: Mapping[str, str]) -> list[int]:
    """The items in a `uri`. Raises LookupError."""
    if "uri" not in query:
        return []
    matched = URI.fullmatch(query["uri"])
    if matched is None:
        raise LookupError("no items")
    return [int(each) for each in matched[1].split(",") if each]


def _slice(query: Mapping[str, str]) -> slice:
    start = int(query.get(START, 0))
    return slice(start, start + int(query[SIZE]) if SIZE in query else None)


def _page(
    shown: list[dict[str, Any]], total: int, query: Mapping[str, str], about: Mapping[str, object] | None = None
) -> Answer:
    """As the real one, it says where a page is only if it was asked for one."""
    place = {"totalSize": total, "offset": int(query.get(START, 0))} if SIZE in query else {}
    return _container({"size": len(shown), **place, **(about or {}), **({"Metadata": shown} if shown else {})})


def _container(content: dict[str, Any]) -> Answer:
    return json_answer({"MediaContainer": content})
