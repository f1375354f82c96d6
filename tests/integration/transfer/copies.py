"""A lived-in log to copy, and places to copy it to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
from tests.contract.event_log.logs import MASTER, WallClock, postgres_log
from tests.histories import House

from medianest.adapters.eventlog.rows import COLUMNS
from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.eventlog.transfer.exporting import Keys, export_log
from medianest.adapters.eventlog.transfer.importing import import_log
from medianest.adapters.eventlog.transfer.lines import Copied
from medianest.adapters.eventlog.transfer.secrecy import Wrapping
from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.user.commands import RegisterUser

PASSPHRASE = "four words of no kin"
QUICK = Wrapping(n=2, salt=b"s" * 16)
KEYS = Keys(MASTER, PASSPHRASE, QUICK)
TABLES = (
    f"SELECT {COLUMNS} FROM events ORDER BY position",
    "SELECT * FROM seals ORDER BY number",
    "SELECT * FROM seal_keys ORDER BY key_id",
    "SELECT * FROM subject_keys ORDER BY user_id",
    "SELECT * FROM credentials ORDER BY user_id",
    "SELECT * FROM second_factors ORDER BY user_id",
    "SELECT * FROM recovery_codes ORDER BY user_id, code_hash",
    "SELECT * FROM secrets ORDER BY kind, owner",
    "SELECT * FROM vault_keys ORDER BY key_id",
)
# As a person might write it with psql: the text of a body is kept, whatever it looks like.
ODD = """
INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, correlation_id, occurred_at,
  recorded_at, body)
SELECT 'title_claim', gen_random_uuid(), 1, 'title_claim.claimed', 1, gen_random_uuid(), gen_random_uuid(), 'é"\\',
  '1999-12-31 23:59:59.123457+00', max(recorded_at) + interval '1 microsecond',
  E'{ "claim_id":\\t"\\\\u00e9", "request_id" : "ü" ,\\n"request_id": null}'::json
FROM events"""


@dataclass
class Place:
    """Implements KeyPlace."""

    refusal: Exception | None = None
    installed: list[bytes] = field(default_factory=list)

    def check(self, key: bytes) -> None:
        if self.refusal is not None:
            raise self.refusal

    def install(self, key: bytes) -> None:
        self.installed.append(key)


async def live(url: str, commands: int = 120) -> None:
    """People, requests and notifications, with gaps between the positions, sealed but for the last event."""
    async with postgres_log(url) as parts, Database(url) as pool:
        for happening in House(Random(7)).live(commands):
            if isinstance(happening.command, RegisterUser):
                await parts.keyring.create(happening.command.user_id)
                await PostgresCredentials(pool).put(happening.command.user_id, "a hash")
            await parts.log.append(happening.append())
        await parts.keyring.create(gone := uuid4())
        await parts.keyring.destroy(gone)
        async with pool.connection() as connection:
            await connection.execute("SELECT nextval(pg_get_serial_sequence('events', 'position'))")
            await connection.execute(ODD)
            await Sealer(pool, parts.log, MASTER, WallClock(), most=20).catch_up()
            await connection.execute(ODD)


def tables(url: str) -> list[list[tuple[Any, ...]]]:
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        return [connection.execute(f"SELECT one::text FROM ({query}) AS one").fetchall() for query in TABLES]


async def exported(url: str, path: Path, keys: Keys | None = KEYS) -> Copied:
    return await export_log(url, path, version="1.0", keys=keys)


async def imported(
    url: str, path: Path, *, passphrase: Callable[[], str] = lambda: PASSPHRASE, place: Place | None = None
) -> Copied:
    return await import_log(url, path, types=EVENT_TYPES, ask_passphrase=passphrase, key_place=place or Place())
