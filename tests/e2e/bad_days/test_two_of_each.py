"""Two processes that serve and two that work, on servers of one's own: nobody can tell which of them answered."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
import redis

from tests import trials
from tests.e2e.bad_days.balancing import PACE
from tests.e2e.bad_days.leading import THE_REACTIONS, behind, leads
from tests.e2e.bad_days.people import Listener, Outside, Person, first_administrator, member, ok
from tests.e2e.bad_days.quarrel import Quarrel
from tests.e2e.bad_days.site import Site, opened_site
from tests.e2e.bad_days.testimony import check_answers, check_shown, is_bearable, rows_of, told_by
from tests.e2e.bad_days.writers import Writers, check_exact, check_handed_on_once
from tests.pgbouncer import pooled
from tests.processes import eventually, open_directory
from tests.servers import RunServers

LASTS = trials.of(4.0, 120.0)
"""Seconds of quarrel."""
SEED = trials.of(3, random.SystemRandom().randrange(10**6))
ROUNDS = trials.of(1, 6)
TITLES = range(20_002, 20_014, 4)
"""The series of these ids have three seasons."""
TOLD = """
SELECT body ->> 'request_id', body ->> 'kind', count(*) FROM events
WHERE tag = 'notification.queued' AND body ->> 'recipient' = %s GROUP BY 1, 2"""
LATER = """
SELECT count(*) FROM events, (SELECT max(recorded_at) AS at FROM events WHERE tag = 'user.suspended') AS suspended
WHERE actor = %s AND recorded_at > suspended.at + interval '1 second'"""


@pytest.fixture(scope="module", params=trials.of(["straight"], ["straight", "pooled"]))
def way(request: pytest.FixtureRequest) -> str:
    """Directly at the Postgres, or through a pgbouncer in transaction mode."""
    return str(request.param)


@pytest.fixture(scope="module")
def standing(way: str, servers: RunServers, worker_number: int, world: Outside) -> Iterator[Site]:
    cache = servers.redis_url(32 + worker_number)  # apart from the one that single tests use
    with redis.Redis.from_url(cache) as client:
        client.flushdb()
    with ExitStack() as stack:
        direct_url = stack.enter_context(servers.database(migrated=True))
        url = stack.enter_context(pooled(direct_url)) if way == "pooled" else direct_url
        home = stack.enter_context(open_directory())
        yield stack.enter_context(opened_site(home, url, direct_url, cache, world))


@pytest.fixture(scope="module")
def ada(standing: Site) -> Person:
    """The administrator, at the first process that serves."""
    return first_administrator(standing.serving[0])


@pytest.fixture
def site(standing: Site) -> Site:
    """Whatever the test before has killed runs again."""
    return standing.whole()


@pytest.mark.soak
def test_what_a_killed_worker_led_another_leads_within_five_seconds_and_no_event_is_skipped_or_doubled(
    site: Site, ada: Person, world: Outside, way: str, tell: Callable[[str], None]
) -> None:
    chance = random.Random(SEED)
    people = [member(ada, name) for name in ("cleo", "dora")]
    for person in people:
        ok(ada.patch(f"/admin/users/{person.id}", json={"permissions": ["request", "auto_approve"]}))
    led, waits = [], []
    writers = Writers(people, world, "led", pace=PACE)
    try:
        for number in range(ROUNDS):
            writers.go_on(8)
            before = leads(site)
            killed = chance.choice([worker for worker in site.working if before[worker] - {THE_REACTIONS}])
            led.append([len(each - {THE_REACTIONS}) for each in before.values()])
            killed.kill()
            at = time.monotonic()
            asked = ada.ask(world.film())
            position = int(asked.headers["x-event-position"])
            eventually(lambda position=position: not behind(site, position), within=30)
            waits.append(time.monotonic() - at)
            assert waits[-1] < 5
            after = leads(site)
            assert killed not in after
            assert set().union(*after.values()) == set().union(*before.values())
            if number % 2:  # both start together, so that each may lead some of the views
                for worker in site.working:
                    if worker.process.poll() is None:
                        worker.kill()
            site.whole()
        writers.go_on(8)
    finally:
        written = writers.stop()  # also where it fails: the next test shares this house
    assert (written.refused, written.unanswered) == ([], [])
    site.settle()
    assert site.differences() == ""
    check_exact(ada, written)
    check_handed_on_once(ada, world, written)
    expected = {(request_id, "request_auto_approved"): 1 for request_id in written.films}
    for _, request_id, text in written.acknowledged:
        if text:
            key = (request_id, "request_commented")
            expected[key] = expected.get(key, 0) + 1
    with psycopg.connect(site.direct_url) as link:
        told = {(request_id, kind): count for request_id, kind, count in link.execute(TOLD, (ada.id,)).fetchall()}
    assert {key: count for key, count in told.items() if key[0] in written.films} == expected
    tell(
        f"{ROUNDS} workers killed that led views ({way}, seed {SEED}; views led by each before: {led}): the other went "
        f"on after {max(waits):.1f} s at most; {len(written.acknowledged):,} writes, each told and handed on once"
    )


@pytest.mark.soak
def test_somebody_suspended_is_refused_everywhere_within_a_second_while_others_write(
    site: Site, ada: Person, world: Outside, way: str, tell: Callable[[str], None]
) -> None:
    there = site.serving[1]
    emil, others = member(ada, "emil"), [member(ada, name) for name in ("fern", "gus")]
    key = ok(emil.post("/auth/keys", json={"name": "A script", "scopes": ["read", "request"]}), 201)["key"]
    script = Person(there.url, {"user": {"id": emil.id}, "accessToken": key})
    emil_there = emil.elsewhere(there.url)
    listener = Listener(emil_there)
    request_id = ok(script.ask(world.film()), 201)["id"]
    writers = Writers([others[0], others[1].elsewhere(there.url)], world, "others", pace=PACE)
    own = Writers([emil, emil.elsewhere(there.url)], world, "own", pace=PACE)
    own.go_on(4)
    writers.go_on(4)
    assert not listener.ended.is_set()
    ok(ada.patch(f"/admin/users/{emil.id}", json={"suspended": True}))
    at = time.monotonic()

    def is_shut_out() -> bool:
        answers = (
            script.get("/auth/me"),
            script.act(request_id, "comment", text="Still here"),
            emil_there.act(request_id, "comment", text="And here"),
            emil_there.get("/media/requests"),
            emil.get("/auth/me"),
        )
        return listener.ended.is_set() and all(answer.status_code == 401 for answer in answers)

    eventually(is_shut_out, within=1)
    shut_out = time.monotonic() - at
    refused = len(own.written.refused)
    eventually(lambda: len(own.written.refused) >= refused + 4)
    writers.go_on(4)
    others_written, own_written = writers.stop(), own.stop()
    assert (others_written.refused, others_written.unanswered) == ([], [])
    assert set(own_written.reasons()) <= {(401, "invalid_token"), (403, "user_suspended")}
    with psycopg.connect(site.direct_url) as link:
        assert link.execute(LATER, (emil.id,)).fetchone() == (0,)
    tell(
        f"somebody suspended while four write ({way}): stream, key and writes refused everywhere after {shut_out:.2f} s"
    )


@pytest.mark.soak
def test_what_two_groups_decide_through_two_processes_keeps_every_promise(
    site: Site, ada: Person, way: str, tell: Callable[[str], None]
) -> None:
    urls = [each.url for each in site.serving]
    mistakes = sum(len(each.mistakes()) for each in (*site.serving, *site.working))
    people = [member(ada, name) for name in ("hugo", "iris", "jack")]
    for person in people:
        quota = {"movieLimit": 2, "seasonLimit": 2}
        ok(ada.patch(f"/admin/users/{person.id}", json={"permissions": ["request"], "quota": quota}))
    # Somebody who is there twice decides twice at the same moment.
    quarrel = Quarrel([*people, *people], [ada, ada], urls, films=TITLES, series=TITLES[:1], seed=SEED)
    with quarrel:
        time.sleep(LASTS)  # not a condition: so long they quarrel
    told = quarrel.told
    assert not told.wrong, f"seed {SEED}: {told.wrong[:3]}"
    assert [step for step in told.steps if not is_bearable(step)] == [], f"seed {SEED}"
    site.settle()
    rows = rows_of(site.direct_url)
    model = told_by(rows)
    check_answers(rows, told)
    for url in urls:
        check_shown(ada.elsewhere(url), model, told)
    assert site.differences() == ""
    assert sum(len(each.mistakes()) for each in (*site.serving, *site.working)) == mistakes
    done, answers = sum(step.position is not None for step in told.steps), told.answers()
    assert min(done, answers[409] + answers[403], told.repeated) > 0, answers
    tell(
        f"eight who quarrel over {len(TITLES) + 1} titles at two processes for {LASTS:.0f} s ({way}, seed {SEED}): "
        f"{len(told.steps):,} steps, {done:,} recorded once, {told.repeated:,} repeated at the other, "
        f"{answers[503]} too busy; {len(model.requests):,} requests, no quota overspent, no title claimed twice"
    )


@pytest.mark.soak
def test_what_is_said_to_one_holds_at_the_other_also_when_another_is_killed(
    site: Site, ada: Person, world: Outside, way: str, tell: Callable[[str], None]
) -> None:
    here, there = site.serving
    ada_there = ada.elsewhere(there.url)
    ben = member(ada, "ben")
    ben_there = ben.elsewhere(there.url)
    ok(ben_there.get("/auth/me"))
    listeners = [Listener(ada), Listener(ada_there)]
    request_id = ok(ben_there.ask(world.film()), 201)["id"]
    for listener in listeners:
        listener.hears_of(request_id)

    # What one process has remembered is not believed where another one has changed it.
    ok(ada.act(request_id, "reject", reason="Not this one"))
    assert ada_there.act(request_id, "approve").status_code == 409
    ok(ada.patch(f"/admin/users/{ben.id}", json={"name": "Benedict", "permissions": ["request", "auto_approve"]}))
    eventually(lambda: ok(ben_there.get("/auth/me"))["name"] == "Benedict", within=1)
    later = ok(ben_there.ask(world.film()), 201)
    assert later["status"] == "approved"

    share_the_jobs(site, ada, world)

    ada.sees(later["id"], "handed_on")
    os.kill(here.process.pid, signal.SIGKILL)
    assert ok(ada_there.get(f"/media/requests/{later['id']}"))["status"] == "handed_on"
    assert not listeners[1].ended.is_set()
    for each in (there, site.working[1]):
        assert each.stop() < 5
        assert each.process.returncode == 0
    assert listeners[1].ended.wait(5)
    tell(f"two that serve and two that work ({way}): both tell what either was told, and share six jobs")


def share_the_jobs(site: Site, ada: Person, world: Outside) -> None:
    """More jobs at a time than one worker takes: the other has some of them."""
    films = [world.film() for _ in range(6)]
    world.overseerr.fail("slow", method="POST", times=len(films), seconds=1)
    requests = [ada.asked(film) for film in films]
    with psycopg.connect(site.direct_url, autocommit=True) as link:

        def busy() -> bool:
            counted = "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs WHERE status = 'doing'"
            return link.execute(counted).fetchone() == (2,)

        eventually(busy)
    for request_id, film in zip(requests, films, strict=True):
        ada.sees(request_id, "handed_on")
        assert len(world.at_gateway(film)) == 1
