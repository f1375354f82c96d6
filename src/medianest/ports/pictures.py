"""Posters, stills and faces."""

from collections.abc import Mapping
from typing import Final, Literal, Protocol

import msgspec

PictureKind = Literal["poster", "backdrop", "profile", "still", "logo"]
PictureSize = Literal["w92", "w154", "w185", "w300", "w342", "w500", "w780", "w1280", "original"]
"""The Movie Database's: the width in pixels."""

SIZES: Mapping[PictureKind, tuple[PictureSize, ...]] = {
    "poster": ("w92", "w154", "w185", "w342", "w500", "w780", "original"),
    "backdrop": ("w300", "w780", "w1280", "original"),
    "profile": ("w185", "original"),
    "still": ("w92", "w185", "w300", "original"),
    "logo": ("w92", "w154", "w185", "w300", "w500", "original"),
}
"""Which of them each kind of picture is made in. Source: TMDB's /3/configuration."""


_SIGNATURES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
# Source: https://mimesniff.spec.whatwg.org, 6.1.


def picture_type(content: bytes) -> str | None:
    """What the first bytes say it is, whatever was said of it; None for anything but JPEG, PNG and WebP."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for signature, media_type in _SIGNATURES if content.startswith(signature)), None)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """`media_type` is what `picture_type` says of the content."""

    content: bytes
    media_type: str


class Pictures(Protocol):
    async def picture(self, path: str, size: PictureSize) -> Picture | None:
        """The picture that the metadata calls `path` ("/x.jpg"), in that width; None where there is none, or where
        `path` can be none. Raises `MetadataUnavailable`, and `NotAPicture`."""
