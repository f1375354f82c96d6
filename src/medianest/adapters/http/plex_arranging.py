"""`/plex`: what is changed on a media server itself. It is no event: the server alone knows what is so."""

from typing import Annotated, Any, Final

from litestar import Request, Response, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, field

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import END, RATING_KEY, Body, ShortText
from medianest.adapters.http.plex_item_shapes import PlexCollectionResource, collection_resource
from medianest.adapters.http.plex_words import ItemKey, LibraryKey, RatingKey, ServerSlug
from medianest.adapters.http.writing import viewer_of

MANAGE_SERVICES: Final = {"access": Access.permission("manage_services")}

Key = Annotated[str, Meta(pattern=RATING_KEY)]
Directory = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+" + END)]


class NewCollection(Body, kw_only=True):
    """`items` are the `ratingKey`s of what is in it from the first."""

    title: ShortText
    items: Annotated[list[Key], Meta(max_length=1000)] = field(default_factory=list)


class AddedItems(Body, kw_only=True):
    """`ratingKey`s."""

    items: Annotated[list[Key], Meta(min_length=1, max_length=1000)]


class ItemPlace(Body, kw_only=True):
    """Behind the item with this `ratingKey`; null: in front of all."""

    after: Key | None


class ScannedPath(Body, kw_only=True):
    """A directory in one of the library's `locations`; without it, the whole library."""

    path: Directory | None = None


@post(
    "/libraries/{library:str}/collections",
    status_code=201,
    opt=MANAGE_SERVICES,
    summary="Make a collection on the server",
)
async def create_plex_collection(
    library: LibraryKey,
    data: JSONBody[NewCollection],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    server: ServerSlug = None,
) -> PlexCollectionResource:
    """Of what is in that library. Sent twice, it makes two."""
    made = await door.arranger.create_collection(viewer_of(request), server, library, data.title, data.items)
    return collection_resource(made)


@post("/collections/{collection:str}/items", status_code=204, opt=MANAGE_SERVICES, summary="Add to a collection")
async def add_to_plex_collection(
    collection: RatingKey,
    data: JSONBody[AddedItems],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    server: ServerSlug = None,
) -> Response[None]:
    """What is in it already stays where it is."""
    await door.arranger.add_to_collection(viewer_of(request), server, collection, data.items)
    return Response(None, status_code=204)


@patch(
    "/collections/{collection:str}/items/{item:str}",
    status_code=204,
    opt=MANAGE_SERVICES,
    summary="Move an item in a collection",
)
async def move_in_plex_collection(
    collection: RatingKey,
    item: ItemKey,
    data: JSONBody[ItemPlace],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    *,
    server: ServerSlug = None,
) -> Response[None]:
    await door.arranger.move_in_collection(viewer_of(request), server, collection, item, data.after)
    return Response(None, status_code=204)


@post("/libraries/{library:str}/scan", status_code=202, opt=MANAGE_SERVICES, summary="Let the server look at its disks")
async def scan_plex_library(
    library: LibraryKey,
    data: JSONBody[ScannedPath],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    server: ServerSlug = None,
) -> Response[None]:
    """It answers before the server has looked. What it finds, MediaNest learns by a webhook, or within minutes."""
    await door.arranger.scan(viewer_of(request), server, library, data.path)
    return Response(None, status_code=202)
