"""A decision rests on all that it read: whatever of it changes before it is recorded, it is thought over."""

import pytest

from medianest.domain.authority import NotEntitled
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import FollowRequest, RejectRequest
from medianest.domain.quota import QuotaExceeded
from medianest.domain.user.commands import ChangeRole, DeleteUser, GrantPermission, ReinstateUser, SetQuota, SuspendUser
from medianest.domain.user.refusals import UserIsSuspended, UserNotFound
from tests.unit.application.rig import Rig


async def test_whoever_is_deleted_while_they_ask_asks_for_nothing(rig: Rig) -> None:
    ada = await rig.person()
    rig.log.rivals = [(rig.another_bus(), DeleteUser(**rig.by(SYSTEM), user_id=ada))]
    with pytest.raises(UserNotFound):
        await rig.run(rig.wish(ada))
    assert "media_request.submitted" not in await rig.tags()


async def test_a_limit_that_is_lowered_while_somebody_asks_counts(rig: Rig) -> None:
    ada = await rig.person()
    none = QuotaLimits(movie_limit=0)
    rig.log.rivals = [(rig.another_bus(), SetQuota(**rig.by(SYSTEM), user_id=ada, limits=none))]
    with pytest.raises(QuotaExceeded):
        await rig.run(rig.wish(ada))


async def test_nobody_follows_after_they_are_deleted(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    rig.log.rivals = [(rig.another_bus(), DeleteUser(**rig.by(SYSTEM), user_id=bob))]
    with pytest.raises(UserNotFound):
        await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    assert (await rig.request(request_id)).followers == ()


async def test_nobody_follows_after_they_are_suspended(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    rig.log.rivals = [(rig.another_bus(), SuspendUser(**rig.by(SYSTEM), user_id=bob))]
    with pytest.raises(UserIsSuspended):
        await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))


async def test_a_refusal_that_rests_on_what_has_changed_meanwhile_is_none(rig: Rig) -> None:
    """Between reading who holds the title and reading that request, the request is rejected."""
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    rejection = RejectRequest(**rig.by(SYSTEM), request_id=request_id, reason="No.")
    rig.log.before_reading = {request_id: (rig.another_bus(), rejection)}
    anew = await rig.ask(bob)
    assert anew != request_id
    assert (await rig.request(anew)).owner == bob


async def test_a_member_who_manages_people_stands_below_administrators_and_gives_no_rights(rig: Rig) -> None:
    ada, bob = await rig.person(role="admin"), await rig.person("manage_users")
    cat = await rig.person()
    await rig.run(SuspendUser(**rig.by(bob), user_id=cat))
    refused: list[Command] = [
        SuspendUser(**rig.by(bob), user_id=ada),
        ChangeRole(**rig.by(bob), user_id=cat, role="admin"),
        GrantPermission(**rig.by(bob), user_id=cat, permission="manage_users"),
        SetQuota(**rig.by(bob), user_id=bob, limits=QuotaLimits(movie_limit=9)),
        ReinstateUser(**rig.by(cat), user_id=cat),
    ]
    head = await rig.log.head()
    for command in refused:
        with pytest.raises(NotEntitled):
            await rig.run(command)
    assert await rig.log.head() == head


@pytest.mark.parametrize("rival", [SuspendUser, DeleteUser])
async def test_two_administrators_cannot_send_one_another_away(
    rig: Rig, rival: type[SuspendUser] | type[DeleteUser]
) -> None:
    ada, bob = await rig.person(role="admin"), await rig.person(role="admin")
    rig.log.rivals = [(rig.another_bus(), rival(**rig.by(ada), user_id=bob))]
    with pytest.raises(NotEntitled):
        await rig.run(ChangeRole(**rig.by(bob), user_id=ada, role="member"))
    assert "user.role_changed" not in await rig.tags()
