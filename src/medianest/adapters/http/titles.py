"""`/media/search`, `/media/{movie|tv}/{tmdbId}` and seasons: what there is, and what became of it here."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import LANGUAGE, Resource, TmdbId
from medianest.adapters.http.titles_details import (
    SeasonDetailsResource,
    TitleDetailsResource,
    season_details,
    title_details,
)
from medianest.adapters.http.titles_shapes import (
    CollectionItem,
    PageNumber,
    PersonItem,
    TitleResource,
    collection_item,
    person_item,
    title_resource,
)
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.titles import FindSeason, FindTitle, SearchTitles
from medianest.application.queries.titles_seen import TitleSeen
from medianest.ports.metadata import CollectionFound, FoundKind, PersonFound

SIGNED_IN = {"access": Access.SIGNED_IN}

TMDB_NOTICE: Final = "This product uses the TMDB API but is not endorsed or certified by TMDB."
"""In these words, with TMDB's logo: https://developer.themoviedb.org/docs/faq, "attribution requirements"."""


class FoundPageResource(Resource):
    """A page as TMDB counts pages, from 1. `kind` says what an item is."""

    items: Sequence[TitleResource | PersonItem | CollectionItem]
    page: int
    total_pages: int
    total_results: int


class Attribution(Resource):
    """Whom to name where titles are shown. `logos` is where TMDB's may be had, `justwatch` whom to name where you show
    where a title can be seen."""

    text: str
    source: str
    logos: str
    justwatch: str


@get("/search", opt=SIGNED_IN, summary="Search films, series, people and collections")
async def search_titles(
    *,
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    text: Annotated[str, QueryParameter(name="query", min_length=1, max_length=200, description="What to look for.")],
    page: PageNumber = 1,
    found: Annotated[
        FoundKind | None, QueryParameter(name="type", description="These alone; left out: films and series.")
    ] = None,
    language: Annotated[
        str | None,
        QueryParameter(pattern=LANGUAGE, description='Such as "de" or "pt-BR"; left out: your own.'),
    ] = None,
    year: Annotated[
        int | None, QueryParameter(ge=1800, le=2200, description="Of films, or series, asked for alone by `type`.")
    ] = None,
) -> FoundPageResource:
    seen = await door.queries.ask(
        SearchTitles(viewer=viewer_of(request), text=text, page=page, found=found, year=year, language=language)
    )
    return FoundPageResource(
        items=[_item(item) for item in seen.items],
        page=seen.page,
        total_pages=seen.total_pages,
        total_results=seen.total_results,
    )


@get("/attribution", opt=SIGNED_IN, summary="Whom to name where titles are shown")
async def get_attribution() -> Attribution:
    return Attribution(
        text=TMDB_NOTICE,
        source="https://www.themoviedb.org",
        logos="https://www.themoviedb.org/about/logos-attribution",
        justwatch="https://www.justwatch.com",
    )


@get("/movie/{tmdb_id:int}", opt=SIGNED_IN, summary="One film")
async def get_movie(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> TitleDetailsResource:
    return title_details(
        await door.queries.ask(FindTitle(viewer=viewer_of(request), media_type="movie", tmdb_id=tmdb_id))
    )


@get("/tv/{tmdb_id:int}", opt=SIGNED_IN, summary="One series, with its seasons")
async def get_series(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> TitleDetailsResource:
    return title_details(await door.queries.ask(FindTitle(viewer=viewer_of(request), media_type="tv", tmdb_id=tmdb_id)))


@get("/tv/{tmdb_id:int}/seasons/{number:int}", opt=SIGNED_IN, summary="One season, with its episodes")
async def get_season(
    tmdb_id: TmdbId,
    number: Annotated[int, PathParameter(ge=0, le=10_000, description="0: the specials.")],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
) -> SeasonDetailsResource:
    seen = await door.queries.ask(FindSeason(viewer=viewer_of(request), tmdb_id=tmdb_id, number=number))
    return season_details(seen)


def _item(item: TitleSeen | PersonFound | CollectionFound) -> TitleResource | PersonItem | CollectionItem:
    match item:
        case TitleSeen():
            return title_resource(item)
        case PersonFound():
            return person_item(item)
    return collection_item(item)
