"""How media servers and what is on them are named in addresses."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from medianest.adapters.http.foundation.schema import RATING_KEY, SLUG

ServerSlug = Annotated[
    str | None,
    QueryParameter(
        name="server",
        pattern=SLUG,
        description="The short name of a media server; the first, where none is named.",
    ),
]
"""For `server: ServerSlug = None`."""

LibraryKey = Annotated[str, PathParameter(pattern=RATING_KEY, description="The library's `key`.")]
RatingKey = Annotated[str, PathParameter(pattern=RATING_KEY, description="The collection's `ratingKey`.")]
ItemKey = Annotated[str, PathParameter(pattern=RATING_KEY, description="The item's `ratingKey`.")]
