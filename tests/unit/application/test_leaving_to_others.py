"""Whoever leaves a request to somebody: whose quota it counts in from then on."""

from uuid import UUID

import pytest

from medianest.domain.kernel import SYSTEM
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import CancelRequest, FollowRequest, RejectRequest
from medianest.domain.quota import QUOTA, QuotaExceeded, quota_id
from medianest.domain.user.commands import RevokePermission, SuspendUser, UserCommand
from tests.unit.application.rig import Rig

ONE = QuotaLimits(movie_limit=1)


async def counts_for(rig: Rig, *people: UUID) -> list[int]:
    """How many films are counted in the quota of each."""
    quotas = [await rig.state(QUOTA, quota_id(person)) for person in people]
    return [sum(len(spending.parts) for spending in quota.spendings) if quota else 0 for quota in quotas]


async def leave_to(rig: Rig, owner: UUID, heir: UUID, tmdb_id: int) -> UUID:
    request_id = await rig.approved(owner, tmdb_id=tmdb_id)
    await rig.run(FollowRequest(**rig.by(heir), request_id=request_id))
    await rig.run(CancelRequest(**rig.by(owner), request_id=request_id))
    assert (await rig.request(request_id)).owner == heir
    return request_id


async def test_two_people_together_hold_no_more_than_both_may_ask_for_whoever_leaves_what_to_whom(rig: Rig) -> None:
    ada, bob = await rig.person(quota=ONE), await rig.person(quota=ONE)
    held = []
    for number in range(10):
        owner, heir = (ada, bob) if number % 2 == 0 else (bob, ada)
        try:
            held.append(await leave_to(rig, owner, heir, tmdb_id=100 + number))
        except QuotaExceeded:
            continue
    alive = [request_id for request_id in held if (await rig.request(request_id)).is_live]
    assert len(alive) == 2
    assert await counts_for(rig, ada, bob) == [1, 1]


async def test_an_heir_with_room_is_charged_and_whoever_leaves_may_ask_again(rig: Rig) -> None:
    ada, bob = await rig.person(quota=ONE), await rig.person(quota=ONE)
    await leave_to(rig, ada, bob, tmdb_id=1)
    assert await counts_for(rig, ada, bob) == [0, 1]
    await rig.ask(ada, tmdb_id=2)


async def test_what_stays_in_the_quota_of_whoever_left_is_given_back_to_them(rig: Rig) -> None:
    ada, bob = await rig.person(quota=ONE), await rig.person(quota=ONE)
    await rig.ask(bob, tmdb_id=1)
    request_id = await leave_to(rig, ada, bob, tmdb_id=2)
    assert await counts_for(rig, ada, bob) == [1, 1]
    await rig.run(RejectRequest(**rig.by(SYSTEM), request_id=request_id, reason="No."))
    assert await counts_for(rig, ada, bob) == [0, 1]


@pytest.mark.parametrize(("kind", "more"), [(SuspendUser, {}), (RevokePermission, {"permission": "request"})])
async def test_an_heir_who_may_not_ask_is_charged_nothing(
    rig: Rig, kind: type[UserCommand], more: dict[str, str]
) -> None:
    ada, bob = await rig.person(quota=ONE), await rig.person()
    request_id = await rig.ask(ada)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    await rig.run(kind(**rig.by(SYSTEM), user_id=bob, **more))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    assert (await rig.request(request_id)).owner == bob
    assert await counts_for(rig, ada, bob) == [1, 0]


async def test_an_heir_without_the_permission_for_4k_is_not_charged_for_4k(rig: Rig) -> None:
    ada, bob = await rig.person("request_4k"), await rig.person()
    request_id = await rig.ask(ada, is_4k=True)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    assert await counts_for(rig, ada, bob) == [1, 0]


async def test_a_manager_inherits_beyond_any_limit(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person("manage_requests", quota=QuotaLimits(movie_limit=0))
    await leave_to(rig, ada, bob, tmdb_id=1)
    assert await counts_for(rig, ada, bob) == [0, 1]


async def test_an_heir_who_spends_their_last_at_that_moment_is_charged_nothing_more(rig: Rig) -> None:
    ada, bob = await rig.person(quota=ONE), await rig.person(quota=ONE)
    request_id = await rig.ask(ada, tmdb_id=1)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    rig.log.rivals = [(rig.another_bus(), rig.wish(bob, tmdb_id=2))]
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    assert rig.log.lost == 1
    assert await counts_for(rig, ada, bob) == [1, 1]
