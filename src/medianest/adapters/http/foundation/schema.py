"""The shapes of what comes in and goes out: JSON in camelCase, times in RFC 3339, text with bounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

T = TypeVar("T")


def camel(name: str) -> str:
    """`is_4k` -> `is4k`, `title_name` -> `titleName`. (msgspec's own "camel" makes `is4K` of the first.)"""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


class Body(msgspec.Struct, kw_only=True, rename=camel, forbid_unknown_fields=True):
    """What a request carries. Decoded strictly: no unknown fields, no "1" for a number."""


class Resource(msgspec.Struct, kw_only=True, rename=camel):
    """What an answer carries. Every datetime in it is aware and UTC, and is written with a Z."""


class Page(Resource, Generic[T], kw_only=True):
    """One page of a list of ours. `next_cursor` is null on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


END = r"(?!\n)$"
"""What every pattern ends with: the `$` of Python alone overlooks a line feed at the end, that of ECMA-262 does not."""

ShortText = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+" + END)]
"""A name or a title: one line, without control characters."""

_ATOM = r"[^@\s\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""No space or control character (Python and ECMA-262 disagree on what a space is, so the doubtful ones are named), and
nothing that cannot be seen, or two people's addresses would look the same."""

Email = Annotated[str, Meta(max_length=254, pattern=rf"^{_ATOM}]{{1,64}}@{_ATOM}.]+(\.{_ATOM}.]+)*{END}")]
"""One @ with something on either side: only a message that arrives proves more. Lengths: RFC 5321, 4.5.3.1."""

Password = Annotated[str, Meta(min_length=8, max_length=128)]
"""A new one. What else is asked of it stands in `application/passwords`."""

GivenPassword = Annotated[str, Meta(min_length=1, max_length=1024)]
"""A password at sign-in, which may be older than today's rule."""

Secret = Annotated[str, Meta(min_length=1, max_length=512)]
"""A token that somebody hands back to us."""

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Note = Annotated[str, Meta(max_length=1000)]
CommentText = Annotated[str, Meta(min_length=1, max_length=2000)]

Moment = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with an offset."""

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many items a page holds at most.")]
"""For `limit: Limit = 20`. Bounds of parameters stand in QueryParameter: Litestar drops a msgspec Meta beside it."""

CursorText = Annotated[
    str | None,
    QueryParameter(max_length=2000, description="The `nextCursor` of the page before; absent for the first page."),
]
"""For `cursor: CursorText = None`."""

LANGUAGE = r"^[a-z]{2}(-[A-Z]{2})?" + END
"""The pattern of a language as The Movie Database takes it."""

REGION = r"^[A-Z]{2}" + END
"""The pattern of a country's two letters."""

SLUG = r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?" + END
"""The pattern of a short name that an owner gives once and for ever."""

RATING_KEY = r"^[0-9]{1,19}" + END
"""The pattern of the number under which Plex keeps an item or a library."""

TmdbId = Annotated[int, PathParameter(ge=1, le=2**31 - 1, description="The title's id at The Movie Database.")]
"""For `tmdb_id: TmdbId` and a path with `{tmdb_id:int}`; anything else is a 404."""
