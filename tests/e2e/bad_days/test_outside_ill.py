"""The outside world ill in every way: nothing is asked for twice, nothing is forgotten, and nobody sees a 500."""

from collections.abc import Callable

import psycopg
import pytest

from medianest.adapters.standin import FaultKind
from tests import trials
from tests.e2e.bad_days.people import Outside, Person, ok
from tests.e2e.bad_days.running import Running, hurry
from tests.processes import eventually

QUICK: tuple[FaultKind, ...] = ("error", "html", "wrong_json", "rate_limited", "cut_off")
TMDB_FAULTS = trials.of(QUICK, (*QUICK, "slow"))


def attempts(medianest: Running, request_id: str) -> int:
    """How often handing this request on was tried so far and put off."""
    with psycopg.connect(medianest.database_url) as link:
        query = (
            "SELECT max(attempts) FROM procrastinate_jobs WHERE task_name = 'hand_on' AND args ->> 'request_id' = %s"
        )
        [(found,)] = link.execute(query, (request_id,)).fetchall()
    return int(found or 0)


def token_of(ada: Person, upstream: str) -> str:
    """What all processes together know of our token there."""
    items = ok(ada.get("/services/upstreams"))["items"]
    return next(str(each["token"]) for each in items if each["name"] == upstream)


def test_what_the_gateway_did_not_take_waits_and_is_handed_on_once(
    medianest: Running, ada: Person, world: Outside
) -> None:
    kinds: tuple[FaultKind, ...] = ("slow", "error", "html", "cut_off", "wrong_json", "rate_limited")
    asked = {}
    for kind in kinds:
        film = world.film()
        world.overseerr.fail(kind, method="POST", times=1, seconds=30)
        asked[film] = ada.asked(film)
        eventually(lambda film=film: world.orders(film) == 1)
    world.close(world.overseerr)
    try:
        film = world.film()
        asked[film] = ada.asked(film)
        for request_id in asked.values():
            eventually(lambda request_id=request_id: attempts(medianest, request_id) >= 1)
            ada.sees(request_id, "approved")
    finally:
        world.overseerr.behave()
        world.open(world.overseerr)

    def all_handed_on() -> bool:
        hurry(medianest)
        return all(ada.status(request_id) == "handed_on" for request_id in asked.values())

    eventually(all_handed_on, within=30)
    for film, request_id in asked.items():
        assert len(world.at_gateway(film)) == 1
        assert ada.actions(request_id).count("media_request.handed_on") == 1


def test_a_refused_key_fails_the_request_with_advice_and_a_retry_after_mending_works(
    ada: Person, world: Outside
) -> None:
    film, key = world.film(), world.overseerr.api_key
    world.overseerr.api_key = "changed at Overseerr"
    try:
        request_id = ada.asked(film)
        ada.sees(request_id, "failed")
        # Who hands on knows it, and whoever answers shows it.
        eventually(lambda: token_of(ada, "overseerr") == "refused", within=10)
    finally:
        world.overseerr.api_key = key
    [failed] = [e for e in ada.events(request_id) if e["action"] == "media_request.failed"]
    assert "Check MEDIANEST_OVERSEERR_API_KEY" in failed["body"]["error"]
    history = ada.get(f"/media/requests/{request_id}/history").text
    assert "Check MEDIANEST_OVERSEERR_API_KEY" in history
    assert key not in history + str(failed)
    ok(ada.act(request_id, "retry"))
    ada.sees(request_id, "handed_on")
    assert len(world.at_gateway(film)) == 1


@pytest.mark.soak
@pytest.mark.parametrize("kind", TMDB_FAULTS)
def test_without_a_sane_answer_of_tmdb_people_are_told_to_try_again_and_cached_titles_go_on(
    kind: FaultKind, ada: Person, world: Outside, tell: Callable[[str], None]
) -> None:
    known = world.film()
    ok(ada.get(f"/media/movie/{known}"))
    ok(ada.get("/media/search", params={"query": f"harbour {known}"}))
    world.tmdb.fail(kind, times=1000, seconds=30)
    try:
        for answer in (
            ada.get("/media/search", params={"query": f"nothing like this {kind}"}),
            ada.get(f"/media/movie/{world.film()}"),
            ada.ask(world.film()),
        ):
            problem = ok(answer, 503)
            assert problem["code"] == "metadata_unavailable", problem
            assert int(answer.headers["retry-after"]) >= 1
        assert ok(ada.get(f"/media/movie/{known}"))["tmdbId"] == known
        ok(ada.get("/media/search", params={"query": f"harbour {known}"}))
        ok(ada.ask(known), 201)
    finally:
        world.tmdb.behave()
    # The circuit breaker may keep away from a server that was ill for up to 15 s.
    eventually(lambda: ada.ask(world.film()).status_code == 201, within=20)
    tell(f"TMDB ill ({kind}): 503 with advice for what is new, the rest went on, and all of it once it was well")
