"""What a film, a series and a season look like by themselves."""

from collections.abc import Sequence
from typing import Any

from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.titles_shapes import CollectionItem, TitleResource, collection_item, title_fields
from medianest.application.queries.titles import DetailsSeen, SeasonSeen
from medianest.application.queries.titles_seen import SeasonStanding
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.ports.metadata import Availability, Season, WatchProvider


class SeasonResource(Resource):
    """`mediaStatus` says the same of a season as of its series. Season 0 holds the specials."""

    number: int
    name: str
    overview: str
    episode_count: int
    air_date: str | None
    poster_path: str | None
    media_status: RequestStatus | None
    media_status_4k: RequestStatus | None


class EpisodeResource(Resource):
    """`runtime` in minutes. `airDate` is null, or in the future, where it was not shown yet."""

    number: int
    name: str
    overview: str
    air_date: str | None
    runtime: int | None
    still_path: str | None
    vote_average: float | None


class SeasonDetailsResource(SeasonResource):
    tmdb_id: int
    episodes: Sequence[EpisodeResource]


class CastResource(Resource):
    tmdb_id: int
    name: str
    character: str | None
    profile_path: str | None


class CrewResource(Resource):
    tmdb_id: int
    name: str
    job: str
    department: str | None
    profile_path: str | None


class ProviderResource(Resource):
    tmdb_id: int
    name: str
    logo_path: str | None


class ProvidersResource(Resource):
    """Where it can be seen in your region, and a page about that. Name JustWatch where you show it."""

    link: str | None
    subscription: Sequence[ProviderResource]
    free: Sequence[ProviderResource]
    rent: Sequence[ProviderResource]
    buy: Sequence[ProviderResource]


class TrailerResource(Resource):
    """`key` is what YouTube calls it."""

    name: str
    key: str
    is_official: bool


class TitleDetailsResource(TitleResource, tag_field="kind", tag="title"):
    """`runtime` in minutes. `seasons` and `createdBy` are empty for a film, and a series is in no collection.
    `certification` ("PG-13", "12") and `providers` are those of your region."""

    genres: Sequence[str]
    runtime: int | None
    tagline: str | None
    status: str | None
    original_language: str | None
    imdb_id: str | None
    tvdb_id: int | None
    certification: str | None
    collection: CollectionItem | None
    seasons: Sequence[SeasonResource]
    created_by: Sequence[str]
    cast: Sequence[CastResource]
    crew: Sequence[CrewResource]
    providers: ProvidersResource | None
    trailers: Sequence[TrailerResource]


def title_details(seen: DetailsSeen) -> TitleDetailsResource:
    title = seen.title
    return TitleDetailsResource(
        **title_fields(title, seen.standing),
        genres=[genre.name for genre in title.genres],
        runtime=title.runtime,
        tagline=title.tagline,
        status=title.status,
        original_language=title.original_language,
        imdb_id=title.imdb_id,
        tvdb_id=title.tvdb_id,
        certification=title.certification,
        collection=collection_item(title.collection) if title.collection else None,
        seasons=[
            SeasonResource(**_season_fields(season, seen.seasons.get(season.number, SeasonStanding())))
            for season in title.seasons
        ],
        created_by=title.created_by,
        cast=[
            CastResource(tmdb_id=each.tmdb_id, name=each.name, character=each.character, profile_path=each.profile_path)
            for each in title.cast
        ],
        crew=[
            CrewResource(
                tmdb_id=each.tmdb_id,
                name=each.name,
                job=each.job,
                department=each.department,
                profile_path=each.profile_path,
            )
            for each in title.crew
        ],
        providers=_providers(title.availability) if title.availability else None,
        trailers=[
            TrailerResource(name=each.name, key=each.key, is_official=each.is_official) for each in title.trailers
        ],
    )


def season_details(seen: SeasonSeen) -> SeasonDetailsResource:
    return SeasonDetailsResource(
        **_season_fields(seen.season, seen.standing),
        tmdb_id=seen.season.tmdb_id,
        episodes=[
            EpisodeResource(
                number=each.number,
                name=each.name,
                overview=each.overview,
                air_date=each.air_date,
                runtime=each.runtime,
                still_path=each.still_path,
                vote_average=each.vote_average,
            )
            for each in seen.season.episodes
        ],
    )


def provider_resource(provider: WatchProvider) -> ProviderResource:
    return ProviderResource(tmdb_id=provider.tmdb_id, name=provider.name, logo_path=provider.logo_path)


def _season_fields(season: Season, standing: SeasonStanding) -> dict[str, Any]:
    return {
        "number": season.number,
        "name": season.name,
        "overview": season.overview,
        "episode_count": season.episode_count,
        "air_date": season.air_date,
        "poster_path": season.poster_path,
        "media_status": standing.media_status,
        "media_status_4k": standing.media_status_4k,
    }


def _providers(availability: Availability) -> ProvidersResource:
    return ProvidersResource(
        link=availability.link,
        subscription=[provider_resource(each) for each in availability.subscription],
        free=[provider_resource(each) for each in availability.free],
        rent=[provider_resource(each) for each in availability.rent],
        buy=[provider_resource(each) for each in availability.buy],
    )
