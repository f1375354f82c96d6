"""What the transition table cannot say of a request: seasons, people, words, and what makes it whole."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from medianest.domain.kernel import SYSTEM, Command, Refused, fold
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request import commands as ask
from medianest.domain.media_request import events as did
from medianest.domain.media_request.vocabulary import OPEN, PartStatus, status_of
from tests.unit.domain import strategies
from tests.unit.domain.gwt import ADA, BOB, CAT, DAN, NOW, after, given, run

IT = UUID(int=1)


def on_it(actor: UUID) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "request_id": IT}


def submit(*seasons: int, **changes: Any) -> ask.SubmitRequest:
    usual: dict[str, Any] = {"media_type": "tv", "tmdb_id": 1399, "is_4k": False, "title": "Winter", "year": None}
    return ask.SubmitRequest(**{**on_it(BOB), **usual, "poster_path": None, "seasons": seasons, **changes})


def approve(*seasons: int) -> ask.ApproveRequest:
    return ask.ApproveRequest(**on_it(ADA), seasons=seasons or None)


def reject(*seasons: int) -> ask.RejectRequest:
    return ask.RejectRequest(**on_it(ADA), reason="No room.", seasons=seasons or None)


def rejected(*seasons: int) -> did.RequestRejected:
    return did.RequestRejected(request_id=IT, rejected_by=ADA, seasons=seasons, reason="No room.")


def hand_over(*seasons: int, gateway_id: str = "17") -> ask.RecordHandOver:
    return ask.RecordHandOver(**on_it(SYSTEM), gateway="overseerr", gateway_id=gateway_id, seasons=seasons)


def complete(*seasons: int) -> ask.CompleteRequest:
    return ask.CompleteRequest(**on_it(SYSTEM), seasons=seasons or None)


def join(actor: UUID, *seasons: int) -> ask.JoinRequest:
    return ask.JoinRequest(**on_it(actor), seasons=seasons)


def follow(actor: UUID) -> ask.FollowRequest:
    return ask.FollowRequest(**on_it(actor))


CANCEL = ask.CancelRequest(**on_it(BOB))
FAIL = ask.RecordFailure(**on_it(SYSTEM), error="No quality profile.")


def statuses(*commands: Command) -> dict[int, str]:
    return {number: part.status for number, part in run(*commands)[0].parts.items()}


def test_a_series_is_asked_for_by_its_seasons_each_once_and_in_order() -> None:
    (event,) = given().when(submit(3, 1, 3)).happens()
    assert isinstance(event, did.RequestSubmitted)
    assert event.seasons == (1, 3)
    assert statuses(submit(3, 1, 3)) == {1: "pending", 3: "pending"}


def test_a_series_without_seasons_is_refused() -> None:
    given().when(submit()).then_refused("seasons_required", "invalid")


def test_a_film_has_one_part_whatever_seasons_are_said() -> None:
    (event,) = given().when(submit(4, 5, media_type="movie")).happens()
    assert isinstance(event, did.RequestSubmitted)
    assert event.seasons == ()
    assert statuses(submit(4, 5, media_type="movie")) == {0: "pending"}


def test_a_request_is_submitted_once() -> None:
    after(submit(1)).when(submit(2)).then_nothing()


def test_who_joins_follows_and_the_seasons_that_were_lacking_wait_for_their_own_approval() -> None:
    after(submit(1), approve()).when(join(CAT, 1, 2)).then(
        did.RequestFollowed(request_id=IT, user_id=CAT),
        did.SeasonsAdded(request_id=IT, asked_by=CAT, seasons=(2,)),
    )
    assert statuses(submit(1), approve(), join(CAT, 1, 2)) == {1: "approved", 2: "pending"}
    assert run(submit(1), join(CAT, 2))[0].parts[2].asked_by == CAT


def test_the_owner_may_add_seasons_without_following_themselves() -> None:
    after(submit(1)).when(join(BOB, 2)).then(did.SeasonsAdded(request_id=IT, asked_by=BOB, seasons=(2,)))


def test_a_season_that_was_turned_down_can_be_asked_for_again_while_the_request_lives() -> None:
    past = (submit(1, 2), approve(1), reject())
    assert statuses(*past) == {1: "approved", 2: "rejected"}
    after(*past).when(join(BOB, 2)).then(did.SeasonsAdded(request_id=IT, asked_by=BOB, seasons=(2,)))


@pytest.mark.parametrize("end", [complete(), reject(), CANCEL], ids=["available", "rejected", "cancelled"])
def test_nobody_joins_or_follows_a_settled_request(end: Command) -> None:
    after(submit(1), end).when(join(CAT, 1)).then_refused("request_closed")
    after(submit(1), end).when(follow(CAT)).then_refused("request_closed")


def test_seasons_are_approved_one_by_one_or_together() -> None:
    assert statuses(submit(1, 2, 3), approve(2)) == {1: "pending", 2: "approved", 3: "pending"}
    assert statuses(submit(1, 2, 3), approve(2), approve()) == dict.fromkeys((1, 2, 3), "approved")
    after(submit(1)).when(approve(7)).then_refused("seasons_not_of_this_request", "invalid")


def test_approving_a_season_that_was_rejected_is_refused_though_another_is_approved() -> None:
    after(submit(1, 2), approve(1), reject(2)).when(approve(2)).then_refused("request_already_decided")
    after(submit(1, 2), approve(1)).when(approve(1)).then_nothing()


def test_a_rejection_speaks_first_of_what_waits() -> None:
    after(submit(1, 2), approve(1)).when(reject()).then(rejected(2))


def test_the_same_rejection_sent_twice_does_not_go_on_to_what_is_approved() -> None:
    text = after(submit(1, 2), approve(1), reject()).when(reject()).then_refused("request_already_decided")
    assert text == "Some seasons are rejected already. Name those to reject as well."


def test_named_seasons_are_rejected_wherever_they_stand_and_once() -> None:
    after(submit(1, 2, 3), approve(1, 2)).when(reject(1, 3)).then(rejected(1, 3))
    after(submit(1, 2, 3), approve(1, 2), reject(1, 3)).when(reject(1, 3)).then_nothing()
    after(submit(1, 2), approve(1), complete(1)).when(reject(1)).then_refused("request_already_decided")


def test_only_what_waits_expires_and_may_be_asked_for_again() -> None:
    expire = ask.ExpireRequest(**on_it(SYSTEM))
    assert statuses(submit(1, 2), approve(1), expire) == {1: "approved", 2: "expired"}
    after(submit(1, 2), approve(1), expire).when(join(CAT, 2)).then(
        did.RequestFollowed(request_id=IT, user_id=CAT),
        did.SeasonsAdded(request_id=IT, asked_by=CAT, seasons=(2,)),
    )
    after(submit(1), approve()).when(expire).then_refused("request_already_decided")


def test_a_rejection_says_why() -> None:
    silent = ask.RejectRequest(**on_it(ADA), reason=" ")
    after(submit(1)).when(silent).then_refused("text_required", "invalid")


def test_only_the_owner_cancels() -> None:
    after(submit(1), follow(CAT)).when(ask.CancelRequest(**on_it(CAT))).then_refused("not_your_request", "forbidden")
    after(submit(1), CANCEL).when(CANCEL).then_nothing()


@pytest.mark.parametrize(("is_charged", "whose"), [(True, CAT), (False, BOB)])
def test_a_cancelling_owner_hands_the_request_to_the_earliest_follower(is_charged: bool, whose: UUID) -> None:
    past = (submit(1), follow(CAT), join(DAN, 2))
    leave = ask.CancelRequest(**on_it(BOB), charges_heir=is_charged)
    left = did.OwnerChanged(request_id=IT, owner=CAT, previous=BOB, is_charged=is_charged)
    after(*past).when(leave).then(left)
    state, _ = run(*past, leave)
    assert (state.owner, state.followers) == (CAT, (DAN,))
    assert {number: part.asked_by for number, part in state.parts.items()} == {1: whose, 2: DAN}
    assert state.status == "pending"


def test_what_has_arrived_stays_when_the_rest_is_cancelled() -> None:
    past = (submit(1, 2), complete(1), CANCEL)
    assert statuses(*past) == {1: "available", 2: "cancelled"}
    assert run(*past)[0].status == "available"


def test_the_gateway_takes_what_is_approved_and_what_is_taken_twice_under_one_id_is_taken_once() -> None:
    past = (submit(1, 2), approve(1))
    taken = did.RequestHandedOn(request_id=IT, gateway="overseerr", gateway_id="17", seasons=(1,))
    after(*past).when(hand_over()).then(taken)
    after(*past, hand_over()).when(hand_over()).then_nothing()
    after(*past, hand_over()).when(hand_over(gateway_id="18")).then_refused("request_not_approved")


def test_a_failure_touches_what_is_under_way_and_a_retry_what_failed() -> None:
    past = (submit(1, 2, 3), approve(1, 2), hand_over(1), FAIL)
    assert statuses(*past) == {1: "failed", 2: "failed", 3: "pending"}
    retry = ask.RetryRequest(**on_it(ADA))
    assert statuses(*past, retry) == {1: "approved", 2: "approved", 3: "pending"}
    assert run(*past)[0].is_live


def test_it_is_whole_when_with_these_seasons_nothing_is_open() -> None:
    past = (submit(1, 2, 3), reject(3), approve())
    after(*past).when(complete(1)).then(did.RequestCompleted(request_id=IT, seasons=(1,), is_whole=False))
    after(*past, complete(1)).when(complete(1, 2)).then(
        did.RequestCompleted(request_id=IT, seasons=(2,), is_whole=True)
    )
    after(*past, complete(1)).when(complete(1)).then_nothing()
    after(*past).when(complete(9)).then_refused("seasons_not_of_this_request", "invalid")


def test_following_happens_once_and_ends_once() -> None:
    unfollow = ask.UnfollowRequest(**on_it(CAT))
    after(submit(1)).when(follow(BOB)).then_nothing()
    after(submit(1), follow(CAT)).when(follow(CAT)).then_nothing()
    after(submit(1), follow(CAT)).when(unfollow).then(did.RequestUnfollowed(request_id=IT, user_id=CAT))
    after(submit(1)).when(unfollow).then_nothing()


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        (["pending", "rejected"], "pending"),
        (["approved", "pending"], "approved"),
        (["failed", "handed_on"], "failed"),
        (["available", "pending"], "partially_available"),
        (["available", "cancelled"], "available"),
        (["cancelled", "rejected"], "cancelled"),
        (["expired", "rejected"], "rejected"),
        (["expired"], "expired"),
        (["expired", "approved"], "approved"),
    ],
)
def test_the_status_is_read_off_the_parts(parts: list[PartStatus], status: str) -> None:
    assert status_of(parts) == status


@whatever(st.lists(strategies.commands(MEDIA_REQUEST), max_size=25))
def test_a_request_is_always_of_one_piece(commands: list[ask.RequestCommand]) -> None:
    state: MediaRequest | None = None
    for command in commands:
        try:
            happened = MEDIA_REQUEST.decide(command, state)
        except Refused:
            continue
        state = fold(MEDIA_REQUEST, happened, state)
        if state is None:
            continue
        assert state.is_live == any(part.status in OPEN for part in state.parts.values())
        assert len(set(state.people)) == len(state.people)
        assert state.media_type == "tv" or set(state.parts) == {0}
        whole = [event.is_whole for event in happened if isinstance(event, did.RequestCompleted)]
        assert not whole or whole == [state.status == "available"]
