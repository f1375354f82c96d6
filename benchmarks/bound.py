"""What HTTP over one row can be here at best: the same server, framework and driver with nothing of ours in it.

`python -m benchmarks.bound URL ROWS`: makes so many rows in the database, prints the port, and answers until its end.
"""

import socket
import sys
from typing import Annotated

import msgspec
import uvicorn
from litestar import Litestar, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.running import free_port
from medianest.main.cli.seam import finish

TABLE = """
CREATE TABLE IF NOT EXISTS bound_rows (
  number bigint PRIMARY KEY, title text NOT NULL, year int NOT NULL, status text NOT NULL
)"""
FIRST_WISH = 1 << 32


class Row(msgspec.Struct, rename="camel"):
    number: int
    title: str
    year: int
    status: str


class Wish(msgspec.Struct, rename="camel"):
    title: Annotated[str, msgspec.Meta(max_length=200)]


@get("/rows/{number:int}")
async def read_row(number: FromPath[int], pool: NamedDependency[AsyncConnectionPool]) -> Row:
    async with pool.connection() as connection, connection.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute("SELECT number, title, year, status FROM bound_rows WHERE number = %s", (number,))
        row = await cursor.fetchone()
    if row is None:
        raise NotFoundException
    return row


@post("/rows", status_code=201)
async def add_row(data: JSONBody[Wish], pool: NamedDependency[AsyncConnectionPool]) -> Row:
    """Committed before it is answered."""
    async with pool.connection() as connection, connection.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(
            "INSERT INTO bound_rows VALUES (nextval('bound_numbers'), %s, 1999, 'pending') RETURNING *", (data.title,)
        )
        (row,) = await cursor.fetchall()
    return row


async def _prepare(pool: AsyncConnectionPool, rows: int) -> None:
    async with pool.connection() as connection:
        await connection.execute(TABLE)
        await connection.execute(f"CREATE SEQUENCE IF NOT EXISTS bound_numbers START {FIRST_WISH}")
        await connection.execute(
            "INSERT INTO bound_rows SELECT n, 'Film ' || n, 1999, 'pending' FROM generate_series(1, %s) AS n "
            "ON CONFLICT DO NOTHING",
            (rows,),
        )
        await connection.execute("VACUUM ANALYZE bound_rows")


async def _answer(url: str, rows: int) -> None:
    async with AsyncConnectionPool(url, max_size=8, kwargs={"autocommit": True}, open=False) as pool:
        await _prepare(pool, rows)
        provided = {"pool": Provide(lambda: pool, sync_to_thread=False)}
        app = Litestar([read_row, add_row], dependencies=provided, openapi_config=None, logging_config=None)
        port = free_port()
        config = uvicorn.Config(
            app, port=port, log_config=None, access_log=False, server_header=False, http="httptools", ws="none"
        )
        server = _Server(config)
        await server.serve()


class _Server(uvicorn.Server):
    """Says its port once it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self.config.port, flush=True)


if __name__ == "__main__":
    finish(_answer(sys.argv[1], int(sys.argv[2])))
