"""A pgbouncer in transaction mode in front of a database of the run's Postgres."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from medianest.adapters.embedded.account import account_for
from tests.processes import eventually, open_directory

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
NAME = "pooled"
"""What the pooler calls the database behind it."""

# As Debian ships it, but for the mode: nothing here is set to please MediaNest.
SETTINGS = """
[databases]
{name} = host={host} port={port} dbname={dbname} user={user}

[pgbouncer]
listen_addr =
unix_socket_dir = {directory}
listen_port = 6432
auth_type = any
pool_mode = {mode}
max_client_conn = 200
default_pool_size = {size}
logfile = {directory}/pgbouncer.log
pidfile = {directory}/pgbouncer.pid
"""


@contextmanager
def pooled(database_url: str, *, mode: str = "transaction", size: int = 10) -> Iterator[str]:
    """The address of the same database through a pooler with `size` connections of its own. Skips the test where there
    is no pgbouncer."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed (Debian: apt install pgbouncer)")
    behind = conninfo_to_dict(database_url)
    host = Path(str(behind["host"]))
    with open_directory() as directory:
        account = account_for(host)  # it refuses to run as root, and the server's socket is for the server's account
        account.own(directory)
        settings = directory / "pgbouncer.ini"
        settings.write_text(
            SETTINGS.format(
                name=NAME,
                host=host,
                port=behind.get("port", 5432),
                dbname=behind["dbname"],
                user=behind["user"],
                directory=directory,
                mode=mode,
                size=size,
            )
        )
        process = subprocess.Popen(
            [PROGRAM, "--quiet", str(settings)], stdin=subprocess.DEVNULL, cwd="/", **account.process_options()
        )
        try:
            url = f"postgresql://{behind['user']}@/{NAME}?host={directory}&port=6432"
            eventually(lambda: _answers(process, url))
            yield url
        finally:
            process.kill()
            process.wait()


def _answers(process: "subprocess.Popen[bytes]", url: str) -> bool:
    assert process.poll() is None, "pgbouncer ended"
    try:
        with psycopg.connect(url, autocommit=True) as link:
            return link.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
