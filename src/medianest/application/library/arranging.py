"""What is changed on a media server itself: its collections, and a look at what lies on its disks."""

from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

import structlog

from medianest.application.library.browsing import COLLECTIONS, NotOnServer, ServerBrowser
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Refused
from medianest.ports.media_server import ItemCollection, ItemType, Library, WholeServer

logger = structlog.get_logger("medianest.library")

COLLECTED: Final = ("movie", "show")
"""Types of libraries in which MediaNest makes collections."""


class PathOutsideLibrary(Refused):
    code, kind = "path_outside_library", "invalid"
    text = "This directory is in no location of the library."


class ServerArranger:
    """`server` is a short name; None: the first. All raise ServerNotFound, NotOnServer, PlexNotConfigured,
    PlexRefusesToken, PlexUnavailable; what was asked may have been done all the same where an answer was lost."""

    def __init__(self, browser: ServerBrowser) -> None:
        self._browser = browser

    async def create_collection(
        self, viewer: Viewer, server: str | None, library: str, title: str, items: Sequence[str]
    ) -> ItemCollection:
        """With these rating keys in it, all of which are in that library."""
        chosen = await self._browser.pick(server)

        async def create(whole: WholeServer) -> ItemCollection:
            kind: ItemType = "movie" if (await _library(whole, library)).type == "movie" else "show"
            return await whole.collections.create(library, kind, title, items)

        made = await self._browser.change(chosen, create, COLLECTIONS)
        self._note(viewer, "collection_created", chosen.slug, library=library, collection=made.rating_key)
        return made

    async def add_to_collection(
        self, viewer: Viewer, server: str | None, rating_key: str, items: Sequence[str]
    ) -> None:
        chosen = await self._browser.pick(server)
        await self._browser.change(chosen, lambda whole: whole.collections.add(rating_key, items), COLLECTIONS)
        self._note(viewer, "collection_grown", chosen.slug, collection=rating_key, items=len(items))

    async def move_in_collection(
        self, viewer: Viewer, server: str | None, rating_key: str, item: str, after: str | None
    ) -> None:
        """Behind `after`; None: in front of all."""
        chosen = await self._browser.pick(server)
        await self._browser.change(
            chosen, lambda whole: whole.collections.move(rating_key, item, after=after), COLLECTIONS
        )
        self._note(viewer, "collection_ordered", chosen.slug, collection=rating_key, item=item)

    async def scan(self, viewer: Viewer, server: str | None, library: str, path: str | None) -> None:
        """Have the server look at a library, or at one directory in it. Raises PathOutsideLibrary."""
        chosen = await self._browser.pick(server)

        async def scan(whole: WholeServer) -> None:
            if path is not None:
                _ensure_inside(path, (await _library(whole, library)).locations)
            await whole.activity.scan(library, path=path)

        await self._browser.change(chosen, scan)
        self._note(viewer, "scan_asked", chosen.slug, library=library, is_partial=path is not None)

    def _note(self, viewer: Viewer, what: str, slug: str, **which: object) -> None:
        """It is no fact of ours, and so no event: the server says what is so."""
        logger.info(f"media_server_{what}", server=slug, actor=str(viewer.user_id), **which)


async def _library(whole: WholeServer, key: str) -> Library:
    """Raises NotOnServer."""
    found = next((one for one in await whole.media.libraries() if one.key == key and one.type in COLLECTED), None)
    if found is None:
        raise NotOnServer
    return found


def _ensure_inside(path: str, locations: Sequence[str]) -> None:
    """The server may run on another kind of machine than we do."""
    kind = PureWindowsPath if any("\\" in one for one in locations) else PurePosixPath
    wanted = kind(path)
    if ".." in wanted.parts or not any(wanted.is_relative_to(kind(one)) for one in locations):
        raise PathOutsideLibrary
