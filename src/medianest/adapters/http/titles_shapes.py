"""What films, series, people and collections look like outside."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar.params import QueryParameter

from medianest.adapters.http.foundation.schema import REGION, Resource
from medianest.application.queries.titles_discovery import TitlesSeen
from medianest.application.queries.titles_seen import Standing, TitleSeen
from medianest.domain.media_request.vocabulary import MediaType, RequestStatus
from medianest.ports.metadata import CollectionFound, PersonFound, Title

PageNumber = Annotated[int, QueryParameter(ge=1, le=500, description="As The Movie Database counts pages.")]
"""For `page: PageNumber = 1`."""

Region = Annotated[
    str | None,
    QueryParameter(pattern=REGION, description="A country by its two letters; left out: your own."),
]
"""For `region: Region = None`."""


class OwnRequestResource(Resource):
    id: UUID
    status: RequestStatus
    is_4k: bool


class TitleResource(Resource, tag_field="kind", tag="title"):
    """`mediaStatus` is what became of it here: `available` or `partially_available` where libraries hold it, or
    requests brought it; else the status of the request for it; null where nobody asked. A copy in 4K counts for both.
    `request` is your own request for it, or one that you follow. `posterPath` and `backdropPath` are TMDB's:
    `/x.jpg` is at `/api/v1/media/image/w342/x.jpg`."""

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


class PersonItem(Resource, tag_field="kind", tag="person"):
    """`department` is what they mostly do ("Acting"), `knownFor` what they are best known for."""

    tmdb_id: int
    name: str
    department: str | None
    profile_path: str | None
    known_for: Sequence[str]


class CollectionItem(Resource, tag_field="kind", tag="collection"):
    tmdb_id: int
    name: str
    overview: str
    poster_path: str | None
    backdrop_path: str | None


class TitlePageResource(Resource):
    """A page as TMDB counts pages, from 1."""

    items: Sequence[TitleResource]
    page: int
    total_pages: int
    total_results: int


def title_fields(title: Title, standing: Standing) -> dict[str, Any]:
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


def title_resource(seen: TitleSeen) -> TitleResource:
    return TitleResource(**title_fields(seen.title, seen.standing))


def title_page(seen: TitlesSeen) -> TitlePageResource:
    return TitlePageResource(
        items=[title_resource(each) for each in seen.items],
        page=seen.page,
        total_pages=seen.total_pages,
        total_results=seen.total_results,
    )


def person_item(person: PersonFound) -> PersonItem:
    return PersonItem(
        tmdb_id=person.tmdb_id,
        name=person.name,
        department=person.department,
        profile_path=person.profile_path,
        known_for=[title.title for title in person.known_for],
    )


def collection_item(collection: CollectionFound) -> CollectionItem:
    return CollectionItem(
        tmdb_id=collection.tmdb_id,
        name=collection.name,
        overview=collection.overview,
        poster_path=collection.poster_path,
        backdrop_path=collection.backdrop_path,
    )
