"""Behind a pgbouncer in transaction mode, where every transaction may be answered by another process of the server."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.e2e.bad_days.running import command
from tests.pgbouncer import pooled

from medianest.adapters.eventlog.connection import connect, settle
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.pooler import changes_servers
from medianest.main.operations.schema import bring_up_to_date
from medianest.main.settings import Secret, Settings, SettingsError


@pytest.mark.parametrize(("mode", "changes"), [("transaction", True), ("session", False), ("statement", True)])
def test_a_pooler_that_changes_servers_is_found_out(mode: str, changes: bool, database_url: str) -> None:
    assert not changes_servers(database_url)
    with pooled(database_url, mode=mode) as url:
        assert changes_servers(url) is changes


def test_locks_and_listen_are_not_tried_through_a_pooler(database_url: str) -> None:
    with pooled(database_url) as url:
        named = Settings(database_url=Secret(url), database_direct_url=Secret(url), redis_url=Secret("redis://nowhere"))
        with pytest.raises(SettingsError, match="MEDIANEST_DATABASE_DIRECT_URL to the Postgres server itself"):
            bring_up_to_date(named)


def test_tools_are_given_the_address_past_the_pooler(tmp_path: Path) -> None:
    pooled_url, direct = "postgresql://pooler/medianest", "postgresql://server/medianest"
    settings = {"database_url": pooled_url, "database_direct_url": direct, "redis_url": "redis://nowhere"}
    assert command(tmp_path, "database-url", **settings).stdout == f"{direct}\n"


async def test_connections_through_a_pooler_prepare_nothing_and_tell_the_time_in_utc(database_url: str) -> None:
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'".encode())

    async def ask(connection: psycopg.AsyncConnection[Any]) -> tuple[int, timedelta | None]:
        """One question; the process that answered, and how far its time is from UTC."""
        cursor = await connection.execute("SELECT pg_backend_pid(), now()", prepare=True)
        row = await cursor.fetchone()
        assert row is not None
        return row[0], row[1].utcoffset()

    with pooled(database_url, size=1) as url:
        async with Database(url, settle=settle, min_size=4, max_size=4) as database:
            await database.wait()

            async def lent() -> tuple[int, timedelta | None]:
                async with database.connection() as connection:
                    return await ask(connection)

            answers = await asyncio.gather(*(lent() for _ in range(40)))
            async with await connect(url, "writer") as writer:
                answers += [await ask(writer) for _ in range(3)]
    assert len({process for process, _ in answers}) == 1, "one process, which knows what each of them prepared"
    assert {offset for _, offset in answers} == {timedelta(0)}


async def test_connections_to_the_server_itself_prepare(database_url: str) -> None:
    async with await connect(database_url, "writer") as connection:
        await connection.execute("SELECT 1", prepare=True)
        cursor = await connection.execute("SELECT count(*) FROM pg_prepared_statements")
        assert await cursor.fetchone() == (1,)
