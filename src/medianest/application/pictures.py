"""Pictures of others, kept for everybody: a page of posters is asked for once, and not by each who looks at it."""

from dataclasses import dataclass
from typing import Final

from medianest.application.kept_reads import KeptReads, Lifetimes, Read
from medianest.application.library.browsing import NotOnServer, ServerBrowser
from medianest.application.queries.bus import Answering
from medianest.domain.kernel import Refused
from medianest.ports.front_door import Query
from medianest.ports.pictures import Picture, Pictures, PictureSize

LARGEST: Final = 1024 * 1024
"""Bytes. What is larger is passed on, and not kept: a hundred originals would push out everything else."""
STEP: Final = 50
"""Pixels. What a media server makes is asked for in steps, or two windows of nearly the same width would not share it.
"""
DAY: Final = 86_400.0
FOR_EVER: Final = Lifetimes(fresh=30 * DAY, stale=30 * DAY)
"""A picture at TMDB never changes: another one has another path."""
FOR_A_DAY: Final = Lifetimes(fresh=DAY, stale=7 * DAY, missing=60.0)


class PictureNotFound(Refused):
    code, kind = "picture_not_found", "missing"
    text = "There is no such picture. Their paths come with what they show."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPicture(Query[Picture]):
    """One of The Movie Database: `file` is its path without the slash."""

    file: str
    size: PictureSize


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowServerPicture(Query[Picture]):
    """One of a media server; the first, where no `server` is named. It fills `width` and `height` in pixels, and the
    server makes it no larger than it is."""

    server: str | None
    path: str
    width: int
    height: int


class PictureDesk:
    """Both raise PictureNotFound, NotAPicture, and what their server raises when it is away."""

    def __init__(self, pictures: Pictures, reads: KeptReads, browser: ServerBrowser) -> None:
        self._pictures = pictures
        self._reads = reads
        self._browser = browser

    def answering(self) -> Answering:
        return {ShowPicture: self.show, ShowServerPicture: self.show_of_server}

    async def show(self, query: ShowPicture) -> Picture:
        path = f"/{query.file}"
        kept = await self._reads.get(
            Read(
                upstream="tmdb_images",
                kind="picture",
                name=f"{query.size}{path}",
                shape=Picture,
                lifetimes=FOR_EVER,
                fetch=lambda: self._pictures.picture(path, query.size),
                largest=LARGEST,
            )
        )
        if kept is None:
            raise PictureNotFound
        return kept.value

    async def show_of_server(self, query: ShowServerPicture) -> Picture:
        server = await self._browser.pick(query.server)
        width, height = _step(query.width), _step(query.height)
        try:
            return await self._browser.read(
                server,
                "picture",
                f"{width}x{height}{query.path}",
                Picture,
                lambda whole: whole.activity.picture(query.path, width=width, height=height),
                lifetimes=FOR_A_DAY,
                largest=LARGEST,
            )
        except NotOnServer:
            raise PictureNotFound from None


def _step(pixels: int) -> int:
    return -(-pixels // STEP) * STEP
