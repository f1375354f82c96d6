"""All of MediaNest killed while people write, and stopped while people listen."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import trials
from tests.e2e.bad_days.people import Listener, Outside, first_administrator, member, ok, sign_in
from tests.e2e.bad_days.running import STOPS_WITHIN, Running, end, processes_of
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.processes import eventually, lives

ROUNDS = trials.of(1, 8)


@pytest.mark.soak
def test_what_was_acknowledged_outlives_the_killing_of_everything_and_signals_leave_nothing_behind(
    directory: Path, world: Outside, tell: Callable[[str], None], progress: Callable[[str], None]
) -> None:
    acknowledged = unanswered = 0
    home = directory / "home"
    medianest = Running(home, **world.settings).started()
    try:
        ada = first_administrator(medianest)
        people = [member(ada, name) for name in ("ben", "cleo", "dora", "emil")]
        for number in range(ROUNDS):
            listener = Listener(people[0])
            writers = Writers(people, world, f"round-{number}")
            eventually(lambda writers=writers: len(writers.written.acknowledged) >= 60, within=30)
            old = processes_of(home)
            medianest.kill()
            killed = time.monotonic()
            medianest.start_again()  # at once, beside what still ends
            written = writers.join()
            eventually(lambda old=old: not any(lives(pid) for pid in old), within=5 - (time.monotonic() - killed))
            assert listener.ended.wait(5)

            medianest.started()
            check_kept(ada, medianest.database_url, written)
            for key, path, body in written.unanswered:  # whoever got no answer sends the same again
                person = people[int(key.split("-")[-2])]
                again = person.post(path, json=body, headers={"Idempotency-Key": key})
                request_id = ok(again)["id"]
                if again.headers.get("idempotent-replay") != "true":
                    told = (int(again.headers["x-event-position"]), request_id, body.get("text"))
                    written.acknowledged.append(told)
                assert ada.actions(request_id).count("media_request.submitted") == 1
            check_kept(ada, medianest.database_url, written)
            acknowledged, unanswered = acknowledged + len(written.acknowledged), unanswered + len(written.unanswered)
            progress(f"everything killed {number + 1} of {ROUNDS}: {len(written.acknowledged)} writes acknowledged")

        # A worker that waits for a slow gateway lets go of its job, for the next one to take up at once.
        film = world.film()
        world.overseerr.fail("slow", method="POST", times=1, seconds=60)
        request_id = ada.asked(film)
        eventually(lambda: world.orders(film) == 1)
        for stop in (signal.SIGTERM, signal.SIGINT):
            if stop is signal.SIGINT:
                medianest.start_again()
                medianest.started()
                ada.sees(request_id, "handed_on", within=10)
                assert len(world.at_gateway(film)) == 1
            listener = Listener(sign_in(medianest.url, "ben@example.org"))
            assert not listener.ended.is_set()
            assert medianest.stop(stop) < STOPS_WITHIN, medianest.lines()[-8:]
            assert medianest.process.returncode == 0
            assert not medianest.events("child does not stop, killing it")
            assert processes_of(home) == {}
            assert listener.ended.wait(5)
    finally:
        end(medianest)
    tell(
        f"everything killed {ROUNDS} times: {acknowledged:,} writes acknowledged and all there once, {unanswered} sent "
        "again with their keys"
    )
