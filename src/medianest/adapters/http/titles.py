"""`/media/search` and `/media/{movie|tv}/{tmdbId}`: what there is, and what became of it here."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Resource, TmdbId
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.titles import DetailsSeen, FindTitle, SearchTitles, Standing
from medianest.domain.media_request.vocabulary import MediaType, PartStatus, RequestStatus
from medianest.ports.metadata import Title

SIGNED_IN = {"access": Access.SIGNED_IN}


class OwnRequestResource(Resource):
    id: UUID
    status: RequestStatus
    is_4k: bool


class TitleResource(Resource):
    """`mediaStatus` is what became of it here, null where nobody asked for it; `request` your own request for it, or
    one that you follow. `posterPath` and `backdropPath` are TMDB's."""

    media_type: MediaType
    tmdb_id: int
    title: str
    original_title: str | None
    overview: str
    year: int | None
    release_date: str | None
    poster_path: str | None
    backdrop_path: str | None
    vote_average: float | None
    media_status: RequestStatus | None
    media_status_4k: RequestStatus | None
    request: OwnRequestResource | None


class SeasonResource(Resource):
    number: int
    name: str
    episode_count: int
    air_date: str | None
    poster_path: str | None
    media_status: PartStatus | None


class TitleDetailsResource(TitleResource):
    """`runtime` in minutes. `seasons` is empty for a film."""

    genres: Sequence[str]
    runtime: int | None
    tagline: str | None
    status: str | None
    seasons: Sequence[SeasonResource]


class TitlePageResource(Resource):
    """A page as TMDB counts pages, from 1."""

    items: Sequence[TitleResource]
    page: int
    total_pages: int
    total_results: int


@get("/search", opt=SIGNED_IN, summary="Search films and series")
async def search_titles(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    text: Annotated[str, QueryParameter(name="query", min_length=1, max_length=200, description="What to look for.")],
    page: Annotated[int, QueryParameter(ge=1, le=500)] = 1,
    media_type: Annotated[MediaType | None, QueryParameter(name="type", description="Films or series alone.")] = None,
) -> TitlePageResource:
    found = await door.queries.ask(SearchTitles(viewer=viewer_of(request), text=text, page=page, media_type=media_type))
    return TitlePageResource(
        items=[TitleResource(**_fields(seen.title, seen.standing)) for seen in found.items],
        page=found.page,
        total_pages=found.total_pages,
        total_results=found.total_results,
    )


@get("/movie/{tmdb_id:int}", opt=SIGNED_IN, summary="One film")
async def get_movie(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> TitleDetailsResource:
    seen = await door.queries.ask(FindTitle(viewer=viewer_of(request), media_type="movie", tmdb_id=tmdb_id))
    return _details(seen)


@get("/tv/{tmdb_id:int}", opt=SIGNED_IN, summary="One series, with its seasons")
async def get_series(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> TitleDetailsResource:
    seen = await door.queries.ask(FindTitle(viewer=viewer_of(request), media_type="tv", tmdb_id=tmdb_id))
    return _details(seen)


def _details(seen: DetailsSeen) -> TitleDetailsResource:
    title = seen.title
    return TitleDetailsResource(
        **_fields(title, seen.standing),
        genres=title.genres,
        runtime=title.runtime,
        tagline=title.tagline,
        status=title.status,
        seasons=[
            SeasonResource(
                number=season.number,
                name=season.name,
                episode_count=season.episode_count,
                air_date=season.air_date,
                poster_path=season.poster_path,
                media_status=seen.seasons.get(season.number),
            )
            for season in title.seasons
        ],
    )


def _fields(title: Title, standing: Standing) -> dict[str, Any]:
    own = standing.own
    return {
        "media_type": title.media_type,
        "tmdb_id": title.tmdb_id,
        "title": title.title,
        "original_title": title.original_title,
        "overview": title.overview,
        "year": title.year,
        "release_date": title.release_date,
        "poster_path": title.poster_path,
        "backdrop_path": title.backdrop_path,
        "vote_average": title.vote_average,
        "media_status": standing.media_status,
        "media_status_4k": standing.media_status_4k,
        "request": OwnRequestResource(id=own.request_id, status=own.status, is_4k=own.is_4k) if own else None,
    }
