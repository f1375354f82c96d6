"""What a media server answers, and how it becomes our words.

What makes an item or a library out (its key, its type) has to be right, or the whole answer is nonsense: one left out
would look as if it were gone. Everything else is taken where it makes sense, and is unknown where it does not.

Sources: the OpenAPI document of Plex Media Server, and what clients of it read.
"""

from collections.abc import Sequence
from typing import Any, Final, cast, get_args

from medianest.adapters.plex.answers import Metadata, Section, SectionsAnswer, ServerAnswer
from medianest.adapters.plex.guids import NOBODY, guids_of, joined, old_guid
from medianest.adapters.plex.shapes import MACHINE, Nonsense, decode, line
from medianest.adapters.plex.values import LONGEST_SUMMARY, LONGEST_TITLE, key, moment, number, picture_path, yes
from medianest.ports.media_server import Guids, Item, ItemType, Library, LibraryType, ServerIdentity

ITEM_TYPES: Final = frozenset(get_args(ItemType))
LIBRARY_TYPES: Final = frozenset(get_args(LibraryType))


def identity_from(body: bytes) -> ServerIdentity:
    """Raises Nonsense, as all of these do."""
    server = decode(body, ServerAnswer).container
    if not MACHINE.fullmatch(server.machine_identifier):
        raise Nonsense
    return ServerIdentity(
        machine_identifier=server.machine_identifier,
        version=line(server.version)[:100],
        name=line(server.friendly_name)[:LONGEST_TITLE] or None,
        platform=line(server.platform)[:100] or None,
    )


def libraries_from(answer: SectionsAnswer) -> Sequence[Library]:
    if number(answer.container.size) != len(answer.container.sections):
        raise Nonsense
    return [
        _library(each)
        for each in answer.container.sections
        if isinstance(each.type, str) and each.type in LIBRARY_TYPES
    ]


def _library(section: Section) -> Library:
    found_key = key(section.key)
    uuid = line(section.uuid)
    if found_key is None or not uuid or len(uuid) > 200:
        raise Nonsense
    locations = section.locations if isinstance(section.locations, list) else []
    return Library(
        key=found_key,
        uuid=uuid,
        type=section.type,
        title=line(section.title)[:LONGEST_TITLE],
        agent=line(section.agent)[:200] or None,
        language=line(section.language)[:40] or None,
        locations=tuple(
            each["path"] for each in locations if isinstance(each, dict) and isinstance(each.get("path"), str)
        ),
        is_refreshing=yes(section.refreshing),
        scanned_at=moment(section.scanned_at),
    )


def is_item(found: Metadata) -> bool:
    """Rather than a track, a collection, or something that nobody has heard of."""
    return isinstance(found.type, str) and found.type in ITEM_TYPES


def item_from(found: Metadata, section: object = None) -> Item:
    """`section` is the key of the library that all items of an answer are in, where the item itself does not say."""
    rating_key = key(found.rating_key)
    if rating_key is None or not is_item(found):
        raise Nonsense
    kind = cast("ItemType", found.type)
    own, series = _guids(kind, found)
    has_4k, has_other, is_away, is_4k_away = _quality(found.media)
    is_episode, is_season = kind == "episode", kind == "season"
    return Item(
        rating_key=rating_key,
        type=kind,
        title=line(found.title)[:LONGEST_TITLE],
        library_key=key(found.section) or key(section),
        year=number(found.year),
        guids=own,
        added_at=moment(found.added_at),
        index=number(found.index) if is_episode or is_season else None,
        parent_rating_key=key(found.parent_rating_key) if is_episode or is_season else None,
        series_rating_key=key(
            found.grandparent_rating_key if is_episode else found.parent_rating_key if is_season else None
        ),
        season=number(found.parent_index if is_episode else found.index if is_season else None),
        series_guids=series,
        leaf_count=number(found.leaf_count),
        has_4k=has_4k,
        has_other=has_other,
        is_away=is_away or moment(found.deleted_at) is not None,
        is_4k_away=is_4k_away,
        summary=found.summary[:LONGEST_SUMMARY] if isinstance(found.summary, str) else "",
        thumb=picture_path(found.thumb),
        art=picture_path(found.art),
    )


def _guids(kind: ItemType, found: Metadata) -> tuple[Guids, Guids]:
    """Its own, and those of the series that it is a part of."""
    names = found.guids if isinstance(found.guids, list) else []
    own = guids_of(each.get("id") for each in names if isinstance(each, dict)) if names else NOBODY
    old = old_guid(found.guid)
    if kind in ("movie", "show"):
        return (own if old is None or old.season is not None else joined(own, old.guids)), NOBODY
    above = old_guid(found.grandparent_guid if kind == "episode" else found.parent_guid)
    series = NOBODY if old is None else old.guids
    return own, series if above is None else joined(series, above.guids)


def _quality(media: object) -> tuple[bool, bool, bool, bool]:
    """Whether its files are in 4K, and in something else, and whether they are all away, or those in 4K. A file that is
    away counts only where there is no other."""
    if not isinstance(media, list):
        return False, False, False, False
    versions = [each for each in media if isinstance(each, dict)]
    there = [each for each in versions if not _is_away(each)]
    is_4k = [_is_4k(each) for each in there or versions]
    is_4k_away = any(map(_is_4k, versions)) and not any(map(_is_4k, there))
    return any(is_4k), not all(is_4k), bool(versions) and not there, is_4k_away


def _is_4k(version: dict[str, Any]) -> bool:
    return line(version.get("videoResolution")).lower() in ("4k", "2160")


def _is_away(version: dict[str, Any]) -> bool:
    parts = version.get("Part")
    return moment(version.get("deletedAt")) is not None or any(
        each.get("exists") in (False, 0, "0") or each.get("accessible") in (False, 0, "0")
        for each in (parts if isinstance(parts, list) else [])
        if isinstance(each, dict)
    )
