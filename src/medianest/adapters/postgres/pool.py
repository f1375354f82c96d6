"""The pool of connections that everything but the log's writer works on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from medianest.ports.event_log import LogFull
from medianest.ports.failures import LogUnavailable

PATIENCE: Final = 4.0
"""Seconds to wait for a free connection before saying that the database is away."""

LIVENESS: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""A server that vanished without a word is noticed after about ten seconds (libpq; ignored on Unix sockets)."""


class Database(AsyncConnectionPool[AsyncConnection[Any]]):
    """A pool whose connections say LogUnavailable when the database is away, and LogFull when its disk is full.

    `async with Database(url) as database:` opens and closes it. Opening does not wait for the server: a database that
    comes later is found by itself. `settle` is called with each new connection before it is lent.
    """

    def __init__(
        self,
        url: str,
        *,
        settle: Callable[[AsyncConnection[Any]], Awaitable[None]] | None = None,
        min_size: int = 1,
        max_size: int = 8,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(
            url,
            configure=settle,
            min_size=min_size,
            max_size=max_size,
            open=False,
            timeout=patience,
            # The pause between attempts doubles without a bound, so give up soon: the next request tries afresh.
            reconnect_timeout=2.0,
            max_waiting=10_000,
            kwargs={
                "autocommit": True,
                "connect_timeout": 3,
                "application_name": "medianest",
                **LIVENESS,
            },
            name="medianest",
        )
        self._checking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection in autocommit: most of what is asked is one statement, and BEGIN and COMMIT around it would be
        two round trips more. `connection.transaction()` is for the rest. Raises LogUnavailable, LogFull."""
        try:
            async with super().connection(timeout) as connection:
                yield connection
        except (PoolTimeout, PoolClosed, TooManyRequests) as error:
            raise LogUnavailable from error
        except psycopg.errors.DiskFull as error:
            raise LogFull from error
        except psycopg.OperationalError as error:
            self._discard_broken()
            raise LogUnavailable from error

    def _discard_broken(self) -> None:
        """One broken connection means that the idle ones are most likely broken too: look before lending them."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        with suppress(psycopg.Error, PoolTimeout):
            await self.check()

    async def close(self, timeout: float = 5.0) -> None:
        if self._checking is not None:
            self._checking.cancel()
        await super().close(timeout)
