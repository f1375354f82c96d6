"""What those who look after the server do to it, cell by cell of the transition table."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import upkeep
from medianest.domain.kernel import Command
from medianest.domain.upkeep import (
    SEALS,
    UPKEEP,
    AskForRebuild,
    ClearCache,
    ParkedRetried,
    ParkedSkipped,
    ResetBreaker,
    RetryParked,
    RotateSealKey,
    SkipParked,
    parked_matter,
    upstream_matter,
)
from tests.unit.domain.gwt import ADA, BOB, NOW, after, given, table

BY_ADA: dict[str, Any] = {"actor": ADA, "at": NOW}
PARKED: dict[str, Any] = {**BY_ADA, "reaction": "tell_people", "position": 17}
RETRY = RetryParked(**PARKED, attempts=3)
SKIP = SkipParked(**PARKED, reason="Everybody knows by now.")
ASK = AskForRebuild(**BY_ADA, rebuild_id=UUID(int=1), views=("inbox",))
ROTATE = RotateSealKey(**BY_ADA, key_id=2)
RESET = ResetBreaker(**BY_ADA, upstream="tmdb")
CLEAR = ClearCache(**BY_ADA, upstream="tmdb")

PASTS: dict[str, tuple[Command, ...]] = {
    "new": (),
    "retried": (RETRY,),
    "skipped": (SKIP,),
    "asked": (ASK,),
    "rotated": (ROTATE,),
    "reset": (RESET,),
    "cleared": (CLEAR,),
}
COMMANDS: dict[str, Command] = {
    "retry": RETRY,
    "skip": SKIP,
    "ask for a rebuild": ASK,
    "rotate": ROTATE,
    "reset the breaker": RESET,
    "clear the cache": CLEAR,
}
HAPPENS = {
    "retried": "upkeep.parked_retried",
    "skipped": "upkeep.parked_skipped",
    "asked": "upkeep.rebuild_asked",
    "rotated": "upkeep.seal_key_rotated",
    "reset": "upkeep.breaker_reset",
    "cleared": "upkeep.cache_cleared",
}
CELLS = {place: cell.removesuffix("*") for place, cell in table(upkeep.__doc__).items() if cell}


@pytest.mark.parametrize(("row", "asked"), CELLS, ids=" then ".join)
def test_a_matter_does_what_its_table_says(row: str, asked: str) -> None:
    when = after(*PASTS[row]).when(COMMANDS[asked])
    match CELLS[row, asked]:
        case "so":
            when.then_nothing()
        case "no":
            when.then_refused("parked_already_skipped")
        case becomes:
            assert [event.tag for event in when.happens()] == [HAPPENS[becomes]]


def test_the_table_speaks_of_every_matter_and_every_command() -> None:
    assert {row for row, _ in CELLS} == set(PASTS)
    assert {asked for _, asked in CELLS} == set(COMMANDS)


def test_two_clicks_are_one_retry_and_one_after_another_failure_is_another() -> None:
    after(RETRY).when(RetryParked(**PARKED, attempts=3)).then_nothing()
    again = ParkedRetried(reaction="tell_people", position=17, attempts=6)
    after(RETRY).when(RetryParked(**PARKED, attempts=6)).then(again)


def test_a_skip_says_who_and_why_and_what_says_nothing_is_refused() -> None:
    skipped = ParkedSkipped(reaction="tell_people", position=17, skipped_by=BOB, reason="Old.")
    given().when(SkipParked(**{**PARKED, "actor": BOB}, reason=" Old. ")).then(skipped)
    given().when(SkipParked(**PARKED, reason=" ")).then_refused("reason_required", "invalid")


def test_a_rebuild_of_nothing_is_refused() -> None:
    given().when(AskForRebuild(**BY_ADA, rebuild_id=UUID(int=1), views=())).then_refused("views_required", "invalid")


def test_only_a_newer_key_rotates_the_seals() -> None:
    after(ROTATE).when(RotateSealKey(**BY_ADA, key_id=1)).then_nothing()
    assert len(after(ROTATE).when(RotateSealKey(**BY_ADA, key_id=3)).happens()) == 1


def test_each_matter_has_a_stream_of_its_own_and_its_id_is_the_same_for_ever() -> None:
    assert parked_matter("tell_people", 17) == UUID("e38072b3-1fa3-5967-a25d-af5d2e7f61f8")
    assert UPKEEP.stream_id(RETRY) == UPKEEP.stream_id(SKIP) == parked_matter("tell_people", 17)
    assert UPKEEP.stream_id(ROTATE) == SEALS
    assert UPKEEP.stream_id(RESET) == UPKEEP.stream_id(CLEAR) == upstream_matter("tmdb")
    others = (parked_matter("tell_people", 1), parked_matter("deliver", 17), UPKEEP.stream_id(ASK), SEALS)
    assert len({UPKEEP.stream_id(RETRY), *others, upstream_matter("tmdb"), upstream_matter("plex")}) == 7
