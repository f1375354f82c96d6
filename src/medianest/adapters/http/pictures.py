"""`/media/image` and `/plex/image`: pictures of others, for `<img>` of a page that is signed in, and for clients.

Not for everybody: whoever knows the address of an open one has a proxy for pictures at our expense. The cookies of a
page go along with its `<img>`; clients send their token as with all else.
"""

from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from medianest.adapters.http.ages import marks_stale
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.openapi import REFUSES
from medianest.adapters.http.foundation.schema import END
from medianest.adapters.http.foundation.told_headers import SHOWS_TITLES
from medianest.adapters.http.plex_words import ServerSlug
from medianest.application.pictures import ShowPicture, ShowServerPicture
from medianest.ports.pictures import Picture, PictureSize

SIGNED_IN: Final = {"access": Access.SIGNED_IN, REFUSES: (404, 502)}
YEAR: Final = "private, max-age=31536000, immutable"
"""What has another path when it changes; in the reader's own cache alone, as with all that needs a sign-in."""
DAY: Final = "private, max-age=86400"

FileName = Annotated[
    str,
    PathParameter(
        pattern=r"^[A-Za-z0-9_-]{1,100}\.(jpg|png|svg)" + END,
        description="A `posterPath`, `backdropPath` or the like without its slash.",
    ),
]
Size = Annotated[
    PictureSize,
    PathParameter(
        description="Its width in pixels. Not every kind of picture is made in every size; others are a 404."
    ),
]
Pixels = Annotated[int, QueryParameter(ge=1, le=2000, description="It is made to fill both, and never larger.")]


@get("/{size:str}/{file:str}", opt=SIGNED_IN, summary="A picture of The Movie Database")
async def show_picture(size: Size, file: FileName, door: NamedDependency[FrontDoor]) -> Response[bytes]:
    """For paths such as `posterPath`: `/x.jpg` is at `/api/v1/media/image/w342/x.jpg`. A drawing (`.svg`) comes as the
    PNG that is made of it."""
    return _shown(await door.queries.ask(ShowPicture(file=file, size=size)), YEAR)


@get("/image", opt=SIGNED_IN, summary="A picture of a media server")
async def show_server_picture(
    door: NamedDependency[FrontDoor],
    path: Annotated[str, QueryParameter(min_length=1, max_length=200, description="A `thumb` or an `art`.")],
    width: Pixels = 300,
    height: Pixels = 450,
    server: ServerSlug = None,
) -> Response[bytes]:
    """Made small by the server itself, in steps of 50 pixels."""
    query = ShowServerPicture(server=server, path=path, width=width, height=height)
    return _shown(await door.queries.ask(query), DAY)


def _shown(picture: Picture, caching: str) -> Response[bytes]:
    return Response(
        picture.content,
        media_type=picture.media_type,
        headers={"Cache-Control": caching, "Content-Disposition": "inline"},
    )


pictures_router = Router(
    path="/media/image",
    route_handlers=[show_picture],
    middleware=[marks_stale],
    opt={SHOWS_TITLES: True},
    tags=["Films and series"],
)
