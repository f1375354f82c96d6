"""What is in the index against what scans saw: missing, gone, and told; and ids that were looked up."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from medianest.adapters.postgres.library_scans import ensure_known
from medianest.adapters.postgres.pool import Database
from medianest.ports.library import KnownCopy, LeftCopy
from medianest.ports.library_ids import UnknownTitle

KNOWN: Final = """
SELECT rating_key, is_4k, title_key, missing_since FROM library_copies
WHERE server = %s AND library_uuid = %s AND gone_at IS NULL AND (rating_key, is_4k) > (%s, %s)
ORDER BY rating_key, is_4k LIMIT %s"""

MISSING: Final = """
UPDATE library_copies SET missing_since = %(since)s
FROM unnest(%(keys)s::text[], %(are_4k)s::boolean[]) AS given (rating_key, is_4k)
WHERE server = %(server)s AND library_copies.rating_key = given.rating_key AND library_copies.is_4k = given.is_4k
  AND gone_at IS NULL AND (missing_since IS NULL) = (%(since)s::timestamptz IS NOT NULL)"""

LEAVING: Final = """
SELECT count(DISTINCT title_key) FILTER (WHERE missing_since <= %s), count(DISTINCT title_key) FROM library_copies
WHERE server = %s AND library_uuid = %s AND gone_at IS NULL"""

GONE: Final = """
UPDATE library_copies SET gone_at = %s, is_told = false
WHERE server = %s AND library_uuid = %s AND gone_at IS NULL AND missing_since <= %s"""

WAIT: Final = """
UPDATE library_copies SET missing_since = NULL
WHERE server = %s AND library_uuid = %s AND gone_at IS NULL AND missing_since IS NOT NULL"""

# What is held of the same film or season, by whichever server and under whichever number.
UNTOLD: Final = """
SELECT gone.server, gone.rating_key, gone.is_4k, media_type, tmdb_id, gone.season, coalesce(held.any_quality, false),
  coalesce(held.in_4k, false)
FROM library_copies AS gone
LEFT JOIN library_titles AS titles ON titles.server = gone.server AND titles.rating_key = gone.title_key
LEFT JOIN LATERAL (
  SELECT true AS any_quality, bool_or(copies.is_4k) AS in_4k FROM library_titles AS same
  JOIN library_copies AS copies ON copies.server = same.server AND copies.title_key = same.rating_key
  WHERE same.tmdb_id = titles.tmdb_id AND same.media_type = titles.media_type AND copies.gone_at IS NULL
    AND copies.season IS NOT DISTINCT FROM gone.season
  HAVING count(*) > 0
) AS held ON true
WHERE gone.gone_at IS NOT NULL AND NOT gone.is_told
ORDER BY gone.server, gone.rating_key, gone.is_4k LIMIT %s"""

TOLD: Final = """
UPDATE library_copies AS copies SET is_told = true
FROM unnest(%s::text[], %s::text[], %s::boolean[]) AS given (server, rating_key, is_4k)
WHERE copies.server = given.server AND copies.rating_key = given.rating_key AND copies.is_4k = given.is_4k
  AND copies.gone_at IS NOT NULL"""

UNKNOWN: Final = """
SELECT source, external_id, media_type FROM (
  SELECT 'imdb' AS source, imdb_id AS external_id, media_type FROM library_titles
  WHERE tmdb_id IS NULL AND imdb_id IS NOT NULL
  UNION
  SELECT 'tvdb', tvdb_id::text, media_type FROM library_titles WHERE tmdb_id IS NULL AND tvdb_id IS NOT NULL
) AS wanted LEFT JOIN library_found_ids AS found USING (source, external_id, media_type)
WHERE looked_at IS NULL OR looked_at < %s
ORDER BY looked_at NULLS FIRST, source, external_id, media_type LIMIT %s"""

FOUND: Final = """
INSERT INTO library_found_ids (source, external_id, media_type, tmdb_id, looked_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (source, external_id, media_type) DO UPDATE SET tmdb_id = excluded.tmdb_id, looked_at = excluded.looked_at
"""

IDENTIFY: Final = """
UPDATE library_titles SET tmdb_id = %s WHERE tmdb_id IS NULL AND media_type = %s
  AND CASE %s WHEN 'imdb' THEN imdb_id ELSE tvdb_id::text END = %s"""


class PostgresLibraryCopies:
    """Implements `LibraryCopies` and `LeftCopies`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(
        self, server: str, library_uuid: str, *, after: tuple[str, bool] | None, limit: int
    ) -> Sequence[KnownCopy]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(KNOWN, (server, library_uuid, *(after or ("", False)), limit))
            rows = await cursor.fetchall()
        return [
            KnownCopy(rating_key=rating_key, is_4k=is_4k, title_key=title_key, missing_since=missing_since)
            for rating_key, is_4k, title_key, missing_since in rows
        ]

    async def mark_missing(
        self, server: str, copies: Collection[tuple[str, bool]], since: datetime | None, *, machine: str
    ) -> None:
        if not copies:
            return
        keys, are_4k = zip(*copies, strict=True)
        given = {"server": server, "keys": list(keys), "are_4k": list(are_4k), "since": since}
        async with self._database.connection() as connection, connection.transaction():
            await ensure_known(connection, server, machine)
            await connection.execute(MISSING, given)

    async def leaving(self, server: str, library_uuid: str, *, missing_until: datetime) -> tuple[int, int]:
        async with self._database.connection() as connection:
            ((leaving, held),) = await (
                await connection.execute(LEAVING, (missing_until, server, library_uuid))
            ).fetchall()
        return leaving, held

    async def mark_gone(self, server: str, library_uuid: str, *, missing_until: datetime, at: datetime) -> int:
        async with self._database.connection() as connection:
            return (await connection.execute(GONE, (at, server, library_uuid, missing_until))).rowcount

    async def wait_for(self, server: str, library_uuid: str) -> None:
        async with self._database.connection() as connection:
            await connection.execute(WAIT, (server, library_uuid))

    async def untold(self, *, limit: int) -> Sequence[LeftCopy]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(UNTOLD, (limit,))).fetchall()
        return [LeftCopy(**dict(zip(LeftCopy.__struct_fields__, row, strict=True))) for row in rows]

    async def told(self, copies: Sequence[LeftCopy]) -> None:
        if copies:
            columns = zip(*((it.server, it.rating_key, it.is_4k) for it in copies), strict=True)
            async with self._database.connection() as connection:
                await connection.execute(TOLD, [list(column) for column in columns])


class PostgresFoundIds:
    """Implements `FoundIds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unknown(self, *, not_since: datetime, limit: int) -> Sequence[UnknownTitle]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(UNKNOWN, (not_since, limit))).fetchall()
        return [UnknownTitle(**dict(zip(UnknownTitle.__struct_fields__, row, strict=True))) for row in rows]

    async def put(self, unknown: UnknownTitle, tmdb_id: int | None, at: datetime) -> None:
        source, external_id, media_type = unknown.source, unknown.external_id, unknown.media_type
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(FOUND, (source, external_id, media_type, tmdb_id, at))
            if tmdb_id is not None:
                await connection.execute(IDENTIFY, (tmdb_id, media_type, source, external_id))
