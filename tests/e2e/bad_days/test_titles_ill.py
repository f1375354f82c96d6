"""TMDB, Overseerr and Plex flap at random while people search, ask and approve: what was accepted ends as it should."""

import random
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import trials
from tests.e2e.bad_days.evening import Evening, Remembered
from tests.e2e.bad_days.kept import keep
from tests.e2e.bad_days.people import PLEX_WEBHOOK, Outside, Person, member, ok
from tests.e2e.bad_days.running import Running, hurry
from tests.e2e.bad_days.weather import Weather
from tests.processes import eventually

LASTS = trials.of(4.0, 120.0)
IMPATIENCE = trials.of(0.5, 5.0)
"""Seconds until the administrator scans and resets every breaker again: left alone, they spare a server 15 s."""
SEED = trials.of(7, random.SystemRandom().randrange(10**6))
"""A short round is always the same, as far as the weather goes."""
WORDS = ("ferry", "orchard", "comet", "thunder", "telegram", "moss", "road", "tide")
FILMS = range(3_000, 3_040)
UPSTREAMS = ("tmdb", "overseerr", "plex")
LIBRARIES = 3
"""Of films and of series, at the media server."""
GUESTS, MANAGERS = 6, 2
SETTLES = 60.0
"""Seconds for what is left over once all is well."""


@pytest.mark.soak
def test_whatever_flaps_outside_what_was_accepted_ends_in_its_right_state_and_once(
    medianest: Running, ada: Person, world: Outside, tell: Callable[[str], None]
) -> None:
    world.plex.webhooks.url = f"{medianest.url}/api/v1/webhooks/plex/{PLEX_WEBHOOK}"
    held = _scanned(ada)
    keep(world, medianest, WORDS, FILMS, ago=timedelta(days=2))
    people = [member(ada, f"evening-{number}") for number in range(GUESTS)]
    managers = [ada.elsewhere(medianest.url) for _ in range(MANAGERS)]
    with Weather(world, SEED) as weather, Evening(people, managers, world, WORDS, FILMS) as evening:
        until = time.monotonic() + LASTS
        while time.monotonic() < until:
            time.sleep(IMPATIENCE)
            ok(ada.post("/admin/library/scan", json={}), 202)
            _reset_breakers(ada)
    seen = evening.remembered
    assert not seen.wrong, f"seed {SEED}: {seen.wrong[:5]}"
    assert seen.stale, "nothing was given that is older than it ought to be: the trial shows nothing"
    assert seen.waiting
    assert seen.approved
    assert seen.arrived
    _reset_breakers(ada)
    _ends_well(medianest, ada, world, seen)
    assert _scanned(ada) == held + len(seen.arrived)
    tell(
        f"three upstreams flapping for {LASTS:.0f} s (seed {SEED}, {sum(weather.spells.values())} spells): "
        f"{sum(seen.answers.values()):,} answers, {seen.answers[503]:,} of them 503, {seen.stale:,} stale and "
        "marked; "
        f"{len(seen.approved):,} requests handed on once, {len(seen.arrived):,} completed by Plex, "
        f"{len(seen.waiting):,} still waiting, none lost"
    )


def _reset_breakers(ada: Person) -> None:
    for name in UPSTREAMS:
        ok(ada.post(f"/services/upstreams/{name}/breaker/reset"), 204)


def _ends_well(medianest: Running, ada: Person, world: Outside, seen: Remembered) -> None:
    wanted = dict.fromkeys(seen.waiting, "pending") | dict.fromkeys(seen.approved, "handed_on")
    wanted |= dict.fromkeys(seen.arrived, "available")
    left = dict(wanted)

    def settled() -> bool:
        hurry(medianest)
        for request_id in [each for each, status in left.items() if ada.status(each) == status]:
            del left[request_id]
        return not left

    try:
        eventually(settled, within=SETTLES)
    except AssertionError:
        raise AssertionError({each: (left[each], ada.actions(each)) for each in left}) from None
    for request_id, status in wanted.items():
        actions = ada.actions(request_id)
        assert actions.count("media_request.handed_on") <= 1
        assert actions.count("media_request.completed") == (status == "available")
        film = (seen.waiting | seen.approved | seen.arrived)[request_id]
        at_gateway = len(world.at_gateway(film))
        assert at_gateway == 1 if status == "handed_on" else at_gateway <= (status == "available")


def _scanned(ada: Person) -> int:
    """How many titles the libraries hold, by a scan that is asked for now and is healthy."""
    before = max((each["scannedAt"] or "" for each in _libraries(ada)), default="")

    def healthy() -> bool:
        ok(ada.post("/admin/library/scan", json={}), 202)
        found = _libraries(ada)
        return len(found) == LIBRARIES and all(
            (each["scannedAt"] or "") > before and not each["trouble"] for each in found
        )

    eventually(healthy, within=SETTLES)
    found = _libraries(ada)
    assert not any(each["missing"] or each["heldRemovals"] for each in found)
    return sum(each["titles"] for each in found)


def _libraries(ada: Person) -> list[dict[str, str]]:
    return list(ok(ada.get("/admin/library"))["items"])
