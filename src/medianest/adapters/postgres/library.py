"""What the libraries hold, read from Postgres."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from medianest.adapters.postgres.pool import Database
from medianest.domain.media_request.vocabulary import FILM, MediaType
from medianest.ports.library import HeldTitle, Place, ScannedLibrary

OF_TITLES: Final = """
SELECT media_type, tmdb_id, copies.season, copies.is_4k, copies.episodes, server, copies.library_uuid, title_key
FROM unnest(%s::text[], %s::integer[]) AS asked (media_type, tmdb_id)
JOIN library_titles AS titles USING (tmdb_id, media_type)
JOIN library_copies AS copies USING (server)
WHERE titles.tmdb_id IS NOT NULL AND copies.title_key = titles.rating_key AND copies.gone_at IS NULL"""

TITLES_AT: Final = """
SELECT DISTINCT media_type, tmdb_id
FROM unnest(%s::text[], %s::text[]) AS asked (server, rating_key) JOIN library_titles USING (server, rating_key)
WHERE tmdb_id IS NOT NULL"""

KNOWN_AS: Final = """
SELECT rating_key, media_type, tmdb_id FROM library_titles
WHERE server = %s AND rating_key = ANY(%s) AND tmdb_id IS NOT NULL"""

LIBRARIES: Final = """
SELECT server, uuid, key, kind, title, scanned_at, healthy_at, trouble, items, seconds, held, missing
FROM libraries CROSS JOIN LATERAL (
  SELECT count(DISTINCT title_key) AS held,
    count(DISTINCT title_key) FILTER (WHERE missing_since IS NOT NULL) AS missing
  FROM library_copies WHERE library_copies.server = libraries.server AND library_uuid = uuid AND gone_at IS NULL
) AS shelf ORDER BY server, title, uuid"""

SERVERS: Final = """
SELECT server FROM library_servers UNION SELECT server FROM libraries UNION SELECT server FROM library_titles
UNION SELECT server FROM library_copies"""

MOST: Final = 2**31 - 1
"""The largest id that is looked for; nothing goes by a larger one."""


class PostgresLibraryIndex:
    """Implements `LibraryIndex` and `ShelvedTitles`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], HeldTitle]:
        asked = sorted({(kind, tmdb_id) for kind, tmdb_id in titles if 0 < tmdb_id <= MOST})
        if not asked:
            return {}
        async with self._database.connection() as connection:
            cursor = await connection.execute(OF_TITLES, [list(column) for column in zip(*asked, strict=True)])
            rows = await cursor.fetchall()
        return held_from(rows)

    async def libraries(self) -> list[ScannedLibrary]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LIBRARIES)).fetchall()
        fields = ScannedLibrary.__struct_fields__
        return [ScannedLibrary(**dict(zip(fields, row, strict=True))) for row in rows]

    async def servers(self) -> set[str]:
        async with self._database.connection() as connection:
            return {server for (server,) in await (await connection.execute(SERVERS)).fetchall()}

    async def drop(self, server: str) -> None:
        async with self._database.connection() as connection, connection.transaction():
            # Its machine first: whoever is writing down what that holds is waited for, and nobody begins to any more.
            for table in ("library_servers", "library_copies", "library_titles", "libraries"):
                await connection.execute(f"DELETE FROM {table} WHERE server = %s".encode(), (server,))

    async def titles_at(self, places: Collection[tuple[str, str]]) -> set[tuple[MediaType, int]]:
        if not places:
            return set()
        async with self._database.connection() as connection:
            cursor = await connection.execute(TITLES_AT, [list(column) for column in zip(*places, strict=True)])
            return set(await cursor.fetchall())

    async def known_as(self, server: str, rating_keys: Collection[str]) -> dict[str, tuple[MediaType, int]]:
        if not rating_keys:
            return {}
        async with self._database.connection() as connection:
            cursor = await connection.execute(KNOWN_AS, (server, sorted(rating_keys)))
            return {key: (kind, tmdb_id) for key, kind, tmdb_id in await cursor.fetchall()}


def held_from(rows: Iterable[Sequence[Any]]) -> dict[tuple[MediaType, int], HeldTitle]:
    """What rows of `OF_TITLES` say together."""
    counts: dict[tuple[MediaType, int, bool], dict[int, int]] = {}
    places: dict[tuple[MediaType, int], set[Place]] = {}
    for kind, tmdb_id, season, is_4k, episodes, server, library_uuid, title_key in rows:
        part = FILM if season is None else season
        held = counts.setdefault((kind, tmdb_id, is_4k), {})
        held[part] = max(held.get(part, 0), episodes)
        place = Place(server=server, library_uuid=library_uuid, rating_key=title_key)
        places.setdefault((kind, tmdb_id), set()).add(place)
    return {
        (kind, tmdb_id): HeldTitle(
            media_type=kind,
            tmdb_id=tmdb_id,
            episodes=counts.get((kind, tmdb_id, False), {}),
            episodes_4k=counts.get((kind, tmdb_id, True), {}),
            places=tuple(sorted(where)),
        )
        for (kind, tmdb_id), where in places.items()
    }
