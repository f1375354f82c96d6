"""The disk under the data directory runs full, for real, while people write and look."""

from collections.abc import Callable

import psycopg
import pytest

from tests import trials
from tests.e2e.bad_days.disk import SmallDisk
from tests.e2e.bad_days.people import Outside, Person, member, ok
from tests.e2e.bad_days.running import WIRE, Running
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.processes import eventually

ROUNDS = trials.of(1, 10)


@pytest.fixture
def small(disk: SmallDisk) -> SmallDisk:
    if not disk.is_real:
        pytest.skip("a disk that can be filled has to be mounted, which is for root on Linux")
    return disk


@pytest.fixture(scope="module")
def people(ada: Person) -> list[Person]:
    return [member(ada, f"writer-{number}") for number in range(3)]


@pytest.mark.soak
def test_on_a_full_disk_writing_is_refused_clearly_reading_goes_on_and_room_is_all_it_takes(
    small: SmallDisk,
    medianest: Running,
    ada: Person,
    people: list[Person],
    world: Outside,
    tell: Callable[[str], None],
) -> None:
    children = [medianest.child("serve"), medianest.child("work")]
    refused = acknowledged = 0
    for number in range(ROUNDS):
        writers = Writers(people, world, f"full-{number}")
        writers.go_on(10)
        with psycopg.connect(medianest.database_url) as link:
            link.execute("SELECT pg_switch_wal()")
            # The first word in the next piece makes it: so that 16 MB of the write-ahead log have their place already.
            link.execute("SELECT pg_logical_emit_message(true, 'trial', 'begun')")
        small.fill()
        try:
            # Pages that exist have some room left.
            eventually(lambda writers=writers: len(writers.written.refused) >= 30, within=60)
            assert ok(ada.get("/media/requests"))["items"]
            ok(ada.get("/auth/me"))
            assert medianest.is_ready(), "or a balancer would take every server out of rotation"
            eventually(lambda: "log_full" in _said_of_the_log(medianest))
        finally:
            small.make_room()
        writers.go_on(10)
        eventually(lambda: not _said_of_the_log(medianest))
        written = writers.stop()
        assert not written.unanswered
        assert set(written.reasons()) == {(503, "log_full")}
        assert max(seconds for *_, seconds in written.refused) < 6
        check_kept(ada, medianest.database_url, written)
        refused, acknowledged = refused + len(written.refused), acknowledged + len(written.acknowledged)
    film = world.film()
    request_id = ada.asked(film)
    ada.sees(request_id, "handed_on", within=40)  # the reactions may be in a pause
    assert len(world.at_gateway(film)) == 1
    eventually(medianest.is_ready)
    assert [medianest.child("serve"), medianest.child("work")] == children
    tell(
        f"disk full {ROUNDS} times: {refused:,} writes refused as log_full, {acknowledged:,} acknowledged and all "
        "there; reading went on"
    )


@pytest.mark.soak
@pytest.mark.skipif(
    not trials.SOAK, reason="a quarter of a minute, mostly of waiting; the full disk above is the short one"
)
def test_a_postgres_that_ends_itself_for_want_of_room_comes_back_with_the_room(
    small: SmallDisk,
    medianest: Running,
    ada: Person,
    people: list[Person],
    world: Outside,
    tell: Callable[[str], None],
) -> None:
    refused = acknowledged = 0
    for number in range(ROUNDS):
        writers = Writers(people, world, f"panic-{number}")
        writers.go_on(10)
        small.fill()
        try:
            _write_ahead_until_it_dies(medianest.database_url)
            # It recovers as far as the room that its own death has left allows, or does not start at all.
            after = len(writers.written.refused) + len(people)
            eventually(lambda writers=writers, after=after: len(writers.written.refused) >= after, within=60)
            assert ada.get("/media/requests").status_code in (200, 503)
        finally:
            small.make_room()
        writers.go_on(10, within=60)
        written = writers.stop()
        assert not written.unanswered
        assert set(written.reasons()) <= {(503, "log_full"), (503, "log_unavailable")}
        check_kept(ada, medianest.database_url, written)
        refused, acknowledged = refused + len(written.refused), acknowledged + len(written.acknowledged)
    eventually(medianest.is_ready, within=20)
    tell(
        f"Postgres ended by a full disk {ROUNDS} times: {refused:,} writes refused, {acknowledged:,} acknowledged and "
        "all there"
    )


def _said_of_the_log(medianest: Running) -> str:
    [log] = [it for it in WIRE.get(f"{medianest.url}/health/ready").json()["checks"] if it["name"] == "log"]
    return str(log["detail"] or "")


def _write_ahead_until_it_dies(database_url: str) -> None:
    """More than what the segments of the write-ahead log that are there hold. Without a place for that log no server
    can go on, and Postgres ends itself."""
    with psycopg.connect(database_url, autocommit=True) as link:
        try:
            for _ in range(1000):
                link.execute("SELECT pg_logical_emit_message(false, '', repeat('.', 1000000))")
        except psycopg.OperationalError:
            return
    pytest.fail("Postgres found room for a gigabyte")
