"""`/plex`: browsing in the media servers of the house."""

from typing import Annotated, Any, Final, Literal

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from medianest.adapters.http.ages import marks_stale
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.openapi import REFUSES
from medianest.adapters.http.foundation.problems import PROBLEM_JSON, NotAllowed, Problem
from medianest.adapters.http.foundation.schema import END, RATING_KEY
from medianest.adapters.http.foundation.told_headers import SHOWS_TITLES
from medianest.adapters.http.pictures import show_server_picture
from medianest.adapters.http.plex_arranging import (
    add_to_plex_collection,
    create_plex_collection,
    move_in_plex_collection,
    scan_plex_library,
)
from medianest.adapters.http.plex_item_shapes import (
    PlexCollectionContents,
    PlexCollectionPage,
    PlexItemPage,
    collection_page,
    contents_resource,
    item_page,
)
from medianest.adapters.http.plex_shapes import (
    PlexLibraryList,
    PlexServerResource,
    PlexSessionList,
    library_resource,
    server_resource,
    session_resource,
)
from medianest.adapters.http.plex_words import LibraryKey, RatingKey, ServerSlug
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.media_server import (
    BrowseLibrary,
    FindServer,
    FindServerCollection,
    ListNewest,
    ListPlaying,
    ListServerCollections,
    ListServerLibraries,
    SearchServer,
)
from medianest.ports.media_server import ItemType

SIGNED_IN: Final = {"access": Access.SIGNED_IN, REFUSES: (404,)}
MANAGE_SERVICES: Final = {"access": Access.permission("manage_services"), REFUSES: (404,)}

Sort = Literal["title", "newest", "oldest", "year", "rating"]
ORDERS: Final = {
    "title": "titleSort:asc",
    "newest": "addedAt:desc",
    "oldest": "addedAt:asc",
    "year": "year:desc",
    "rating": "rating:desc",
}
Resolution = Literal["4k", "1080", "720", "576", "480", "sd"]

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000, description="Of 50 items each.")]


@get("/server", opt=SIGNED_IN, summary="A media server, and which others there are")
async def get_plex_server(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], server: ServerSlug = None
) -> PlexServerResource:
    seen = await door.queries.ask(FindServer(server=server))
    return server_resource(seen, is_managed=viewer_of(request).may("manage_services"))


@get("/libraries", opt=SIGNED_IN, summary="The libraries of a media server")
async def list_plex_libraries(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], server: ServerSlug = None
) -> PlexLibraryList:
    is_managed = viewer_of(request).may("manage_services")
    libraries = await door.queries.ask(ListServerLibraries(server=server))
    return PlexLibraryList(items=[library_resource(one, is_managed=is_managed) for one in libraries])


@get(
    "/libraries/{library:str}/items",
    opt=SIGNED_IN,
    summary="What is in a library",
    responses={
        403: ResponseSpec(
            Problem, generate_examples=False, media_type=PROBLEM_JSON, description="`unwatched` is for others."
        )
    },
)
async def list_plex_items(
    library: LibraryKey,
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    *,
    item_type: Annotated[
        ItemType | None, QueryParameter(name="type", description="Films or series, unless it says otherwise.")
    ] = None,
    genre: Annotated[
        str | None,
        QueryParameter(
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f,]+" + END,
            description="As the server knows it: by its number there.",
        ),
    ] = None,
    year: Annotated[int | None, QueryParameter(ge=1800, le=2200)] = None,
    unwatched: Annotated[
        bool,
        QueryParameter(
            description="What whoever the token belongs to has not seen yet. For those who manage services: it is "
            "somebody's own affair."
        ),
    ] = False,
    resolution: Annotated[
        Resolution | None, QueryParameter(description="Of films and episodes; the server knows it of nothing else.")
    ] = None,
    series: Annotated[
        str | None,
        QueryParameter(
            pattern=RATING_KEY, description="The `ratingKey` of the series whose seasons or episodes are meant."
        ),
    ] = None,
    sort: Annotated[Sort, QueryParameter()] = "title",
    page: PageNumber = 1,
    server: ServerSlug = None,
) -> PlexItemPage:
    viewer = viewer_of(request)
    if unwatched and not viewer.may("manage_services"):
        raise NotAllowed("What somebody has not seen yet is for those who manage services. Leave `unwatched` out.")
    given = {
        "genre": genre,
        "year": None if year is None else str(year),
        "unwatched": "1" if unwatched else None,
        "resolution": resolution,
        "show.id": series,
        "sort": ORDERS[sort],
    }
    seen = await door.queries.ask(
        BrowseLibrary(
            viewer=viewer,
            server=server,
            library=library,
            page=page,
            kind=item_type,
            filters={name: value for name, value in given.items() if value is not None},
        )
    )
    return item_page(seen)


@get("/search", opt=SIGNED_IN, summary="Search films, series and episodes on a media server")
async def search_plex(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    text: Annotated[str, QueryParameter(name="query", min_length=1, max_length=200, description="What to look for.")],
    page: PageNumber = 1,
    server: ServerSlug = None,
) -> PlexItemPage:
    """The first hundred that fit."""
    query = SearchServer(viewer=viewer_of(request), server=server, text=text, page=page)
    return item_page(await door.queries.ask(query))


@get("/recently-added", opt=SIGNED_IN, summary="Films and episodes that came last")
async def list_recently_added(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    library: Annotated[
        str | None, QueryParameter(pattern=RATING_KEY, description="The `key` of the one library that is meant.")
    ] = None,
    page: PageNumber = 1,
    server: ServerSlug = None,
) -> PlexItemPage:
    """A hundred of them, the newest first."""
    query = ListNewest(viewer=viewer_of(request), server=server, library=library, page=page)
    return item_page(await door.queries.ask(query))


@get("/libraries/{library:str}/collections", opt=SIGNED_IN, summary="The collections of a library")
async def list_plex_collections(
    library: LibraryKey, door: NamedDependency[FrontDoor], page: PageNumber = 1, server: ServerSlug = None
) -> PlexCollectionPage:
    return collection_page(await door.queries.ask(ListServerCollections(server=server, library=library, page=page)))


@get("/collections/{collection:str}", opt=SIGNED_IN, summary="A collection on a media server, and what is in it")
async def get_plex_collection(
    collection: RatingKey,
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    page: PageNumber = 1,
    server: ServerSlug = None,
) -> PlexCollectionContents:
    query = FindServerCollection(viewer=viewer_of(request), server=server, rating_key=collection, page=page)
    return contents_resource(await door.queries.ask(query))


@get("/sessions", opt=MANAGE_SERVICES, summary="Who watches what now")
async def list_plex_sessions(door: NamedDependency[FrontDoor], server: ServerSlug = None) -> PlexSessionList:
    """At most five seconds ago."""
    playing = await door.queries.ask(ListPlaying(server=server))
    return PlexSessionList(items=[session_resource(one) for one in playing])


plex_library_router = Router(
    path="/plex",
    route_handlers=[
        get_plex_server,
        list_plex_libraries,
        list_plex_items,
        search_plex,
        list_recently_added,
        list_plex_collections,
        get_plex_collection,
        list_plex_sessions,
        create_plex_collection,
        add_to_plex_collection,
        move_in_plex_collection,
        scan_plex_library,
        show_server_picture,
    ],
    middleware=[marks_stale],
    opt={SHOWS_TITLES: True},
    tags=["Libraries"],
)
