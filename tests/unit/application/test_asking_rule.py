"""The rule that spans user, claim, request and quota: every row of its table, and what follows elsewhere."""

import dataclasses

import pytest

from medianest.domain.consequences import __doc__ as consequences_table
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CompleteRequest,
    FollowRequest,
    RecordFailure,
    RejectRequest,
)
from medianest.domain.media_request.events import RequestCommented
from medianest.domain.quota import QUOTA, quota_id
from medianest.domain.request_workflow import __doc__ as asking_table
from medianest.domain.title_claim import TITLE_CLAIM
from medianest.domain.user.commands import DeleteUser, RevokePermission, SuspendUser
from tests.unit.application.rig import Rig
from tests.unit.domain.gwt import table

ASKED = ["title_claim.claimed", "media_request.submitted", "quota.spent"]


async def happens(rig: Rig, *wish: object, **options: object) -> list[str]:
    outcome = await rig.run(rig.wish(*wish, **options))  # type: ignore[arg-type]
    return [recorded.event.tag for recorded in outcome.recorded]


async def refused(rig: Rig, *wish: object, **options: object) -> str:
    head = await rig.log.head()
    with pytest.raises(Refused) as refusal:
        await rig.run(rig.wish(*wish, **options))  # type: ignore[arg-type]
    assert await rig.log.head() == head
    return refusal.value.code


def test_the_tables_have_the_rows_that_are_tried_here() -> None:
    assert {row for row, _ in table(asking_table)} == {"free", "held by a live request", "all of it in the library"}
    assert len(table(consequences_table)) == 8


async def test_a_free_title_becomes_a_request_that_waits(rig: Rig) -> None:
    ada = await rig.person()
    assert await happens(rig, ada) == ASKED
    assert await happens(rig, ada, 1, 2) == ASKED
    assert await happens(rig, await rig.person("request_4k"), is_4k=True) == ASKED


async def test_the_claim_names_the_request_and_the_quota_its_parts(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada, 3, 1)
    assert (await rig.state(TITLE_CLAIM, rig.wish(ada, 1).claim_id)).holder == request_id
    assert (await rig.state(QUOTA, quota_id(ada))).parts_of(request_id) == {1, 3}


@pytest.mark.parametrize("trust", ["auto_approve", "manage_requests"])
async def test_whoever_may_approve_need_not_wait(rig: Rig, trust: str) -> None:
    person = await rig.person(trust)  # type: ignore[arg-type]
    assert await happens(rig, person) == [ASKED[0], ASKED[1], "media_request.approved", ASKED[2]]


async def test_an_administrator_is_approved_at_once_and_needs_no_permission(rig: Rig) -> None:
    assert "media_request.approved" in await happens(rig, await rig.person(role="admin"), is_4k=True)


async def test_whoever_comes_second_joins_and_spends_nothing(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada, 1)
    assert await happens(rig, bob, 1) == ["media_request.followed"]
    assert await happens(rig, bob, 1) == []
    assert await happens(rig, ada, 1) == []
    assert (await rig.request(request_id)).people == (ada, bob)


async def test_the_note_of_whoever_joins_is_a_comment(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    await rig.ask(ada)
    wish = dataclasses.replace(rig.wish(bob), note="With subtitles, please")
    outcome = await rig.run(wish)
    assert [recorded.event.tag for recorded in outcome.recorded] == [
        "media_request.followed",
        "media_request.commented",
    ]
    comment = outcome.recorded[-1].event
    assert isinstance(comment, RequestCommented)
    assert (comment.author, comment.text) == (bob, "With subtitles, please")


async def test_seasons_that_the_request_lacks_wait_for_an_approval_of_their_own(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    assert await happens(rig, bob, 1, 2) == ["media_request.followed", "media_request.seasons_added", "quota.spent"]
    request = await rig.request(request_id)
    assert (request.numbers("approved"), request.numbers("pending")) == ((1,), (2,))
    assert (await rig.state(QUOTA, quota_id(bob))).parts_of(request_id) == {2}


async def test_trust_approves_only_the_seasons_that_the_trusted_added(rig: Rig) -> None:
    ada, trusted = await rig.person(), await rig.person("auto_approve")
    request_id = await rig.ask(ada, 1)
    await rig.ask(trusted, 1, 2)
    request = await rig.request(request_id)
    assert (request.numbers("pending"), request.numbers("approved")) == ((1,), (2,))


async def test_the_two_qualities_of_a_title_know_nothing_of_one_another(rig: Rig) -> None:
    ada, bob = await rig.person("request_4k"), await rig.person("request_4k")
    assert await rig.ask(ada) != await rig.ask(bob, is_4k=True)


async def test_what_is_in_the_library_is_refused_and_the_rest_asked_for(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    done = await rig.approved(ada, 1, 2)
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=done))
    assert await refused(rig, bob, 1, 2) == "already_available"
    following = await rig.ask(bob, 1, 2, 3)
    assert following != done
    assert tuple((await rig.request(following)).parts) == (3,)
    assert await refused(rig, ada, 2) == "already_available"


async def test_what_a_live_request_has_brought_already_is_refused_too(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1, 2)
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=request_id, seasons=(1,)))
    assert await refused(rig, bob, 1) == "already_available"
    assert await happens(rig, bob, 1, 2) == ["media_request.followed"]


async def test_who_may_not_ask_is_told_why(rig: Rig) -> None:
    ada, barred, deleted = [await rig.person() for _ in range(3)]
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=barred))
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=deleted))
    assert await refused(rig, ada, is_4k=True) == "not_allowed_to_request_4k"
    assert await refused(rig, barred) == "user_suspended"
    assert await refused(rig, deleted) == await refused(rig, rig.ids.new()) == "user_not_found"
    await rig.run(RevokePermission(**rig.by(SYSTEM), user_id=ada, permission="request"))
    assert await refused(rig, ada) == "not_allowed_to_request"


async def test_a_spent_quota_refuses_whole_or_not_at_all(rig: Rig) -> None:
    ada = await rig.person(quota=QuotaLimits(movie_limit=1, season_limit=2))
    await rig.ask(ada)
    assert await refused(rig, ada, tmdb_id=8) == "quota_exceeded"
    assert await refused(rig, ada, 1, 2, 3) == "quota_exceeded"
    await rig.ask(ada, 1, 2)
    bob = await rig.person()
    await rig.ask(bob, 1, tmdb_id=9)
    assert await refused(rig, ada, 1, 2, tmdb_id=9) == "quota_exceeded"
    assert await happens(rig, ada, 1, tmdb_id=9) == ["media_request.followed"]


async def test_whoever_manages_requests_has_no_limit(rig: Rig) -> None:
    ada = await rig.person("manage_requests", quota=QuotaLimits(movie_limit=0))
    assert "quota.spent" in await happens(rig, ada)


async def test_what_is_turned_down_is_given_back_and_the_title_is_free(rig: Rig) -> None:
    ada = await rig.person(quota=QuotaLimits(movie_limit=1))
    first = await rig.ask(ada)
    await rig.run(RejectRequest(**rig.by(SYSTEM), request_id=first, reason="No."))
    second = await rig.ask(ada)
    await rig.run(CancelRequest(**rig.by(ada), request_id=second))
    assert len({first, second, await rig.ask(ada)}) == 3


async def test_a_season_turned_down_is_given_back_to_whoever_asked_for_it(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await rig.ask(bob, 2)
    await rig.run(RejectRequest(**rig.by(SYSTEM), request_id=request_id, reason="Not yet."))
    assert (await rig.state(QUOTA, quota_id(ada))).parts_of(request_id) == {1}
    assert (await rig.state(QUOTA, quota_id(bob))).parts_of(request_id) == set()
    assert (await rig.state(TITLE_CLAIM, rig.wish(ada, 1).claim_id)).holder == request_id


async def test_a_failure_keeps_the_title_and_the_quota(rig: Rig) -> None:
    ada = await rig.person(quota=QuotaLimits(movie_limit=1))
    request_id = await rig.approved(ada)
    await rig.run(RecordFailure(**rig.by(SYSTEM), request_id=request_id, error="no space"))
    assert (await rig.state(TITLE_CLAIM, rig.wish(ada).claim_id)).holder == request_id
    assert await refused(rig, ada, tmdb_id=8) == "quota_exceeded"


async def test_a_leaving_owner_gets_back_what_they_spent_and_the_earliest_follower_has_it(rig: Rig) -> None:
    ada, bob, cat = [await rig.person() for _ in range(3)]
    request_id = await rig.ask(ada)
    for person in (bob, cat):
        await rig.ask(person)
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    request = await rig.request(request_id)
    assert (request.owner, request.followers, request.is_live) == (bob, (cat,), True)
    assert (await rig.state(QUOTA, quota_id(ada))).parts_of(request_id) == set()
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))


async def test_what_is_still_to_come_counts_for_the_heir_and_what_has_come_for_whoever_asked(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person(quota=QuotaLimits(season_limit=1))
    request_id = await rig.approved(ada, 1, 2)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=request_id, seasons=(1,)))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    assert (await rig.request(request_id)).owner == bob
    spent = [(await rig.state(QUOTA, quota_id(person))).parts_of(request_id) for person in (ada, bob)]
    assert spent == [{1}, {2}]


async def test_an_address_is_claimed_with_a_person_and_free_again_without_them(rig: Rig) -> None:
    ada = await rig.person()
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=ada))
    assert [tag for tag in await rig.tags() if "claim" in tag] == ["email_claim.claimed", "email_claim.released"]
