"""What scans write: what they saw, by pages. A row that is as it was is not written again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres.election import LOST, claim, direct_connection
from medianest.adapters.postgres.pool import Database
from medianest.ports.failures import LogUnavailable
from medianest.ports.library import Copy, MachineChanged, Machines, ScannedLibrary, ScanRunning, ShelfTitle

SCANNING: Final = 0x6D73  # "ms": scanning one library, which is the rest of the lock

IS_SAME: Final = """
INSERT INTO library_servers (server, machine_identifier) VALUES (%s, %s)
ON CONFLICT (server) DO UPDATE
SET found_identifier = nullif(excluded.machine_identifier, library_servers.machine_identifier)
RETURNING machine_identifier"""

IS_KNOWN: Final = "SELECT FROM library_servers WHERE server = %s AND machine_identifier = %s FOR SHARE"

MACHINES: Final = "SELECT server, machine_identifier, found_identifier FROM library_servers"

# An id of TMDB's is believed before one of IMDb's, and that before one of TVDB's. Where a server names none any more of
# what it calls the same as before, it is who it was: a server that looks for its titles anew has none for a while.
KEEP_TITLES: Final = """
INSERT INTO library_titles AS known
  (server, rating_key, library_uuid, media_type, tmdb_id, imdb_id, tvdb_id, title, year, added_at)
SELECT %s, seen.rating_key, %s, seen.media_type, coalesce(seen.tmdb_id, imdb.tmdb_id, tvdb.tmdb_id, former.tmdb_id),
  coalesce(seen.imdb_id, former.imdb_id), coalesce(seen.tvdb_id, former.tvdb_id), seen.title, seen.year, seen.added_at
FROM unnest(%s::text[], %s::text[], %s::integer[], %s::text[], %s::integer[], %s::text[], %s::integer[],
  %s::timestamptz[]) AS seen (rating_key, media_type, tmdb_id, imdb_id, tvdb_id, title, year, added_at)
LEFT JOIN library_found_ids AS imdb
  ON imdb.source = 'imdb' AND imdb.external_id = seen.imdb_id AND imdb.media_type = seen.media_type
LEFT JOIN library_found_ids AS tvdb
  ON tvdb.source = 'tvdb' AND tvdb.external_id = seen.tvdb_id::text AND tvdb.media_type = seen.media_type
LEFT JOIN library_titles AS former
  ON former.server = %s AND former.rating_key = seen.rating_key AND former.media_type = seen.media_type
  AND former.title = seen.title AND former.year IS NOT DISTINCT FROM seen.year
  AND coalesce(seen.tmdb_id::text, seen.imdb_id, seen.tvdb_id::text) IS NULL
ORDER BY seen.rating_key
ON CONFLICT (server, rating_key) DO UPDATE SET library_uuid = excluded.library_uuid, media_type = excluded.media_type,
  tmdb_id = excluded.tmdb_id, imdb_id = excluded.imdb_id, tvdb_id = excluded.tvdb_id, title = excluded.title,
  year = excluded.year, added_at = excluded.added_at
WHERE (known.library_uuid, known.media_type, known.tmdb_id, known.imdb_id, known.tvdb_id, known.title, known.year,
    known.added_at)
  IS DISTINCT FROM (excluded.library_uuid, excluded.media_type, excluded.tmdb_id, excluded.imdb_id, excluded.tvdb_id,
    excluded.title, excluded.year, excluded.added_at)"""

KEEP_COPIES: Final = """
INSERT INTO library_copies AS known (server, library_uuid, rating_key, is_4k, title_key, season, episodes)
SELECT %s, %s, seen.* FROM unnest(%s::text[], %s::boolean[], %s::text[], %s::integer[], %s::integer[])
  AS seen (rating_key, is_4k, title_key, season, episodes) ORDER BY rating_key, is_4k
ON CONFLICT (server, rating_key, is_4k) DO UPDATE SET library_uuid = excluded.library_uuid,
  title_key = excluded.title_key, season = excluded.season, episodes = excluded.episodes, missing_since = NULL,
  gone_at = NULL, is_told = false
WHERE (known.library_uuid, known.title_key, known.season, known.episodes, known.missing_since, known.gone_at)
  IS DISTINCT FROM (excluded.library_uuid, excluded.title_key, excluded.season, excluded.episodes,
    NULL::timestamptz, NULL::timestamptz)"""

RECORD: Final = """
INSERT INTO libraries AS known (server, uuid, key, kind, title, scanned_at, healthy_at, trouble, items, seconds)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (server, uuid) DO UPDATE SET key = excluded.key, kind = excluded.kind, title = excluded.title,
  scanned_at = excluded.scanned_at, healthy_at = coalesce(excluded.healthy_at, known.healthy_at),
  trouble = excluded.trouble, items = excluded.items, seconds = excluded.seconds"""

NEWEST: Final = "SELECT newest_added_at FROM library_servers WHERE server = %s"
LOOKED: Final = """
UPDATE library_servers SET newest_added_at = %(newest)s
WHERE server = %(server)s AND machine_identifier = %(machine)s AND newest_added_at IS DISTINCT FROM %(newest)s"""

MOST: Final = 2**31 - 1


class PostgresLibraryScans:
    """Implements `LibraryScans`. `direct_url` leads past a pooler: a scan holds its lock as long as a connection."""

    def __init__(self, database: Database, direct_url: str) -> None:
        self._database = database
        self._direct_url = direct_url

    @asynccontextmanager
    async def scanning(self, server: str, library_uuid: str) -> AsyncIterator[None]:
        try:
            lock = direct_connection(self._direct_url)
            connection = await lock.__aenter__()
        except LOST as error:
            raise LogUnavailable from error
        try:
            if not await claim(connection, SCANNING, f"{server}:{library_uuid}"):
                raise ScanRunning
            yield
        finally:
            await lock.__aexit__(None, None, None)

    async def is_same(self, server: str, machine_identifier: str) -> bool:
        async with self._database.connection() as connection:
            cursor = await connection.execute(IS_SAME, (server, _text(machine_identifier)))
            ((known,),) = await cursor.fetchall()
        return bool(known == _text(machine_identifier))

    async def machines(self) -> Mapping[str, Machines]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(MACHINES)).fetchall()
        return {server: Machines(known=known, found=found) for server, known, found in rows}

    async def keep(
        self, server: str, library_uuid: str, titles: Sequence[ShelfTitle], copies: Sequence[Copy], *, machine: str
    ) -> int:
        rows = [
            (
                it.rating_key,
                it.media_type,
                _number(it.guids.tmdb_id),
                it.guids.imdb_id and _text(it.guids.imdb_id),
                _number(it.guids.tvdb_id),
                _text(it.title),
                _number(it.year),
                it.added_at,
            )
            for it in {it.rating_key: it for it in titles}.values()
        ]
        shelved = [
            (it.rating_key, it.is_4k, it.title_key, it.season, min(it.episodes, MOST))
            for it in {(it.rating_key, it.is_4k): it for it in copies}.values()
        ]
        changed = 0
        async with self._database.connection() as connection, connection.transaction():
            await ensure_known(connection, server, machine)
            for statement, given, behind in ((KEEP_TITLES, rows, (server,)), (KEEP_COPIES, shelved, ())):
                if given:
                    columns = [list(column) for column in zip(*given, strict=True)]
                    asked = (server, library_uuid, *columns, *behind)
                    changed += (await connection.execute(statement, asked)).rowcount
        return changed

    async def record(self, library: ScannedLibrary, *, machine: str) -> None:
        it = library
        row = (it.server, it.uuid, it.key, it.kind, _text(it.title))
        ended = (it.scanned_at, it.healthy_at, it.trouble, it.items, it.seconds)
        async with self._database.connection() as connection, connection.transaction():
            await ensure_known(connection, it.server, machine)
            await connection.execute(RECORD, row + ended)

    async def newest_added(self, server: str) -> datetime | None:
        async with self._database.connection() as connection:
            row = await (await connection.execute(NEWEST, (server,))).fetchone()
        return row[0] if row else None

    async def looked_until(self, server: str, newest: datetime, *, machine: str) -> None:
        async with self._database.connection() as connection:
            await connection.execute(LOOKED, {"server": server, "newest": newest, "machine": _text(machine)})


async def ensure_known(connection: AsyncConnection[Any], server: str, machine: str) -> None:
    """Whoever gives up what is known of the server waits until the transaction is over, and takes away what it wrote.
    Raises MachineChanged."""
    if await (await connection.execute(IS_KNOWN, (server, _text(machine)))).fetchone() is None:
        raise MachineChanged


def _text(text: str) -> str:
    """What a column of text can hold."""
    return text.replace("\0", "")


def _number(number: int | None) -> int | None:
    """None for what is no id or year in the first place."""
    return number if number is not None and 0 < number <= MOST else None
