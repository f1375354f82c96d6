"""Media servers, their libraries, and titles that leave them."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from medianest.domain import library, media_server
from medianest.domain.consequences import consequences
from medianest.domain.kernel import SYSTEM, Command, Event, Refused
from medianest.domain.library import (
    AllowRemovals,
    DeclineRemovals,
    HoldBackRemovals,
    RemovalsAllowed,
    RemovalsDeclined,
    RemovalsHeldBack,
    RemovalsWithdrawn,
    WithdrawRemovals,
    library_id,
    may_leave,
)
from medianest.domain.media_request import commands as ask
from medianest.domain.media_request.events import TitleLeft
from medianest.domain.media_server import (
    AcceptMachine,
    AddServer,
    ChangeServer,
    MachineAccepted,
    MediaServer,
    RecordTokenRefused,
    RecordTokenTaken,
    RemoveServer,
    ServerAdded,
    ServerChanged,
    ServerRemoved,
    TokenRefused,
    TokenTaken,
)
from medianest.domain.request_workflow import AskForTitle, asking
from medianest.domain.title_claim import ForgetArrivals, TitleClaim
from medianest.domain.user.state import User
from tests.unit.domain.gwt import ADA, BOB, NOW, after, run, table

BY: dict[str, Any] = {"actor": ADA, "at": NOW}
ATTIC: dict[str, Any] = {"slug": "attic", "name": "Attic", "url": "https://attic.example.org"}
ADD, REFUSE = AddServer(**BY, **ATTIC), RecordTokenRefused(**BY, slug="attic")
ACCEPT = AcceptMachine(**BY, slug="attic", machine_identifier="anew")
FILMS: dict[str, Any] = {"server": "plex", "library_uuid": "films"}
COUNTED: dict[str, Any] = {"name": "Films", "leaving": 412, "held": 900}
HOLD = HoldBackRemovals(**BY, **FILMS, **COUNTED)

TABLES: dict[str, tuple[dict[str, tuple[Command, ...]], dict[str, Command], dict[str, Event]]] = {
    "media_server": (
        {"not there": (), "there": (ADD,), "refusing": (ADD, REFUSE), "accepted": (ADD, ACCEPT)},
        {
            "add": ADD,
            "change": ChangeServer(**BY, **ATTIC | {"name": "Loft"}, has_new_token=False),
            "remove": RemoveServer(**BY, slug="attic"),
            "refuse token": REFUSE,
            "take token": RecordTokenTaken(**BY, slug="attic"),
            "accept machine": ACCEPT,
        },
        {
            "added": ServerAdded(**ATTIC),
            "changed": ServerChanged(**ATTIC | {"name": "Loft"}, has_new_token=False),
            "removed": ServerRemoved(slug="attic"),
            "refused": TokenRefused(slug="attic"),
            "taken": TokenTaken(slug="attic"),
            "accepted": MachineAccepted(slug="attic", machine_identifier="anew"),
        },
    ),
    "library": (
        {"not held back": (), "held back": (HOLD,)},
        {
            "hold back": HOLD,
            "allow": AllowRemovals(**BY, **FILMS),
            "decline": DeclineRemovals(**BY, **FILMS),
            "withdraw": WithdrawRemovals(**BY, **FILMS),
        },
        {
            "held": RemovalsHeldBack(**FILMS, **COUNTED),
            "allowed": RemovalsAllowed(**FILMS, name="Films", leaving=412),
            "declined": RemovalsDeclined(**FILMS, name="Films", leaving=412),
            "withdrawn": RemovalsWithdrawn(**FILMS, name="Films"),
        },
    ),
}
CELLS = [
    (kind, status, asked, cell.removesuffix("*"))
    for kind, module in (("media_server", media_server), ("library", library))
    for (status, asked), cell in table(module.__doc__).items()
]


@pytest.mark.parametrize(("kind", "status", "asked", "cell"), CELLS, ids=str)
def test_each_does_what_its_table_says(kind: str, status: str, asked: str, cell: str) -> None:
    pasts, commands, events = TABLES[kind]
    trial = after(*pasts[status]).when(commands[asked])
    if cell == "so":
        trial.then_nothing()
    elif cell == "no":
        with pytest.raises(Refused):
            trial.happens()
    else:
        trial.then(events[cell])


def test_a_new_token_is_taken_until_the_server_says_otherwise() -> None:
    state, _ = run(ADD, REFUSE, ChangeServer(**BY, **ATTIC, has_new_token=True))
    assert state == MediaServer(**ATTIC)


def test_what_leads_to_another_server_has_its_machine_accepted_anew() -> None:
    past = (ADD, ACCEPT)
    for changed in ({"has_new_token": True}, {"url": "https://cellar.example.org", "has_new_token": False}):
        after(*past, ChangeServer(**{**BY, **ATTIC, **changed})).when(ACCEPT).happens()
    after(*past, ChangeServer(**BY, **ATTIC | {"name": "Loft"}, has_new_token=False)).when(ACCEPT).then_nothing()
    after(*past, RemoveServer(**BY, slug="attic"), ADD).when(ACCEPT).happens()


def test_a_library_keeps_its_stream_when_it_is_renamed_and_another_server_has_another() -> None:
    assert library_id("plex", "films") == library_id("plex", "films")
    assert len({library_id("plex", "films"), library_id("attic", "films"), library_id("plex", "series")}) == 3


@for_all(st.integers(1, 100_000), st.integers(0, 100_000))
def test_at_most_a_twentieth_leaves_without_a_word_and_one_always_may(held: int, leaving: int) -> None:
    assert may_leave(leaving, held) == (leaving <= 1 or leaving * 20 <= held)


ON = {"request_id": UUID(int=1)}
SERIES = ask.SubmitRequest(
    actor=BOB,
    at=NOW,
    **ON,
    media_type="tv",
    tmdb_id=7,
    is_4k=False,
    title="Moss",
    year=2001,
    poster_path=None,
    seasons=(1, 2),
)
ARRIVED = (SERIES, ask.CompleteRequest(actor=SYSTEM, at=NOW, **ON))


def leave(*seasons: int) -> ask.RecordLeave:
    return ask.RecordLeave(actor=SYSTEM, at=NOW, **ON, seasons=seasons or None)


def test_what_leaves_the_library_leaves_once_and_the_request_stays_fulfilled() -> None:
    after(*ARRIVED).when(leave(1)).then(TitleLeft(**ON, seasons=(1,)))
    after(*ARRIVED, leave(1)).when(leave(1)).then_nothing()
    after(*ARRIVED, leave(1)).when(leave()).then(TitleLeft(**ON, seasons=(2,)))
    state, _ = run(*ARRIVED, leave())
    assert (state.status, state.gone) == ("available", frozenset({1, 2}))


def test_what_never_came_cannot_leave() -> None:
    after(SERIES).when(leave()).then_nothing()


def test_the_claim_forgets_what_left_in_the_same_append() -> None:
    before, _ = run(*ARRIVED)
    afterwards, _ = run(*ARRIVED, leave(1))
    (forget,) = consequences(leave(1), before, afterwards)
    assert isinstance(forget, ForgetArrivals)
    assert forget.parts == (1,)


def wish(**more: Any) -> AskForTitle:
    known = {"media_type": "tv", "tmdb_id": 7, "is_4k": False, "title": "Moss", "year": 2001, "poster_path": None}
    return AskForTitle(actor=BOB, at=NOW, request_id=UUID(int=2), **known, seasons=(1, 2), **more)


PERSON = User(user_id=BOB, role="member", permissions=frozenset({"request"}), email_claim=UUID(int=9))


def asked_for(command: AskForTitle, claim: TitleClaim | None) -> tuple[int, ...]:
    (submit,) = (step for step in asking(command, PERSON, claim, None) if isinstance(step, ask.SubmitRequest))
    return submit.seasons


def test_what_the_library_holds_is_not_asked_for_whoever_brought_it() -> None:
    assert asked_for(wish(in_library=(1,)), None) == (2,)
    with pytest.raises(Refused, match="library") as refused:
        asking(wish(in_library=(1, 2)), PERSON, None, None)
    assert refused.value.code == "already_available"


def test_what_left_may_be_asked_for_anew() -> None:
    claim = TitleClaim(claim_id=wish().claim_id, available=frozenset({2}))
    assert asked_for(wish(), claim) == (1,)
