"""Putting a whole log into a fresh installation: everything at once, or nothing at all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from medianest.adapters.eventlog.rows import LOG_CHANNEL, LOG_LOCK
from medianest.adapters.eventlog.seals.canonical import UTF8
from medianest.adapters.eventlog.transfer.database import linked
from medianest.adapters.eventlog.transfer.files import LineReader
from medianest.adapters.eventlog.transfer.lines import Copied, Header, header_decoder
from medianest.adapters.eventlog.transfer.secrecy import Passphrase
from medianest.adapters.eventlog.transfer.taking import KeyPlace, Taking
from medianest.domain.kernel import Event, Refused

TELL: Final = 500
"""Events between two words about the progress."""
# With the log's lock: nobody adds an event meanwhile.
BEGIN: Final = f"SELECT {UTF8}, pg_advisory_xact_lock({LOG_LOCK})"
IS_USED: Final = """
SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM seals) OR EXISTS (SELECT FROM seal_keys),
  EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND application_name LIKE 'medianest%')"""
# A registration that broke off left these; where there is no event, they are of nobody.
CLEAR: Final = """
DELETE FROM subject_keys; DELETE FROM credentials; DELETE FROM second_factors; DELETE FROM secrets;
DELETE FROM vault_keys"""
BROKEN_STREAM: Final = """
SELECT stream_id FROM events GROUP BY stream_id
HAVING min(version) <> 1 OR max(version) <> count(*) OR min(category) <> max(category) LIMIT 1"""
# Whoever has no key here is forgotten here: none is ever made for them again.
FORGET: Final = """
INSERT INTO subject_keys (user_id, destroyed_at)
SELECT stream_id, clock_timestamp() FROM events WHERE category = 'user' AND version = 1 ON CONFLICT DO NOTHING"""
CONTINUE: Final = """
SELECT setval(pg_get_serial_sequence('events', 'position'), %(head)s::bigint),
  (SELECT setval(pg_get_serial_sequence('seal_keys', 'key_id'), max(key_id)) FROM seal_keys HAVING max(key_id) > 0),
  (SELECT setval(pg_get_serial_sequence('vault_keys', 'key_id'), max(key_id)) FROM vault_keys HAVING max(key_id) > 0),
  pg_notify(%(channel)s, %(head)s::text)"""
# Nobody is told again, and nothing is handed on again.
ANSWERED: Final = "UPDATE reaction_checkpoints SET position = %s, updated_at = clock_timestamp()"


class LogNotEmpty(Refused):
    code, kind = "log_not_empty", "conflict"
    text = "A log is imported only where there is none yet, and this one has begun. Name another database."


class StillRunning(Refused):
    code, kind = "still_running", "conflict"
    text = "MediaNest is running on this database. Stop it, import, and start it again."


async def import_log(
    direct_url: str,
    path: Path,
    *,
    types: Mapping[str, type[Event]],
    ask_passphrase: Callable[[], str],
    key_place: KeyPlace,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Copied:
    """In one transaction. `types` are the events of this build by their stored names; the passphrase is asked for only
    where the file holds keys. `on_progress` is told (events done, events in all).

    Raises LogNotEmpty, StillRunning, LogFileRefused (with the line), PassphraseWrong, LogUnavailable, LogFull, OSError
    and what `key_place` raises; then nothing was imported.
    """
    async with linked(direct_url, "import") as connection:
        with LineReader(path) as file:
            lines = iter(file)
            header = _header(file, next(lines, b""))
            await _refuse_use(connection)
            # Nothing is held while a person types.
            passphrase = Passphrase(ask_passphrase(), header.keys) if header.keys else None
            async with connection.transaction():
                await connection.execute(BEGIN.encode())
                await _refuse_use(connection)
                await connection.execute(CLEAR)
                taking = Taking(connection, file, header, types, passphrase=passphrase, key_place=key_place)
                for line in lines:
                    await taking.take(line)
                    if taking.events % TELL == 0:
                        on_progress(taking.events, header.events)
                master = taking.end()
                on_progress(taking.events, header.events)
                await _conclude(connection, file, header)
                if master is not None:
                    key_place.install(master)  # before the commit: until then it opens nothing
        await connection.execute("ANALYZE events")
    return Copied(events=header.events, seals=header.seals, head=header.head, has_keys=header.keys is not None)


def _header(file: LineReader, line: bytes) -> Header:
    try:
        return header_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise file.refused("this begins no log that this MediaNest can read") from None


async def _refuse_use(connection: AsyncConnection[Any]) -> None:
    """Raises LogNotEmpty, StillRunning."""
    ((is_used, is_running),) = await (await connection.execute(IS_USED)).fetchall()
    if is_used:
        raise LogNotEmpty
    if is_running:
        raise StillRunning


async def _conclude(connection: AsyncConnection[Any], file: LineReader, header: Header) -> None:
    broken = await (await connection.execute(BROKEN_STREAM)).fetchone()
    if broken is not None:
        raise file.refused(f"the events of {broken[0]} are not its versions from 1 on")
    if header.keys is None:
        await connection.execute(FORGET)
    if header.head:
        await connection.execute(CONTINUE, {"head": header.head, "channel": LOG_CHANNEL})
        await connection.execute(ANSWERED, (header.head,))
