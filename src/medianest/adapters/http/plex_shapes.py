"""What media servers, their libraries and their players look like outside."""

from collections.abc import Sequence
from typing import Literal

from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.application.queries.media_server import ServerSeen
from medianest.ports.media_server import Library, LibraryType, Playing
from medianest.projections.media_servers import KnownServer


class PlexServerName(Resource):
    """`slug` is what `?server=` takes. `name` is null for the server of the settings."""

    slug: str
    name: str | None


class PlexServerResource(Resource):
    """`name` is what the server calls itself. `servers` are all of the house, the first of which is meant where none is
    named. `version` and `platform` are for those who manage services, and null otherwise."""

    slug: str
    name: str | None
    machine_identifier: str
    version: str | None
    platform: str | None
    servers: Sequence[PlexServerName]


class PlexLibraryResource(Resource):
    """`key` is its number on the server. `locations` are directories there, for those who manage services: null
    otherwise."""

    key: str
    uuid: str
    type: LibraryType
    title: str
    language: str | None
    is_refreshing: bool
    scanned_at: Moment | None
    locations: Sequence[str] | None


class PlexLibraryList(Resource):
    items: Sequence[PlexLibraryResource]


class PlexSessionResource(Resource):
    """`user` is who they are at the server. `progress` and `duration` in seconds; `state` is the server's word, such as
    `playing`, `paused` or `buffering`. `series` and `season` are there for an episode."""

    rating_key: str
    type: Literal["movie", "episode"]
    title: str
    series: str | None
    season: int | None
    index: int | None
    year: int | None
    thumb: str | None
    user: str | None
    player: str | None
    state: str
    progress: float
    duration: float
    is_transcoded: bool


class PlexSessionList(Resource):
    items: Sequence[PlexSessionResource]


def server_resource(seen: ServerSeen, *, is_managed: bool) -> PlexServerResource:
    """`is_managed`: for somebody who manages services."""
    identity = seen.identity
    return PlexServerResource(
        slug=seen.server.slug,
        name=identity.name,
        machine_identifier=identity.machine_identifier,
        version=identity.version if is_managed else None,
        platform=identity.platform if is_managed else None,
        servers=[_name(one) for one in seen.all],
    )


def _name(server: KnownServer) -> PlexServerName:
    return PlexServerName(slug=server.slug, name=server.name)


def library_resource(library: Library, *, is_managed: bool) -> PlexLibraryResource:
    return PlexLibraryResource(
        key=library.key,
        uuid=library.uuid,
        type=library.type,
        title=library.title,
        language=library.language,
        is_refreshing=library.is_refreshing,
        scanned_at=library.scanned_at,
        locations=library.locations if is_managed else None,
    )


def session_resource(playing: Playing) -> PlexSessionResource:
    item = playing.item
    return PlexSessionResource(
        rating_key=item.rating_key,
        type="movie" if item.type == "movie" else "episode",
        title=item.title,
        series=playing.series,
        season=playing.season,
        index=item.index,
        year=item.year,
        thumb=item.thumb,
        user=playing.user,
        player=playing.player,
        state=playing.state,
        progress=playing.progress,
        duration=playing.duration,
        is_transcoded=playing.is_transcoded,
    )
