"""Postgres and Valkey as somebody else's servers, which go away for a while or come back empty."""

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
import redis

from medianest.adapters.embedded.postgres import EmbeddedPostgres
from medianest.adapters.embedded.valkey import EmbeddedValkey
from medianest.main.readiness import KEPT
from tests import trials
from tests.e2e.bad_days.faults import kill_whole
from tests.e2e.bad_days.people import Listener, Outside, Person, first_administrator, member, ok
from tests.e2e.bad_days.running import STOPS_WITHIN, WIRE, Running, running
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.processes import eventually, open_directory

AWAY = trials.of(2.0, 10.0)  # seconds
ROUNDS = trials.of(1, 6)
TOLD = {(503, "log_unavailable"), (429, "too_many_requests")}


@dataclass
class Site:
    medianest: Running
    postgres: EmbeddedPostgres
    database_url: str
    valkey: EmbeddedValkey
    redis_url: str
    ada: Person

    def ready(self) -> dict[str, str]:
        """How each part is, and under `status` the whole, by its own word; `code` is the HTTP status."""
        answer = WIRE.get(f"{self.medianest.url}/health/ready", timeout=4)
        report = answer.json()
        return {"status": report["status"], "code": str(answer.status_code)} | {
            check["name"]: check["status"] for check in report["checks"]
        }


@pytest.fixture(scope="module")
def site(world: Outside) -> Iterator[Site]:
    with open_directory() as path:
        postgres = EmbeddedPostgres(path / "postgres")
        valkey = EmbeddedValkey(path / "valkey")
        try:
            urls = {"database_url": postgres.start(60), "redis_url": valkey.start()}
            # Only those of signing in: people here ask more often than people do.
            limits = {"rate_limits": "on", "rate_api_per_minute": "100000", "rate_requests_per_hour": "1000"}
            limits["trusted_proxies"] = "127.0.0.1"  # so that one burst is from an address of its own
            with running(path / "home", **limits, **urls, **world.settings) as medianest:
                yield Site(
                    medianest, postgres, urls["database_url"], valkey, urls["redis_url"], first_administrator(medianest)
                )
        finally:
            valkey.stop()
            postgres.stop()


def use(ada: Person, known: int, new: int) -> None:
    """Everything that has something to do with the cache."""
    assert ok(ada.get("/media/search", params={"query": f"The Umbrella Thief {known}"}))["page"] == 1
    assert ok(ada.get(f"/media/movie/{known}"))["tmdbId"] == known
    request_id = ada.asked(new)
    assert ok(ada.get("/media/requests", params={"limit": 1}))["items"][0]["id"] == request_id
    ada.sees(request_id, "handed_on")


def limited(site: Site) -> bool:
    """Whether a burst of more sign-ins than a bucket holds (60) is slowed down."""
    wish, elsewhere = {"refreshToken": "none of ours"}, {"X-Forwarded-For": "203.0.113.9"}
    url = f"{site.medianest.url}/api/v1/auth/refresh"
    tries = [WIRE.post(url, json=wish, headers=elsewhere, timeout=10) for _ in range(60)]
    assert {answer.status_code for answer in tries} <= {401, 429}
    return any(answer.status_code == 429 for answer in tries)


def test_nothing_is_pinned_to_the_cache_being_there(site: Site, world: Outside) -> None:
    known = world.film()
    use(site.ada, known, world.film())
    eventually(lambda: site.ready()["status"] == "ok")
    eventually(lambda: limited(site))
    site.valkey.kill()
    try:
        use(site.ada, known, world.film())
        assert limited(site), "a budget outlives the cache"
        eventually(lambda: site.ready()["cache"] == "degraded", within=2 * KEPT)
        ready = site.ready()
        assert (ready["code"], ready["status"], ready["log"]) == ("200", "degraded", "ok")
    finally:
        site.valkey.start()
    eventually(lambda: site.ready()["status"] == "ok")
    use(site.ada, known, world.film())
    with redis.Redis.from_url(site.redis_url) as client:
        assert client.dbsize() > 0
        client.flushall()
        client.script_flush()
        use(site.ada, known, world.film())
        assert site.ready()["status"] == "ok"
        assert limited(site)
        assert client.exists("medianest:rate:auth:203.0.113.9"), "the limiter brings its script again"


def life_goes_on(site: Site, world: Outside, follower: Person, listener: Listener) -> None:
    """Views, reactions, jobs and live streams, without anybody's help."""
    film = world.film()
    request_id = site.ada.asked(film)
    site.ada.sees(request_id, "handed_on", within=40)
    assert len(world.at_gateway(film)) == 1
    listener.hears_of(request_id)
    assert not listener.ended.is_set()
    mine = site.ada.asked(world.film())
    ok(follower.act(mine, "follow"))
    ok(site.ada.act(mine, "comment", text="It is on its way."))
    eventually(lambda: any(n["requestId"] == mine for n in ok(follower.get("/notifications"))["items"]))
    eventually(lambda: site.ready()["status"] == "ok", within=30)


@pytest.mark.soak
def test_while_postgres_is_away_people_are_told_so_quickly_and_everything_goes_on_afterwards(
    site: Site, world: Outside, tell: Callable[[str], None], progress: Callable[[str], None]
) -> None:
    people = [member(site.ada, name) for name in ("ben", "cleo", "dora")]
    serve, work = site.medianest.child("serve"), site.medianest.child("work")
    listener = Listener(site.ada)
    refused = acknowledged = 0
    for number in range(ROUNDS):
        writers = Writers(people, world, f"away-{number}")
        writers.go_on(12)
        began = time.monotonic()
        # "Immediate shutdown" and worse: no farewell, and recovery at the next start.
        if number % 2:
            site.postgres.kill()
        else:
            assert site.postgres.pid is not None
            kill_whole(site.postgres.pid)
        reads: list[httpx.Response] = []
        while time.monotonic() < began + AWAY:
            reads.append(site.ada.get("/media/requests"))
        assert site.ready()["code"] == "503"
        assert WIRE.get(f"{site.medianest.url}/health/live").status_code == 200
        site.postgres.start(30)
        writers.go_on(12)
        written = writers.stop()

        assert {answer.status_code for answer in reads} <= {200, 429, 503}
        for answer in reads:
            assert answer.elapsed.total_seconds() < 6
            if answer.status_code == 503:
                assert answer.json()["code"] == "log_unavailable"
                assert answer.headers["content-type"] == "application/problem+json"
                assert int(answer.headers["retry-after"]) >= 1
        assert any(answer.status_code == 503 for answer in reads)
        assert not written.unanswered
        assert set(written.reasons()) <= TOLD
        assert all(seconds < 6 for _, _, seconds in written.refused)
        check_kept(site.ada, site.database_url, written)

        life_goes_on(site, world, people[0], listener)
        refused, acknowledged = refused + len(written.refused), acknowledged + len(written.acknowledged)
        progress(f"Postgres away {number + 1} of {ROUNDS}: all well {time.monotonic() - began:.1f} s after its death")
    assert (site.medianest.child("serve"), site.medianest.child("work")) == (serve, work)
    tell(
        f"Postgres killed {ROUNDS} times and back after {AWAY:.0f} s: {refused:,} writes refused, "
        f"{acknowledged:,} acknowledged and all there; no process of ours started again"
    )


def test_with_servers_of_ones_own_stopping_leaves_them_alone(site: Site, world: Outside) -> None:
    listener = Listener(site.ada)
    assert site.medianest.stop(signal.SIGINT) < STOPS_WITHIN
    assert listener.ended.wait(5)
    assert site.postgres.alive
    assert site.valkey.alive
