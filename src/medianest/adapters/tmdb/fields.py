"""The single fields of TMDB's answers. None is believed unchecked: in practice any may be null, empty or missing."""

import re
from datetime import date
from typing import Any, TypeVar

import msgspec

LARGEST_ID = 2**31 - 1
LONGEST_NAME = 500
LONGEST_TEXT = 5000
MOST = 100_000

IMAGE_PATH = re.compile(r"/[A-Za-z0-9_-]{1,100}\.(?:jpg|png|svg)")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

T = TypeVar("T")


class Nonsense(ValueError):
    """The answer is not what TMDB says it is."""


def decode(body: bytes, shape: type[T]) -> T:
    """Raises Nonsense."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Nonsense("not the JSON that was expected") from None


def converted(value: Any, shape: type[T]) -> T | None:
    """One of several, or None where it makes no sense: the others stay."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return None


def dicts(value: Any, most: int = 1000) -> list[dict[str, Any]]:
    """The objects of a list, of its first `most` entries."""
    return [entry for entry in value[:most] if isinstance(entry, dict)] if isinstance(value, list) else []


def inner(value: Any, *path: str) -> Any:
    """What stands at `path` in objects within objects; None where one of them is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def name(value: Any) -> str | None:
    """A name, or None: one of absurd length is no name, and half of it would not be one either."""
    return None if not isinstance(value, str) or len(value) > LONGEST_NAME else text(value, LONGEST_NAME)


def text(value: Any, longest: int = LONGEST_NAME) -> str | None:
    return (UNPRINTABLE.sub("", value).strip()[:longest] or None) if isinstance(value, str) else None


def count(value: Any, most: int = MOST) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def number(value: Any) -> int | None:
    """An id."""
    return count(value, LARGEST_ID) or None


def vote(value: Any, votes: Any = None) -> float | None:
    """From 0 to 10; None where `votes` says that nobody voted, since TMDB has a 0 there."""
    if votes == 0 or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 10 else None


def day(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def image(value: Any) -> str | None:
    return value if isinstance(value, str) and IMAGE_PATH.fullmatch(value) else None


def matching(value: Any, pattern: re.Pattern[str]) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
