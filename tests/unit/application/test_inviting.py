"""Inviting guests, and what becomes of invitations."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from litestar import Request

from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.problems import ConfirmationRequired, NotAllowed
from medianest.adapters.http.invitations import NewInvitation, create_invitation
from medianest.application.identity.denials import TooManyAttempts
from medianest.application.identity.invitations import InvitationDesk, Invited
from medianest.application.identity.registration import INVITATION_TOKEN
from medianest.application.queries.invitations import InvitationList, ListInvitations
from medianest.domain.authority import NotAnAdministrator, NotEntitled
from medianest.domain.email_claim import EmailTaken
from medianest.domain.invitation import InvitationInvalid, InvitationNotFound, InvitationNotGood
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.user.commands import ChangeRole, DeleteUser, ReinstateUser, SuspendUser
from medianest.ports.sessions import Session
from tests.fakes.views import FakeInvitations
from tests.unit.application.desk import AT_THE_DOOR, Desk
from tests.unit.application.rig import CLICK, Rig

WEEK = timedelta(days=7)


class Inviting(Desk):
    """The desk, with invitations."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig)
        self.invitations = InvitationDesk(rig.bus, challenges=self.challenges, clock=rig.clock, ids=rig.ids)
        self._list = InvitationList(FakeInvitations(rig.views), self.people, rig.clock)

    async def invited(self, actor: UUID, **wish: Any) -> Invited:
        given = {"role": "member", "uses": 1, "lifetime": WEEK, "note": None, "context": CLICK}
        return await self.invitations.create(actor, **{**given, **wish})

    async def come(self, token: str, name: str) -> None:
        guest = {"email": f"{name}@example.org", "name": name, "password": "a long password"}
        await self.registration.as_guest(invitation=token, **guest, arrival=AT_THE_DOOR)

    async def seen(self) -> Sequence[tuple[str, int, str | None]]:
        """(status, used, note), the newest first."""
        await self.people.catch_up()
        page = await self._list.list(ListInvitations())
        return [(one.status, one.card.used, one.card.note) for one in page.items]


@pytest.fixture
def desk(rig: Rig) -> Inviting:
    return Inviting(rig)


async def test_the_list_says_what_became_of_each(rig: Rig, desk: Inviting) -> None:
    ada = await desk.ada()
    made = []
    for note in ("for a week", "revoked", "used up"):
        made.append(await desk.invited(ada, note=note))
        rig.clock.advance(1)
    await desk.come(made[2].token, "nina")
    for _ in range(2):
        await desk.invitations.revoke(ada, made[1].command.invitation_id, CLICK)
    assert await desk.seen() == [("used_up", 1, "used up"), ("revoked", 0, "revoked"), ("open", 0, "for a week")]
    rig.clock.advance(WEEK.total_seconds())
    assert [status for status, *_ in await desk.seen()] == ["used_up", "revoked", "expired"]
    for over in made:
        with pytest.raises(InvitationNotGood):
            await desk.come(over.token, "otto")


async def test_whoever_may_not_invite_leaves_nothing_that_opens(rig: Rig, desk: Inviting) -> None:
    await desk.ada()
    member, manager = await rig.person(), await rig.person("manage_users")
    with pytest.raises(NotEntitled):
        await desk.invited(member)
    with pytest.raises(NotAnAdministrator):
        await desk.invited(manager, role="admin")
    with pytest.raises(InvitationInvalid):
        await desk.invited(manager, uses=0)
    assert (desk.challenges.open_ones, await desk.seen()) == ({}, [])


async def test_only_those_who_manage_people_revoke_and_only_what_is_there(rig: Rig, desk: Inviting) -> None:
    ada, member = await desk.ada(), await rig.person()
    invited = await desk.invited(ada)
    with pytest.raises(NotEntitled):
        await desk.invitations.revoke(member, invited.command.invitation_id, CLICK)
    with pytest.raises(InvitationNotFound):
        await desk.invitations.revoke(ada, ada, CLICK)
    assert await desk.challenges.look(INVITATION_TOKEN, invited.token) is not None


async def test_whom_it_was_for_goes_with_whoever_wrote_it(rig: Rig, desk: Inviting) -> None:
    await desk.ada()
    manager = await rig.person("manage_users")
    await desk.invited(manager, note="For Ben, who lives next door")
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=manager))
    assert await desk.seen() == [("void", 0, None)]


@pytest.mark.parametrize("command", [DeleteUser, partial(SuspendUser, reason=None), partial(ChangeRole, role="member")])
@pytest.mark.parametrize("role", ["member", "admin"])
async def test_nobody_comes_in_by_the_word_of_somebody_who_may_not_give_it_any_more(
    rig: Rig, desk: Inviting, command: Callable[..., Command], role: str
) -> None:
    ada, eve = await desk.ada(), await rig.person(role="admin")
    invited = await desk.invited(eve, role=role)
    await rig.run(command(**rig.by(ada), user_id=eve))
    with pytest.raises(InvitationNotGood):
        await desk.come(invited.token, "nina")
    assert await desk.seen() == [("void", 0, None)]


async def test_whoever_holds_an_invitation_does_not_learn_who_else_is_here(rig: Rig, desk: Inviting) -> None:
    """Five addresses that are taken, and no more: as where anybody may register."""
    ada = await desk.ada()
    invited = await desk.invited(ada, uses=2)
    await desk.come(invited.token, "nina")
    told = []
    for _ in range(7):
        with pytest.raises((EmailTaken, TooManyAttempts)) as refused:
            await desk.come(invited.token, "nina")
        told.append(type(refused.value))
    assert told == [EmailTaken] * 5 + [TooManyAttempts] * 2
    assert [one.refused.reason for one in desk.refused.entries][:5] == ["registration_refused"] * 5


async def test_an_invitation_is_good_again_once_its_maker_is(rig: Rig, desk: Inviting) -> None:
    ada, eve = await desk.ada(), await rig.person("manage_users")
    invited = await desk.invited(eve)
    await rig.run(SuspendUser(**rig.by(ada), user_id=eve, reason=None))
    assert await desk.seen() == [("void", 0, None)]
    await rig.run(ReinstateUser(**rig.by(ada), user_id=eve))
    assert await desk.seen() == [("open", 0, None)]
    await desk.come(invited.token, "nina")
    assert await desk.seen() == [("used_up", 1, None)]


@pytest.mark.parametrize("role", ["member", "admin"])
async def test_what_an_administrator_made_only_an_administrator_revokes(rig: Rig, desk: Inviting, role: str) -> None:
    ada, other = await desk.ada(), await rig.person(role="admin")
    manager = await rig.person("manage_users")
    invited = await desk.invited(ada, role=role)
    theirs = invited.command.invitation_id
    with pytest.raises(NotAnAdministrator):
        await desk.invitations.revoke(manager, theirs, CLICK)
    assert await desk.challenges.look(INVITATION_TOKEN, invited.token) is not None
    assert await desk.seen() == [("open", 0, None)]
    await desk.invitations.revoke(other, theirs, CLICK)
    assert await desk.seen() == [("revoked", 0, None)]


async def test_those_who_manage_people_revoke_one_anothers(rig: Rig, desk: Inviting) -> None:
    await desk.ada()
    maker, manager = await rig.person("manage_users"), await rig.person("manage_users")
    invited = await desk.invited(maker)
    await desk.invitations.revoke(manager, invited.command.invitation_id, CLICK)
    assert await desk.seen() == [("revoked", 0, None)]


async def test_an_administrator_is_invited_only_by_somebody_who_proved_who_they_are_a_short_while_ago() -> None:
    session = Session(session_id=UUID(int=2), user_id=UUID(int=1), authenticated_at=datetime(2026, 1, 1, tzinfo=UTC))
    at_an_open_laptop = Caller(
        user_id=UUID(int=1), session_id=UUID(int=2), role="admin", permissions=frozenset({"manage_users"})
    )
    wish = NewInvitation(role="admin")
    for caller, refusal in (
        (replace(at_an_open_laptop, session=session), ConfirmationRequired),
        (replace(at_an_open_laptop, scopes=frozenset({"manage"})), NotAllowed),
    ):
        scope: Any = {"type": "http", "user": caller, "state": {}, "headers": []}
        request: Any = Request(scope)
        with pytest.raises(refusal):
            await create_invitation.fn(wish, request, None)
