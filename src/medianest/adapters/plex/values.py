"""The small things in Plex's answers. Numbers may come as strings, and a true as a 1."""

import re
from datetime import UTC, datetime
from typing import Final

from medianest.ports.media_server import ItemNotThere

KEY: Final = re.compile(r"[0-9]{1,19}")
"""Of an item or a library, and what may stand in a path of ours."""
PICTURE: Final = re.compile(
    r"/library/(?:metadata|collections)/[0-9]{1,19}/"
    r"(?:thumb|art|poster|background|banner|composite|clearLogo|squareArt)(?:/[0-9]{1,19})?"
)
"""The kinds of path that lead to a picture on the server itself. It fetches them as its owner: any other word there is
something that it does (`refresh`), or lists."""
LONGEST_TITLE: Final = 500
LONGEST_SUMMARY: Final = 5000
LARGEST_NUMBER: Final = 2**31 - 1
LATEST: Final = 253_402_300_799
"""The last second of the year 9999."""


def key(value: object) -> str | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if KEY.fullmatch(text) else None


def checked_key(value: str) -> str:
    """A key of somebody's, as it may stand in a path. Raises ItemNotThere."""
    found = key(value)
    if found is None:
        raise ItemNotThere
    return found


def number(value: object, *, most: int = LARGEST_NUMBER) -> int | None:
    """From 0 on; None for what is none that we could hold."""
    if isinstance(value, str):
        value = int(value) if KEY.fullmatch(value) else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    return None


def yes(value: object) -> bool:
    return value is True or value in (1, "1", "true")


def moment(value: object) -> datetime | None:
    """From unix seconds; Plex says 0 for never."""
    seconds = number(value, most=LATEST)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def picture_path(value: object) -> str | None:
    path = value.partition("?")[0] if isinstance(value, str) else ""
    return path if PICTURE.fullmatch(path) else None
