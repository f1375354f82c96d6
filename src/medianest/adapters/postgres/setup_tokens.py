"""The one-time token with which the first administrator is made."""

import hmac
import secrets
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool


class PostgresSetupTokens:
    """Implements SetupTokens: one row, in clear because `medianest setup-token` prints it again."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def current(self) -> str:
        async with self._pool.connection() as connection:
            # Two processes that start together agree on the token of whoever comes first: an update that changes
            # nothing, because only a row that was written is returned.
            made = await connection.execute(
                "INSERT INTO setup_token (token) VALUES (%s)"
                " ON CONFLICT (is_only) DO UPDATE SET token = setup_token.token RETURNING token",
                (secrets.token_urlsafe(24),),
            )
            ((token,),) = await made.fetchall()
        return str(token)

    async def spend(self, token: str) -> bool:
        async with self._pool.connection() as connection, connection.transaction():
            stored = await (await connection.execute("SELECT token FROM setup_token FOR UPDATE")).fetchone()
            if stored is None or not hmac.compare_digest(stored[0].encode(), token.encode("utf-8", "surrogatepass")):
                return False
            await connection.execute("DELETE FROM setup_token")
            return True

    async def restore(self, token: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute("INSERT INTO setup_token (token) VALUES (%s) ON CONFLICT DO NOTHING", (token,))
