"""Faults of all kinds, one after the other, under a steady load; at the end the books have to balance."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests import trials
from tests.e2e.bad_days.disk import SmallDisk
from tests.e2e.bad_days.faults import FAULTS, Scene
from tests.e2e.bad_days.people import Listener, Outside, Person, member
from tests.e2e.bad_days.readers import Readers
from tests.e2e.bad_days.running import Running, command_here, hurry, settle
from tests.e2e.bad_days.writers import Writers, Written, check_exact, check_handed_on_once
from tests.processes import eventually

LASTS = 360.0
"""Seconds after which no fault begins any more."""
PACE = 0.05
"""Seconds between two writes of one person."""
SEED = trials.of(4, random.SystemRandom().randrange(10**6))
"""A short round is always the same."""
CODES = {"log_unavailable", "log_full", "metadata_unavailable", "stopping"}


@pytest.fixture
def scene(medianest: Running, world: Outside, disk: SmallDisk) -> Iterator[Scene]:
    try:
        yield Scene(medianest, world, disk, random.Random(SEED))
    finally:
        world.overseerr.behave()
        world.tmdb.behave()


@pytest.mark.soak
def test_after_any_faults_what_was_acknowledged_is_recorded_seen_sealed_and_handed_on_once(
    scene: Scene, ada: Person, tell: Callable[[str], None], progress: Callable[[str], None]
) -> None:
    progress(f"\nfaults of seed {SEED}:")
    mistakes = len(scene.medianest.mistakes())
    people = [member(ada, f"enduring-{number}") for number in range(3)]
    # What an administrator asks for is approved at once, and handed on.
    approved = Writers([ada], scene.world, "approved", patient=True, pace=PACE)
    asking = Writers(people, scene.world, "asking", patient=True, pace=PACE)
    readers = Readers([people[0].elsewhere(scene.medianest.url)], ["/media/requests", "/notifications", "/auth/me"])
    approved.go_on(3)
    endured = list(_endure(scene, asking, progress))
    approved.go_on(3)
    written, handed_on, seen = asking.stop(), approved.stop(), readers.stop()

    for each in (written, handed_on):
        assert set(each.reasons()) <= {(503, code) for code in CODES}
        check_exact(ada, each)
    assert not [why for why in seen.failed if " 503 " not in why and "Error" not in why]
    _all_handed_on_once(scene, ada, handed_on)
    listener = Listener(ada)
    listener.hears_of(ada.asked(scene.world.film()))
    settle(scene.medianest.database_url, scene.medianest.url, silent="0 seconds")
    for words in (("projections", "verify"), ("audit", "verify")):
        verified = command_here(scene.medianest.data_dir, *words, "--json")
        assert verified.returncode == 0, verified.stdout
        assert json.loads(verified.stdout)
    assert not scene.medianest.mistakes()[mistakes:]
    acknowledged = len(written.acknowledged) + len(handed_on.acknowledged)
    tell(
        f"{len(endured)} faults of {len(set(endured))} kinds (seed {SEED}): {acknowledged:,} writes acknowledged and "
        f"recorded, none else; {len(handed_on.films):,} requests handed on once each; views and seals verified"
    )


def _endure(scene: Scene, writers: Writers, progress: Callable[[str], None]) -> Iterator[str]:
    """The name of each fault, once people can write again."""
    began = time.monotonic()
    kinds = list(FAULTS)
    for _ in range(trials.of(1, 5)):
        for kind in scene.chance.sample(kinds, trials.of(2, len(kinds))):
            if time.monotonic() - began > LASTS:
                return
            writers.go_on(5, within=60)
            at = time.monotonic()
            FAULTS[kind](scene)
            undone = time.monotonic()
            writers.go_on(12, within=60)
            done = time.monotonic()
            progress(
                f"{at - began:5.0f} s  {kind:36} {undone - at:5.1f} s, and then 12 writes in {done - undone:4.1f} s"
            )
            yield kind


def _all_handed_on_once(scene: Scene, ada: Person, written: Written) -> None:
    waiting: Mapping[str, int] = dict(written.films)

    def all_there() -> bool:
        nonlocal waiting
        hurry(scene.medianest)
        waiting = {each: film for each, film in waiting.items() if ada.status(each) != "handed_on"}
        return not waiting

    eventually(all_there, within=60)
    check_handed_on_once(ada, scene.world, written)
