"""Taking a whole log out of an installation, while it goes on working."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from medianest.adapters.eventlog.connection import binary_cursor, event_cursor
from medianest.adapters.eventlog.rows import COLUMNS, StoredRow
from medianest.adapters.eventlog.seals.seal import Seal
from medianest.adapters.eventlog.transfer.database import linked
from medianest.adapters.eventlog.transfer.files import LineWriter
from medianest.adapters.eventlog.transfer.lines import Copied, EndLine, Header, SealLine, SecretLine, encode, event_line
from medianest.adapters.eventlog.transfer.lines import seal_line as line_of_seal
from medianest.adapters.eventlog.transfer.secrecy import (
    Credential,
    EnrolledFactor,
    Passphrase,
    SealKey,
    Secret,
    ServerKey,
    SubjectKey,
    VaultSecret,
    Wrapping,
)

BATCH: Final = 2000
SEALS: Final = 20
"""Read at once; a seal of a thousand events takes 40 kB."""
EVENTS: Final = f"SELECT {COLUMNS} FROM events WHERE position > %s AND position <= %s ORDER BY position LIMIT {BATCH}"
# How far it goes is settled once: events and seals are added meanwhile.
EXTENT: Final = """
WITH log AS (SELECT coalesce(max(position), 0) AS head, count(*) AS events FROM events)
SELECT head, events, sealed.seals, sealed.newest FROM log
CROSS JOIN LATERAL (
  SELECT count(*) AS seals, coalesce(max(number), 0) AS newest FROM seals WHERE last <= head) AS sealed"""
SEALED: Final = f"""
SELECT {", ".join(Seal._fields)}, mac FROM seals WHERE number > %s AND number <= %s ORDER BY number LIMIT {SEALS}"""
SUBJECT_KEYS: Final = "SELECT user_id, wrapped_key, created_at, destroyed_at FROM subject_keys ORDER BY created_at"
SEAL_KEYS: Final = "SELECT key_id, wrapped_key, created_at FROM seal_keys ORDER BY key_id"
CREDENTIALS: Final = "SELECT user_id, password_hash, changed_at FROM credentials ORDER BY user_id"
FACTORS: Final = """
SELECT user_id, last_step, enrolled_at, array(
  SELECT code_hash FROM recovery_codes WHERE recovery_codes.user_id = second_factors.user_id ORDER BY code_hash)
FROM second_factors ORDER BY user_id"""
VAULT: Final = """
SELECT kind, owner, key_id, wrapped_key, made_at, sealed, changed_at
FROM secrets JOIN vault_keys USING (key_id) ORDER BY kind, owner"""
SECRETS: Final = (
    (SubjectKey, SUBJECT_KEYS),
    (SealKey, SEAL_KEYS),
    (Credential, CREDENTIALS),
    (EnrolledFactor, FACTORS),
    (VaultSecret, VAULT),
)


class Keys(msgspec.Struct, frozen=True):
    """What an export with keys needs: the server's secret, the passphrase, and how that becomes a key."""

    master: bytes
    passphrase: str
    wrapping: Wrapping


async def export_log(
    direct_url: str,
    path: Path,
    *,
    version: str,
    keys: Keys | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Copied:
    """Everything up to the log's head at this moment. What was written to it never changes, so nothing is locked and no
    snapshot is held but for the secrets. `on_progress` is told (events done, events in all).

    Raises LogFileExists, LogUnavailable and OSError; then there is no file of this name.
    """
    async with linked(direct_url, "export") as connection:
        ((head, events, seals, newest),) = await (await connection.execute(EXTENT)).fetchall()
        with LineWriter(path) as file:
            header = Header(
                format="medianest-log",
                format_version=1,
                medianest=version,
                exported_at=datetime.now(UTC),
                head=head,
                events=events,
                seals=seals,
                keys=keys.wrapping if keys else None,
            )
            file.write(encode(header))
            if keys is not None:
                await _write_secrets(connection, file, keys)
            done = 0
            pending = _seals(connection, newest)
            seal = await anext(pending, None)
            async for batch in _events(connection, head):
                for row in batch:
                    while seal is not None and seal.last < row.position:
                        file.write(encode(seal))
                        seal = await anext(pending, None)
                    file.write(encode(event_line(row)))
                done += len(batch)
                on_progress(done, events)
            while seal is not None:
                file.write(encode(seal))
                seal = await anext(pending, None)
            file.write(encode(EndLine(lines=file.lines, sha256=file.digest)))
            file.close_whole()
    return Copied(events=events, seals=seals, head=head, has_keys=keys is not None)


async def _events(connection: AsyncConnection[Any], head: int) -> AsyncIterator[Sequence[StoredRow]]:
    after = 0
    while after < head:
        cursor = event_cursor(connection)
        await cursor.execute(EVENTS.encode(), (after, head), prepare=True)
        rows = [StoredRow(*row) for row in await cursor.fetchall()]
        if not rows:
            return  # somebody deletes from the log: the file then lacks what its header says, and is refused
        yield rows
        after = rows[-1].position


async def _seals(connection: AsyncConnection[Any], newest: int) -> AsyncIterator[SealLine]:
    number = 0
    while True:
        cursor = binary_cursor(connection)
        await cursor.execute(SEALED.encode(), (number, newest))
        found = await cursor.fetchall()
        for *fields, mac in found:
            yield line_of_seal(Seal(*fields), mac)
        if len(found) < SEALS:
            return
        number = found[-1][0]


async def _write_secrets(connection: AsyncConnection[Any], file: LineWriter, keys: Keys) -> None:
    """All as of one moment: a second factor goes with its seed, or neither does."""
    passphrase = Passphrase(keys.passphrase, keys.wrapping)
    number = 0
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        async for secret in _secrets(connection, keys.master):
            file.write(encode(SecretLine(sealed=passphrase.seal(secret, number))))
            number += 1


async def _secrets(connection: AsyncConnection[Any], master: bytes) -> AsyncIterator[Secret]:
    yield ServerKey(key=master)
    for shape, query in SECRETS:
        async with binary_cursor(connection) as cursor:
            await cursor.execute(query.encode())
            async for row in cursor:
                yield shape(**dict(zip(shape.__struct_fields__, row, strict=True)))
