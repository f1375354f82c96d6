"""Who is told of what happens, and that nobody is told twice."""

from typing import Any
from uuid import UUID

import pytest

from medianest.application.handlers import TellPeople
from medianest.application.reaction import Reaction
from medianest.application.reactions import REACTIONS, tell_people
from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.library import AllowRemovals, DeclineRemovals, HoldBackRemovals
from medianest.domain.linked_account import LinkAccount, LoseAccess
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CommentOnRequest,
    CompleteRequest,
    RejectRequest,
)
from medianest.domain.media_server import RecordTokenRefused
from medianest.domain.notification import NotificationQueued
from medianest.domain.session import OpenSession
from medianest.domain.upkeep import AskForRebuild
from medianest.domain.user.commands import DeleteUser, RecordPasswordChange, RenameUser, SuspendUser
from tests.unit.application.rig import CLICK, Rig

Told = set[tuple[UUID, str]]


async def told_of(rig: Rig, *commands: Command) -> Told:
    """Who hears what when the reaction has answered all that these commands record."""
    outcome = await rig.run(*commands)
    return await told(rig, *outcome.recorded)


async def told(rig: Rig, *happened: Recorded) -> Told:
    news: Told = set()
    for recorded in happened:
        if recorded.category != "media_request":
            continue
        for order in tell_people(recorded):
            assert isinstance(order, TellPeople)
            outcome = await rig.run(order, command_id=rig.ids.new())
            queued = [r.event for r in outcome.recorded]
            assert all(isinstance(event, NotificationQueued) for event in queued)
            news |= {(event.recipient, event.kind) for event in queued if isinstance(event, NotificationQueued)}
    return news


async def test_those_who_decide_hear_of_a_wish(rig: Rig) -> None:
    ada, manager, admin = await rig.person(), await rig.person("manage_requests"), await rig.person(role="admin")
    assert await told_of(rig, rig.wish(ada)) == {(manager, "request_submitted"), (admin, "request_submitted")}


async def test_nobody_is_told_of_what_they_did_themselves(rig: Rig) -> None:
    admin, other = await rig.person(role="admin"), await rig.person(role="admin")
    assert await told_of(rig, rig.wish(admin)) == {(other, "request_auto_approved")}


async def test_a_manager_who_is_suspended_or_gone_is_not_told(rig: Rig) -> None:
    ada, suspended, deleted = await rig.person(), await rig.person(role="admin"), await rig.person(role="admin")
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=suspended))
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=deleted))
    assert await told_of(rig, rig.wish(ada)) == set()


async def test_owner_and_followers_hear_what_became_of_it(rig: Rig) -> None:
    ada, bob, admin = await rig.person(), await rig.person(), await rig.person(role="admin")
    request_id = await rig.ask(ada)
    assert await told_of(rig, rig.wish(bob)) == {(ada, "request_joined")}
    approval = ApproveRequest(**rig.by(admin), request_id=request_id)
    assert await told_of(rig, approval) == {(ada, "request_approved"), (bob, "request_approved")}
    done = CompleteRequest(**rig.by(SYSTEM), request_id=request_id)
    assert await told_of(rig, done) == {(ada, "request_available"), (bob, "request_available")}


async def test_who_is_both_follower_and_manager_is_told_once(rig: Rig) -> None:
    ada, admin = await rig.person(), await rig.person(role="admin")
    request_id = await rig.ask(ada)
    await rig.ask(admin)
    comment = CommentOnRequest(**rig.by(ada), request_id=request_id, comment_id=rig.ids.new(), text="Please!")
    assert await told_of(rig, comment) == {(admin, "request_commented")}


async def test_the_heir_of_a_request_is_told_that_it_is_theirs(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    await rig.ask(bob)
    assert await told_of(rig, CancelRequest(**rig.by(ada), request_id=request_id)) == {(bob, "owner_changed")}


async def test_telling_twice_tells_once(rig: Rig) -> None:
    ada, admin = await rig.person(), await rig.person(role="admin")
    outcome = await rig.run(RejectRequest(**rig.by(admin), request_id=await rig.ask(ada), reason="No."))
    assert await told(rig, *outcome.recorded) == {(ada, "request_rejected")}
    assert await told(rig, *outcome.recorded) == set()
    (order,) = tell_people(next(r for r in outcome.recorded if r.category == "media_request"))
    assert isinstance(order, TellPeople)
    await rig.another_bus().run([order], CLICK)
    assert (await rig.tags()).count("notification.queued") == 1


async def test_a_notification_says_which_request_and_by_whom_and_keeps_no_name(rig: Rig) -> None:
    ada, admin = await rig.person(), await rig.person(role="admin")
    request_id = await rig.ask(ada, 1, 2)
    outcome = await rig.run(ApproveRequest(**rig.by(admin), request_id=request_id, seasons=(2,)))
    await told(rig, *outcome.recorded)
    queued = (await rig.history())[-1].event
    assert isinstance(queued, NotificationQueued)
    assert (queued.request_id, queued.title, queued.by, queued.seasons) == (
        request_id,
        "The Long Winter",
        admin,
        (2,),
    )


async def test_what_the_house_did_by_itself_is_by_nobody(rig: Rig) -> None:
    ada = await rig.person()
    outcome = await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=await rig.approved(ada)))
    await told(rig, *outcome.recorded)
    queued = (await rig.history())[-1].event
    assert isinstance(queued, NotificationQueued)
    assert (queued.recipient, queued.by) == (ada, None)


async def test_what_is_no_news_of_a_request_is_passed_over(rig: Rig) -> None:
    ada = await rig.person()
    outcome = await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Countess"))
    head = await rig.log.head()
    await rig.run(TellPeople(actor=SYSTEM, at=rig.clock.now(), recorded=outcome.recorded[0]))
    assert await rig.log.head() == head


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda reaction: reaction.name)
async def test_a_reaction_is_pure_and_answers_every_event_it_names(reaction: Reaction, rig: Rig) -> None:
    ada, bob, admin = await rig.person(), await rig.person(), await rig.person(role="admin")
    request_id = await rig.approved(ada)
    await rig.ask(bob)
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    await rig.run(RejectRequest(**rig.by(admin), request_id=request_id, reason="No."))
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=bob))
    opening: dict[str, Any] = {"session_id": rig.ids.new(), "user_id": ada, "method": "password"}
    await rig.run(OpenSession(**rig.by(ada), **opening, is_new_device=True))
    await rig.run(RecordPasswordChange(**rig.by(ada), user_id=ada, way="changed"))
    account_id = rig.ids.new()
    await rig.run(LinkAccount(**rig.by(ada), account_id=account_id, user_id=ada, provider="plex", name=None))
    await rig.run(LoseAccess(**rig.by(SYSTEM), account_id=account_id, reason="no_access"))
    for decides in (AllowRemovals, DeclineRemovals):
        library = {"server": "plex", "library_uuid": "films"}
        await rig.run(HoldBackRemovals(**rig.by(SYSTEM), **library, name="Films", leaving=9, held=40))
        await rig.run(decides(**rig.by(admin), **library))
    await rig.run(RecordTokenRefused(**rig.by(SYSTEM), slug="plex"))
    await rig.run(AskForRebuild(**rig.by(admin), rebuild_id=rig.ids.new(), views=("inbox",)))
    await told(rig, *(await rig.history()))
    meant = [recorded for recorded in await rig.history() if isinstance(recorded.event, reaction.events)]
    assert meant
    for recorded in meant:
        follow = reaction.react(recorded)
        assert follow
        assert follow == reaction.react(recorded)
