"""The command that takes an event back, or why there is none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from medianest.domain import undo_advice
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import FORGOTTEN, Command, Event, Recorded
from medianest.domain.limits import UNLIMITED, QuotaLimits
from medianest.domain.media_request import commands as request
from medianest.domain.media_request.commands import ReopenRequest
from medianest.domain.undoing import UNDOABLE, UndoImpossible, undoing
from medianest.domain.user import commands as user
from medianest.domain.user.events import UserRegistered, UserRenamed
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, run
from tests.unit.domain.lives import LIVES, on_request, on_user

SERIES = request.SubmitRequest(
    **on_request(BOB),
    media_type="tv",
    tmdb_id=1,
    is_4k=False,
    title="Winter",
    year=None,
    poster_path=None,
    seasons=(1, 2),
)
FILM = replace(SERIES, media_type="movie", seasons=())
BOB_COMES = user.RegisterUser(**on_user(ADA), email="b@example.org", name="Bob", role="member", email_claim=CAT)
REJECT = request.RejectRequest(**on_request(ADA), reason="No.")
SUSPEND, REINSTATE = user.SuspendUser(**on_user(ADA), reason="Why."), user.ReinstateUser(**on_user(ADA))
BY: dict[str, Any] = {"actor": CAT, "at": NOW}


def recorded(events: list[Event], causes: dict[int, UUID] | None = None) -> list[Recorded]:
    """A stream at positions 10, 20, 30, ..., each event's id its position."""
    return [
        Recorded(
            position=10 * version,
            category=event.tag.partition(".")[0],
            stream_id=BOB,
            version=version,
            event=event,
            event_id=UUID(int=10 * version),
            actor=ADA,
            session_id=None,
            correlation_id="click",
            causation_id=(causes or {}).get(10 * version),
            occurred_at=NOW,
            recorded_at=NOW + timedelta(seconds=version),
        )
        for version, event in enumerate(events, 1)
    ]


def undo(position: int, *past: Command, causes: dict[int, UUID] | None = None) -> Command:
    return undoing(recorded(run(*past)[1], causes), position, **BY)


def reopen(*seasons: int) -> ReopenRequest:
    return ReopenRequest(**{**on_request(CAT), "seasons": seasons})


@pytest.mark.parametrize(
    "closing",
    [REJECT, request.CancelRequest(**on_request(BOB)), request.ExpireRequest(**on_request(UUID(int=0)))],
    ids=lambda command: type(command).__name__,
)
def test_what_closed_a_request_is_undone_by_reopening_it(closing: Command) -> None:
    assert undo(20, FILM, closing) == reopen()
    assert undo(20, SERIES, closing) == reopen(1, 2)


def test_only_the_seasons_that_are_still_rejected_are_reopened() -> None:
    again = request.JoinRequest(**on_request(BOB), seasons=(1,))
    approved = request.ApproveRequest(**on_request(ADA), seasons=(1,))
    rejected = request.RejectRequest(**on_request(ADA), reason="No.", seasons=(1, 2))
    third = replace(SERIES, seasons=(1, 2, 3))
    assert undo(20, third, rejected, again, approved) == reopen(2)


@pytest.mark.parametrize(
    ("done", "back"),
    [
        (SUSPEND, REINSTATE),
        (
            user.GrantPermission(**on_user(ADA), permission="download"),
            user.RevokePermission(**on_user(CAT), permission="download"),
        ),
        (
            user.RevokePermission(**on_user(ADA), permission="request"),
            user.GrantPermission(**on_user(CAT), permission="request"),
        ),
        (user.ChangeRole(**on_user(ADA), role="admin"), user.ChangeRole(**on_user(CAT), role="member")),
        (
            user.SetQuota(**on_user(ADA), limits=QuotaLimits(movie_limit=1)),
            user.SetQuota(**on_user(CAT), limits=UNLIMITED),
        ),
        (user.RenameUser(**on_user(ADA), name="Robert"), user.RenameUser(**on_user(CAT), name="Bob")),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_was_done_to_somebody_is_undone_by_what_was_the_case_before(done: Command, back: Command) -> None:
    assert undo(20, BOB_COMES, done) == replace(back, actor=CAT)


def test_a_suspension_comes_back_without_the_words_of_whoever_suspended_first() -> None:
    assert undo(30, BOB_COMES, SUSPEND, REINSTATE) == user.SuspendUser(**on_user(CAT), reason=None)


def test_what_was_changed_since_names_the_event_that_did() -> None:
    with pytest.raises(UndoImpossible) as refusal:
        undo(20, BOB_COMES, SUSPEND, REINSTATE)
    assert refusal.value.code == "overtaken_since"
    assert "at position 30" in str(refusal.value)


def test_what_became_the_case_anew_is_not_what_the_first_event_did() -> None:
    with pytest.raises(UndoImpossible) as refusal:
        undo(20, BOB_COMES, SUSPEND, REINSTATE, SUSPEND)
    assert refusal.value.code == "overtaken_since"


def test_nothing_is_undone_twice() -> None:
    with pytest.raises(UndoImpossible) as refusal:
        undo(20, BOB_COMES, SUSPEND, REINSTATE, causes={30: UUID(int=20)})
    assert refusal.value.code == "already_undone"
    assert "position 30" in str(refusal.value)


def test_a_name_is_put_back_once_and_not_where_it_is_forgotten() -> None:
    renames = [user.RenameUser(**on_user(ADA), name=name) for name in ("Robert", "Rob")]
    with pytest.raises(UndoImpossible) as refusal:
        undo(20, BOB_COMES, *renames)
    assert refusal.value.code == "overtaken_since"
    comes = run(BOB_COMES)[1][0]
    assert isinstance(comes, UserRegistered)
    forgotten = [replace(comes, name=FORGOTTEN), UserRenamed(user_id=BOB, name="Robert")]
    with pytest.raises(UndoImpossible) as refusal:
        undoing(recorded(list(forgotten)), 20, **BY)
    assert refusal.value.code == "name_forgotten"


def test_whatever_cannot_be_undone_says_what_to_do_instead() -> None:
    for life in LIVES.values():
        for event in recorded(run(*life)[1]):
            if type(event.event) not in UNDOABLE:
                with pytest.raises(UndoImpossible) as refusal:
                    undoing([event], event.position, **BY)
                assert refusal.value.code == "not_undoable"
                assert len(str(refusal.value)) > 40


def test_every_event_is_either_undoable_or_has_an_advice() -> None:
    for event_type in EVENT_TYPES.values():
        is_advised = any(kind in undo_advice.ADVICE for kind in event_type.__mro__)
        assert is_advised != (event_type in UNDOABLE), event_type
