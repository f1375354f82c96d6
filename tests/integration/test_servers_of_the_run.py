"""The servers that the other tests stand on."""

import psycopg
import redis
from tests.servers import RunServers


def test_an_empty_database_has_no_table_and_is_gone_afterwards(servers: RunServers) -> None:
    with servers.database(migrated=False) as url:
        with psycopg.connect(url) as link:
            assert link.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(servers.url_of("postgres")) as link:
        assert link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None


def test_two_databases_of_one_template_have_the_schema_and_share_no_row(servers: RunServers) -> None:
    with servers.database(migrated=True) as one, servers.database(migrated=True) as other:
        with psycopg.connect(one) as link:
            tables = link.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            link.execute("CREATE TABLE only_here (id int)")
        assert tables is not None
        assert tables[0] > 0
        with psycopg.connect(other) as link:
            assert link.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_the_logical_database_of_a_test_begins_empty(redis_url: str, servers: RunServers, worker_number: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "over")
    assert servers.redis_url(worker_number) == redis_url
