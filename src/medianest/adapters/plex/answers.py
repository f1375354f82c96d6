"""What a media server says, as far as we listen. Whatever is not certain to be right is read as anything, and looked at
when it is used."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from medianest.adapters.plex.shapes import Nonsense
from medianest.adapters.plex.values import number


class Metadata(msgspec.Struct, rename="camel"):
    """An item, a collection, or something that plays."""

    rating_key: Any = None
    type: Any = None
    title: Any = None
    summary: Any = None
    year: Any = None
    index: Any = None
    parent_index: Any = None
    parent_rating_key: Any = None
    grandparent_rating_key: Any = None
    grandparent_title: Any = None
    guid: Any = None
    parent_guid: Any = None
    grandparent_guid: Any = None
    added_at: Any = None
    deleted_at: Any = None
    leaf_count: Any = None
    child_count: Any = None
    thumb: Any = None
    art: Any = None
    composite: Any = None
    smart: Any = None
    duration: Any = None
    view_offset: Any = None
    section: Any = msgspec.field(name="librarySectionID", default=None)
    guids: Any = msgspec.field(name="Guid", default=None)
    media: Any = msgspec.field(name="Media", default=None)
    user: Any = msgspec.field(name="User", default=None)
    player: Any = msgspec.field(name="Player", default=None)
    transcoding: Any = msgspec.field(name="TranscodeSession", default=None)


class _Items(msgspec.Struct, rename="camel"):
    size: Any = None
    offset: Any = None
    total_size: Any = None
    section: Any = msgspec.field(name="librarySectionID", default=None)
    metadata: list[Metadata] = msgspec.field(name="Metadata", default_factory=list)


class ItemsAnswer(msgspec.Struct):
    """A container without a `Metadata` is empty only if it says so by its `size`."""

    container: _Items = msgspec.field(name="MediaContainer")

    @property
    def found(self) -> Sequence[Metadata]:
        """Raises Nonsense."""
        if number(self.container.size) != len(self.container.metadata):
            raise Nonsense
        return self.container.metadata


class _Hub(msgspec.Struct):
    metadata: list[Metadata] = msgspec.field(name="Metadata", default_factory=list)


class _Hubs(msgspec.Struct):
    size: Any = None
    hubs: list[_Hub] = msgspec.field(name="Hub", default_factory=list)


class HubsAnswer(msgspec.Struct):
    container: _Hubs = msgspec.field(name="MediaContainer")

    @property
    def found(self) -> Iterable[Metadata]:
        """Raises Nonsense."""
        if number(self.container.size) != len(self.container.hubs):
            raise Nonsense
        return (each for hub in self.container.hubs for each in hub.metadata)


class Section(msgspec.Struct, rename="camel"):
    key: Any = None
    uuid: Any = None
    type: Any = None
    title: Any = None
    agent: Any = None
    language: Any = None
    refreshing: Any = None
    scanned_at: Any = None
    locations: Any = msgspec.field(name="Location", default=None)


class _Sections(msgspec.Struct):
    size: Any = None
    sections: list[Section] = msgspec.field(name="Directory", default_factory=list)


class SectionsAnswer(msgspec.Struct):
    container: _Sections = msgspec.field(name="MediaContainer")


class _Server(msgspec.Struct, rename="camel"):
    machine_identifier: str
    version: str
    friendly_name: Any = None
    platform: Any = None


class ServerAnswer(msgspec.Struct):
    container: _Server = msgspec.field(name="MediaContainer")
