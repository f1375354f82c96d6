"""A film's request, cell by cell of the transition table."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import media_request
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.media_request import commands as ask
from medianest.domain.media_request.vocabulary import FILM
from tests.unit.domain.gwt import ADA, BOB, NOW, given, run, table

IT = UUID(int=1)


def on_it(actor: UUID) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "request_id": IT}


SUBMIT = ask.SubmitRequest(
    **on_it(BOB), media_type="movie", tmdb_id=949, is_4k=False, title="Heat", year=1995, poster_path=None
)
APPROVE = ask.ApproveRequest(**on_it(ADA))
HAND_OVER = ask.RecordHandOver(**on_it(SYSTEM), gateway="overseerr", gateway_id="17")
FAIL = ask.RecordFailure(**on_it(SYSTEM), error="No quality profile.")
PASTS: dict[str, tuple[Command, ...]] = {
    "pending": (SUBMIT,),
    "approved": (SUBMIT, APPROVE),
    "handed_on": (SUBMIT, APPROVE, HAND_OVER),
    "failed": (SUBMIT, APPROVE, FAIL),
    "available": (SUBMIT, APPROVE, ask.CompleteRequest(**on_it(SYSTEM))),
    "rejected": (SUBMIT, ask.RejectRequest(**on_it(ADA), reason="We have it.")),
    "cancelled": (SUBMIT, ask.CancelRequest(**on_it(BOB))),
    "expired": (SUBMIT, ask.ExpireRequest(**on_it(SYSTEM))),
}
COMMANDS: dict[str, Command] = {
    "approve": APPROVE,
    "reject": ask.RejectRequest(**on_it(ADA), reason="No room."),
    "cancel": ask.CancelRequest(**on_it(BOB)),
    "hand-over": HAND_OVER,
    "failure": FAIL,
    "retry": ask.RetryRequest(**on_it(ADA)),
    "complete": ask.CompleteRequest(**on_it(SYSTEM)),
    "expire": ask.ExpireRequest(**on_it(SYSTEM)),
    "reopen": ask.ReopenRequest(**on_it(ADA)),
}


def cells() -> dict[tuple[str, str], str]:
    """The table, by status and command."""
    return {place: cell.removesuffix("*") for place, cell in table(media_request.__doc__).items()}


@pytest.mark.parametrize(("status", "asked"), cells(), ids=" then ".join)
def test_a_request_does_what_its_table_says(status: str, asked: str) -> None:
    state, before = run(*PASTS[status])
    assert state.parts[FILM].status == status
    match cells()[status, asked]:
        case "no":
            with pytest.raises(Refused):
                run(*PASTS[status], COMMANDS[asked])
        case "so":
            assert run(*PASTS[status], COMMANDS[asked])[1] == before
        case becomes:
            state, after = run(*PASTS[status], COMMANDS[asked])
            assert len(after) == len(before) + 1
            assert state.parts[FILM].status == becomes
            assert state.status == becomes


def test_the_table_speaks_of_every_status_and_every_command() -> None:
    assert set(cells()) == {(status, asked) for status in PASTS for asked in COMMANDS}


@pytest.mark.parametrize("asked", COMMANDS)
def test_nothing_can_be_asked_of_a_request_that_does_not_exist(asked: str) -> None:
    given().when(COMMANDS[asked]).then_refused("request_not_found", "missing")
