"""How media servers and what is on them are named in addresses."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

_KEY = r"^[0-9]{1,19}$"

ServerSlug = Annotated[
    str | None,
    QueryParameter(
        name="server",
        pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
        description="The short name of a media server; the first, where none is named.",
    ),
]
"""For `server: ServerSlug = None`."""

LibraryKey = Annotated[str, PathParameter(pattern=_KEY, description="The library's `key`.")]
RatingKey = Annotated[str, PathParameter(pattern=_KEY, description="The collection's `ratingKey`.")]
ItemKey = Annotated[str, PathParameter(pattern=_KEY, description="The item's `ratingKey`.")]
