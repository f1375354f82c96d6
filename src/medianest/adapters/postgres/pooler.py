"""Whether an address leads to a pooler that gives every transaction another connection.

Locks that last, LISTEN and temporary tables live with one connection. Behind such a pooler they seem to work, and do
not: two processes would hold the same lock.
"""

from typing import Final

import psycopg

from medianest.ports.failures import LogUnavailable

LOOKS: Final = 5
"""Each of them finds the pooler out, unless another client takes the server's process in that very moment."""


def changes_servers(url: str) -> bool:
    """Whether two connections to `url` are served by one process of the server in turn. Raises LogUnavailable.

    A pooler in session mode is as good as none, and is taken for none.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            first = _process(connection)
            return first != connection.info.backend_pid and _is_shared(connection, url, first)
    except psycopg.OperationalError as error:
        raise LogUnavailable from error


def _is_shared(connection: psycopg.Connection, url: str, first: int) -> bool:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as other:
        for _ in range(LOOKS):
            if _process(connection) != first:
                return True
            # What the first connection has just let go of is what a pooler gives to the next one.
            if _process(other) == first:
                return True
    return False


def _process(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0
