"""`/media/discover`, genres, watch providers, and what is like a title."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Resource, TmdbId
from medianest.adapters.http.titles_details import ProviderResource, provider_resource
from medianest.adapters.http.titles_shapes import PageNumber, Region, TitlePageResource, title_page
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.titles_discovery import (
    ChooseTitles,
    ListGenres,
    ListProviders,
    ListTitles,
    RelatedTitles,
)
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.discovery import NamedList

SIGNED_IN = {"access": Access.SIGNED_IN}

Films = Annotated[MediaType, QueryParameter(name="type", description="Films or series.")]
FilmsOrBoth = Annotated[
    MediaType | None,
    QueryParameter(name="type", description="Left out: both where they trend together, elsewhere films."),
]
Id = Annotated[int, QueryParameter(ge=1, le=2**31 - 1)]
MaybeId = Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1)]


class GenreResource(Resource):
    id: int
    name: str


class Genres(Resource):
    items: Sequence[GenreResource]


class Providers(Resource):
    """The best known first. Name JustWatch where you show who shows what."""

    items: Sequence[ProviderResource]


@get("/discover/{name:str}", opt=SIGNED_IN, summary="A list of The Movie Database's")
async def discover(
    name: Annotated[NamedList, PathParameter(description="Trending: of the last seven days.")],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    media_type: FilmsOrBoth = None,
    page: PageNumber = 1,
) -> TitlePageResource:
    asked = ListTitles(viewer=viewer_of(request), name=name, media_type=media_type, page=page)
    return title_page(await door.queries.ask(asked))


@get("/discover/genre", opt=SIGNED_IN, summary="The most popular films or series of a genre")
async def discover_by_genre(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    media_type: Films,
    genre: Id,
    page: PageNumber = 1,
) -> TitlePageResource:
    asked = ChooseTitles(viewer=viewer_of(request), media_type=media_type, genre_id=genre, page=page)
    return title_page(await door.queries.ask(asked))


@get("/discover/provider", opt=SIGNED_IN, summary="The most popular films or series that somebody shows in a region")
async def discover_by_provider(
    *,
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    media_type: Films,
    provider: Id,
    genre: MaybeId = None,
    region: Region = None,
    page: PageNumber = 1,
) -> TitlePageResource:
    asked = ChooseTitles(
        viewer=viewer_of(request),
        media_type=media_type,
        genre_id=genre,
        provider_id=provider,
        region=region,
        page=page,
    )
    return title_page(await door.queries.ask(asked))


@get("/movie/{tmdb_id:int}/similar", opt=SIGNED_IN, summary="Films that are like it")
async def list_similar_films(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], page: PageNumber = 1
) -> TitlePageResource:
    asked = RelatedTitles(viewer=viewer_of(request), media_type="movie", tmdb_id=tmdb_id, relation="similar", page=page)
    return title_page(await door.queries.ask(asked))


@get("/movie/{tmdb_id:int}/recommended", opt=SIGNED_IN, summary="Films that those like who like it")
async def list_recommended_films(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], page: PageNumber = 1
) -> TitlePageResource:
    asked = RelatedTitles(
        viewer=viewer_of(request), media_type="movie", tmdb_id=tmdb_id, relation="recommended", page=page
    )
    return title_page(await door.queries.ask(asked))


@get("/tv/{tmdb_id:int}/similar", opt=SIGNED_IN, summary="Series that are like it")
async def list_similar_series(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], page: PageNumber = 1
) -> TitlePageResource:
    asked = RelatedTitles(viewer=viewer_of(request), media_type="tv", tmdb_id=tmdb_id, relation="similar", page=page)
    return title_page(await door.queries.ask(asked))


@get("/tv/{tmdb_id:int}/recommended", opt=SIGNED_IN, summary="Series that those like who like it")
async def list_recommended_series(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], page: PageNumber = 1
) -> TitlePageResource:
    asked = RelatedTitles(
        viewer=viewer_of(request), media_type="tv", tmdb_id=tmdb_id, relation="recommended", page=page
    )
    return title_page(await door.queries.ask(asked))


@get("/genres", opt=SIGNED_IN, summary="The genres of films or of series")
async def list_genres(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], media_type: Films) -> Genres:
    genres = await door.queries.ask(ListGenres(viewer=viewer_of(request), media_type=media_type))
    return Genres(items=[GenreResource(id=genre.id, name=genre.name) for genre in genres])


@get("/providers", opt=SIGNED_IN, summary="Who shows films or series in a region")
async def list_providers(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    media_type: Films,
    region: Region = None,
) -> Providers:
    found = await door.queries.ask(ListProviders(viewer=viewer_of(request), media_type=media_type, region=region))
    return Providers(items=[provider_resource(each) for each in found])


discovery_routes = (
    discover,
    discover_by_genre,
    discover_by_provider,
    list_similar_films,
    list_recommended_films,
    list_similar_series,
    list_recommended_series,
    list_genres,
    list_providers,
)
