"""`PlexActivity`: what a Plex Media Server plays, looks for and shows."""

from collections.abc import Sequence
from typing import Final

from medianest.adapters.plex.answers import ItemsAnswer, Metadata
from medianest.adapters.plex.server_shapes import is_item, item_from
from medianest.adapters.plex.shapes import Nonsense, line
from medianest.adapters.plex.values import LONGEST_TITLE, PICTURE, checked_key, number
from medianest.adapters.plex.wire import PlexWire, strange
from medianest.ports.failures import NotAPicture
from medianest.ports.media_server import ItemNotThere, Playing
from medianest.ports.pictures import Picture, picture_type

PLAYED: Final = ("movie", "episode")
COLLECTION: Final = "collection"
LARGEST_SIDE: Final = 4000
LARGEST_PICTURE: Final = 5 * 1024 * 1024
ACCEPTED: Final = "image/jpeg, image/png, image/webp"


class PlexActivity:
    """Implements `MediaServerActivity`."""

    def __init__(self, wire: PlexWire) -> None:
        self._wire = wire

    async def playing(self) -> Sequence[Playing]:
        try:
            found = (await self._wire.ask(ItemsAnswer, "/status/sessions")).found
            return [_playing(each) for each in found if each.type in PLAYED]
        except (Nonsense, ItemNotThere):
            raise strange() from None

    async def scan(self, library_key: str, *, path: str | None) -> None:
        asked = None if path is None else {"path": path}
        await self._wire.send("GET", f"/library/sections/{checked_key(library_key)}/refresh", asked)

    async def picture(self, path: str, *, width: int, height: int) -> Picture:
        # Plex would fetch any address that stands here, and hand out any file of its own.
        if not PICTURE.fullmatch(path):
            raise ItemNotThere
        await self._ensure_shown(path.split("/")[3])
        size = {"width": _side(width), "height": _side(height), "minSize": 1, "upscale": 0}
        answer = await self._wire.send("GET", "/photo/:/transcode", {"url": path, **size}, accept=ACCEPTED)
        media_type = picture_type(answer.content)
        if media_type is None or len(answer.content) > LARGEST_PICTURE:
            raise NotAPicture(retry_after=30.0)
        return Picture(content=answer.content, media_type=media_type)

    async def _ensure_shown(self, rating_key: str) -> None:
        """Somebody's photographs have pictures as well, and are nobody else's."""
        answer = await self._wire.ask(ItemsAnswer, f"/library/metadata/{rating_key}")
        try:
            if not any(is_item(each) or each.type == COLLECTION for each in answer.found):
                raise ItemNotThere
        except Nonsense:
            raise strange() from None


def _playing(found: Metadata) -> Playing:
    """Raises Nonsense."""
    player = found.player if isinstance(found.player, dict) else {}
    user = found.user if isinstance(found.user, dict) else {}
    transcoding = found.transcoding if isinstance(found.transcoding, dict) else {}
    duration = (number(found.duration) or 0) / 1000
    item = item_from(found)
    return Playing(
        item=item,
        user=line(user.get("title"))[:LONGEST_TITLE] or None,
        player=(line(player.get("title")) or line(player.get("product")))[:LONGEST_TITLE] or None,
        state=line(player.get("state"))[:40] or "playing",
        progress=min((number(found.view_offset) or 0) / 1000, duration),
        duration=duration,
        # A session that only repacks the file has one as well, and says "copy".
        is_transcoded="transcode" in (transcoding.get("videoDecision"), transcoding.get("audioDecision")),
        series=line(found.grandparent_title)[:LONGEST_TITLE] or None,
        season=item.season,
    )


def _side(pixels: int) -> int:
    return max(1, min(pixels, LARGEST_SIDE))
