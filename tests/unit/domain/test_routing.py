"""Who is told of what happens to a request."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request import events as did
from medianest.domain.media_request.events import RequestEvent
from medianest.domain.media_request.state import Part
from medianest.domain.routing import recipients
from tests.unit.domain import strategies
from tests.unit.domain.gwt import ADA, BOB, CAT, DAN

IT = UUID(int=1)
REQUEST = MediaRequest(
    request_id=IT,
    owner=BOB,
    media_type="tv",
    tmdb_id=1,
    is_4k=False,
    title="Winter",
    parts={1: Part(status="pending", asked_by=BOB)},
    followers=(CAT,),
)
MANAGERS = (ADA, DAN)


def told(event: RequestEvent, actor: UUID, request: MediaRequest = REQUEST) -> Mapping[UUID, str]:
    return recipients(event, request, MANAGERS, actor)


def submitted(actor: UUID) -> did.RequestSubmitted:
    fields: dict[str, Any] = {"media_type": "tv", "tmdb_id": 1, "is_4k": False, "title": "Winter", "year": None}
    return did.RequestSubmitted(request_id=IT, requested_by=actor, poster_path=None, seasons=(1,), note=None, **fields)


def test_managers_hear_of_a_new_request_and_of_new_seasons() -> None:
    assert told(submitted(BOB), BOB) == {ADA: "request_submitted", DAN: "request_submitted"}
    added = did.SeasonsAdded(request_id=IT, asked_by=CAT, seasons=(1,))
    assert told(added, CAT) == {ADA: "seasons_asked", DAN: "seasons_asked"}


def test_managers_do_not_hear_of_what_no_longer_waits_for_them() -> None:
    approved = replace(REQUEST, parts={1: Part(status="approved", asked_by=BOB)})
    assert told(submitted(BOB), BOB, approved) == {}
    assert told(did.SeasonsAdded(request_id=IT, asked_by=CAT, seasons=(1,)), CAT, approved) == {}


def test_a_decision_of_a_person_is_told_to_owner_and_followers() -> None:
    approved = did.RequestApproved(request_id=IT, seasons=(1,), is_automatic=False)
    rejected = did.RequestRejected(request_id=IT, rejected_by=ADA, seasons=(1,), reason="No.")
    assert told(approved, ADA) == {BOB: "request_approved", CAT: "request_approved"}
    assert told(rejected, ADA) == {BOB: "request_rejected", CAT: "request_rejected"}


def test_a_decision_of_a_rule_is_told_to_managers() -> None:
    approved = did.RequestApproved(request_id=IT, seasons=(1,), is_automatic=True)
    assert told(approved, ADA) == {DAN: "request_auto_approved"}


def test_a_failure_and_a_cancellation_are_told_to_managers() -> None:
    failed = did.RequestFailed(request_id=IT, error="Full.", seasons=(1,))
    assert told(failed, SYSTEM) == {ADA: "request_failed", DAN: "request_failed"}
    cancelled = did.RequestCancelled(request_id=IT, seasons=(1,))
    assert told(cancelled, BOB) == {ADA: "request_cancelled", DAN: "request_cancelled"}


def test_what_expired_is_told_to_whoever_waited() -> None:
    assert told(did.RequestExpired(request_id=IT, seasons=(1,)), SYSTEM) == dict.fromkeys((BOB, CAT), "request_expired")


def test_what_was_reopened_is_told_to_whoever_waits_for_it_again() -> None:
    assert told(did.RequestReopened(request_id=IT, seasons=(1,)), ADA) == dict.fromkeys((BOB, CAT), "request_reopened")


@pytest.mark.parametrize(("is_whole", "kind"), [(True, "request_available"), (False, "request_partly_available")])
def test_an_arrival_is_told_to_owner_and_followers(is_whole: bool, kind: str) -> None:
    completed = did.RequestCompleted(request_id=IT, seasons=(1,), is_whole=is_whole)
    assert told(completed, SYSTEM) == {BOB: kind, CAT: kind}


def test_the_owner_hears_who_joined_and_a_new_owner_that_they_are_one() -> None:
    assert told(did.RequestFollowed(request_id=IT, user_id=CAT), CAT) == {BOB: "request_joined"}
    handed_over = replace(REQUEST, owner=CAT, followers=())
    assert told(did.OwnerChanged(request_id=IT, owner=CAT, previous=BOB), BOB, handed_over) == {CAT: "owner_changed"}


def test_a_comment_is_told_to_the_others_and_to_managers_where_the_owner_wrote_it() -> None:
    def comment(author: UUID) -> did.RequestCommented:
        return did.RequestCommented(request_id=IT, comment_id=IT, author=author, text="When?")

    assert set(told(comment(ADA), ADA)) == {BOB, CAT}
    assert set(told(comment(BOB), BOB)) == {CAT, ADA, DAN}


def test_nobody_hears_of_a_hand_over_a_retry_or_a_follower_who_left() -> None:
    handed_on = did.RequestHandedOn(request_id=IT, gateway="overseerr", gateway_id="17", seasons=(1,))
    retried = did.RequestRetried(request_id=IT, seasons=(1,))
    left = did.RequestUnfollowed(request_id=IT, user_id=DAN)
    assert all(told(event, SYSTEM) == {} for event in (handed_on, retried, left))


@whatever(strategies.events(MEDIA_REQUEST), st.sampled_from([ADA, BOB, CAT, DAN]))
def test_nobody_is_ever_told_of_what_they_did_themselves(event: RequestEvent, actor: UUID) -> None:
    assert actor not in told(event, actor)
    assert set(told(event, actor)) <= {*REQUEST.people, *MANAGERS, getattr(event, "owner", BOB)}
