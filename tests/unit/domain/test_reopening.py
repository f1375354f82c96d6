"""Reopening what was closed: of the request, and of the claim and the quotas beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request import MediaRequest
from medianest.domain.media_request import commands as ask
from medianest.domain.media_request.events import RequestReopened
from medianest.domain.quota import SpendQuota
from medianest.domain.reopening import reopening
from medianest.domain.title_claim import ClaimTitle, TitleClaim, claim_id
from medianest.domain.user.state import User
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, after, run

IT, OTHER, CLAIM = UUID(int=1), UUID(int=2), claim_id("tv", 1, False)
TWO = QuotaLimits(season_limit=2)


def on_it(actor: UUID) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "request_id": IT}


SUBMIT = ask.SubmitRequest(
    **on_it(BOB), media_type="tv", tmdb_id=1, is_4k=False, title="Winter", year=None, poster_path=None, seasons=(1, 2)
)
JOIN = ask.JoinRequest(**on_it(CAT), seasons=(3,))
REJECT = ask.RejectRequest(**on_it(ADA), reason="No.")
PEOPLE = {
    person: User(user_id=person, email_claim=IT, role="member", permissions=frozenset(), quota=TWO)
    for person in (BOB, CAT)
}


def reopen(*seasons: int) -> ask.ReopenRequest:
    return ask.ReopenRequest(**on_it(ADA), seasons=seasons or None)


def steps(
    command: ask.ReopenRequest,
    *past: Command,
    claim: TitleClaim | None = None,
    people: Mapping[UUID, User | None] = PEOPLE,
) -> Sequence[Command]:
    request, _ = run(*past)
    assert isinstance(request, MediaRequest)
    return reopening(command, request, claim, people)


def spend(person: UUID, *parts: int, limits: QuotaLimits | None = TWO) -> SpendQuota:
    return SpendQuota(**on_it(ADA), user_id=person, media_type="tv", parts=parts, limits=limits)


def test_all_that_is_closed_or_only_some_seasons_wait_again() -> None:
    after(SUBMIT, REJECT).when(reopen()).then(RequestReopened(request_id=IT, seasons=(1, 2)))
    after(SUBMIT, REJECT).when(reopen(2)).then(RequestReopened(request_id=IT, seasons=(2,)))
    after(SUBMIT, REJECT, reopen(2)).when(reopen(2)).then_nothing()
    after(SUBMIT, REJECT).when(reopen(7)).then_refused("seasons_not_of_this_request", "invalid")
    after(SUBMIT, ask.ApproveRequest(**on_it(ADA))).when(reopen()).then_refused("request_not_closed")


def test_the_title_is_claimed_and_each_asker_pays_for_their_own() -> None:
    assert steps(reopen(), SUBMIT, JOIN, REJECT) == [
        ClaimTitle(**on_it(ADA), claim_id=CLAIM),
        reopen(1, 2, 3),
        spend(BOB, 1, 2),
        spend(CAT, 3),
    ]


def test_whoever_manages_requests_is_exempt() -> None:
    manager = {**PEOPLE, BOB: replace(PEOPLE[BOB], role="admin")}
    assert steps(reopen(), SUBMIT, REJECT, people=manager)[-1] == spend(BOB, 1, 2, limits=None)


def test_what_is_in_the_library_since_stays_closed() -> None:
    claim = TitleClaim(claim_id=CLAIM, available=frozenset({1}))
    assert steps(reopen(), SUBMIT, REJECT, claim=claim)[1:] == [reopen(2), spend(BOB, 2)]
    with pytest.raises(Refused) as refusal:
        steps(reopen(1), SUBMIT, REJECT, claim=claim)
    assert refusal.value.code == "already_available"


def test_a_title_that_another_request_holds_is_not_reopened_and_ones_own_is() -> None:
    with pytest.raises(Refused) as refusal:
        steps(reopen(), SUBMIT, REJECT, claim=TitleClaim(claim_id=CLAIM, holder=OTHER))
    assert refusal.value.code == "title_taken_since"
    assert len(steps(reopen(), SUBMIT, REJECT, claim=TitleClaim(claim_id=CLAIM, holder=IT))) == 3


@pytest.mark.parametrize("gone", [None, replace(PEOPLE[BOB], is_deleted=True)])
def test_nobody_is_charged_who_has_left(gone: User | None) -> None:
    with pytest.raises(Refused) as refusal:
        steps(reopen(), SUBMIT, REJECT, people={BOB: gone})
    assert refusal.value.code == "asker_has_left"


def test_where_nothing_is_closed_the_request_itself_answers() -> None:
    assert steps(reopen(), SUBMIT, people={}) == [reopen()]
    assert steps(reopen(1), SUBMIT, ask.ExpireRequest(**on_it(SYSTEM)))[1] == reopen(1)
