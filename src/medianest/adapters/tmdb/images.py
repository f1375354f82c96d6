"""`TmdbPictures`: posters, stills and faces from The Movie Database's image server."""

import httpx

from medianest.adapters.tmdb.fields import IMAGE_PATH
from medianest.ports.failures import MetadataUnavailable, NotAPicture, asked_wait
from medianest.ports.pictures import Picture, PictureSize, picture_type

LARGEST = 10 * 1024 * 1024
"""Bytes. An original backdrop is 3840 pixels wide."""


class TmdbPictures:
    """Implements `Pictures`. `client` has TMDB's image server as its base address, and no key: that needs none."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def picture(self, path: str, size: PictureSize) -> Picture | None:
        """As the port says. A drawing (".svg") is asked for as the PNG that TMDB makes of it: it could carry a
        script."""
        if not IMAGE_PATH.fullmatch(path):
            return None
        file = f"{path[: -len('.svg')]}.png" if path.endswith(".svg") else path
        try:
            answer = await self._client.get(f"/t/p/{size}{file}", headers={"Accept": "image/*"})
        except (httpx.HTTPError, OSError) as error:
            raise MetadataUnavailable(f"{MetadataUnavailable.text} ({type(error).__name__})") from None
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise MetadataUnavailable(
                f"{MetadataUnavailable.text} (HTTP {answer.status_code})",
                retry_after=asked_wait(answer.headers.get("retry-after")),
            )
        media_type = picture_type(answer.content)
        if media_type is None or len(answer.content) > LARGEST:
            raise NotAPicture(retry_after=30.0)
        return Picture(content=answer.content, media_type=media_type)
