"""Coming in and going out, and what is left of whoever went."""

import pytest

from medianest.application.identity.denials import RefreshDenied, SignInRejected, TooManyAttempts
from medianest.application.identity.devices import Arrival
from medianest.application.identity.registration import SetupRejected
from medianest.application.mail_domains import AddressUnreachable
from medianest.domain.email_claim import EmailTaken
from medianest.domain.kernel import SYSTEM, Forgotten
from medianest.domain.media_request.commands import CancelRequest, CompleteRequest, FollowRequest
from medianest.domain.session import SessionEnded, SessionOpened
from medianest.domain.user.commands import SuspendUser
from medianest.domain.user.events import UserLockedOut, UserRegistered
from medianest.domain.user.refusals import LastAdministrator, UserIsSuspended
from medianest.ports.event_log import Append
from medianest.ports.failures import LogUnavailable, ViewsBehind
from medianest.ports.front_door import Answer, Decided, Idempotency
from medianest.ports.sessions import Whereabouts
from tests.unit.application.desk import ADA, AT_THE_DOOR, Desk
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def desk(rig: Rig) -> Desk:
    return Desk(rig)


async def test_the_house_is_set_up_once(rig: Rig, desk: Desk) -> None:
    with pytest.raises(SetupRejected):
        await desk.registration.set_up(token="a guess", **ADA, arrival=AT_THE_DOOR)
    first = await desk.registration.set_up(token="the-token", **ADA, arrival=AT_THE_DOOR)
    assert (await rig.directory.find(first.session.user_id)).role == "admin"  # type: ignore[union-attr]
    with pytest.raises(SetupRejected):
        await desk.registration.set_up(token=await desk.tokens.current(), **ADA, arrival=AT_THE_DOOR)


async def test_a_setup_that_comes_to_nothing_leaves_the_token_good(rig: Rig, desk: Desk) -> None:
    with pytest.raises(Exception, match="Write a name"):
        await desk.registration.set_up(token="the-token", **{**ADA, "name": " "}, arrival=AT_THE_DOOR)
    assert desk.credentials.hashes == {}
    await desk.registration.set_up(token="the-token", **ADA, arrival=AT_THE_DOOR)


async def test_an_address_that_no_letter_can_reach_is_refused_at_the_door_and_counts_for_no_guess(rig: Rig) -> None:
    desk = Desk(rig, is_open=True)
    with pytest.raises(AddressUnreachable, match="behind the @"):
        await desk.registration.add_administrator(**{**ADA, "email": "ada@☕.example"}, context=CLICK)
    for _ in range(6):
        with pytest.raises(AddressUnreachable):
            await desk.registration.as_guest(invitation=None, **{**ADA, "email": "ada@a_b.é"}, arrival=AT_THE_DOOR)
    assert (desk.credentials.hashes, await rig.history()) == ({}, [])


async def test_signing_in_needs_the_right_password_and_no_suspension(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    assert (await desk.lets_in(email=" ada@EXAMPLE.org")).session.user_id == ada
    for email, password in ((ADA["email"], "wrong"), ("nobody@example.org", ADA["password"])):
        with pytest.raises(SignInRejected):
            await desk.lets_in(email, password)
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=ada))
    with pytest.raises(UserIsSuspended):
        await desk.lets_in()
    assert [entry.refused.reason for entry in desk.refused.entries] == ["wrong_password", "unknown_account"]


async def test_an_address_that_is_taken_leaves_nothing_behind(desk: Desk) -> None:
    await desk.ada()
    with pytest.raises(EmailTaken):
        await desk.registration.add_administrator(**{**ADA, "email": "ADA@example.ORG"}, context=CLICK)
    assert len(desk.credentials.hashes) == 1


async def test_registering_twice_under_one_key_makes_one_person(desk: Desk) -> None:
    async def worded(_decided: Decided) -> Answer:
        return Answer(status=201, body=b"")

    outcomes = [
        await desk.registration.register(
            actor=SYSTEM,
            role="member",
            **ADA,
            context=CLICK,
            wording=worded,
            idempotency=Idempotency(key="k", body_hash=b""),
        )
        for _ in range(2)
    ]
    assert [outcome.is_repeat for outcome in outcomes] == [False, True]
    assert len(desk.credentials.hashes) == 1


async def test_a_registration_whose_answer_is_lost_is_no_person_without_a_name(
    rig: Rig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = rig.log.append

    async def recorded_but_unanswered(order: Append) -> object:
        await append(order)
        raise LogUnavailable

    with monkeypatch.context() as outage:
        outage.setattr(rig.log, "append", recorded_but_unanswered)
        with pytest.raises(LogUnavailable):
            await desk.ada()
    person = await rig.directory.find((await desk.lets_in()).session.user_id)
    assert person is not None
    assert person.name == "Ada"


async def test_whoever_is_deleted_is_forgotten_and_the_history_stays(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    await desk.departure.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    registered = next(r.event for r in await rig.history() if isinstance(r.event, UserRegistered))
    assert isinstance(registered.name, Forgotten)
    assert isinstance(registered.email, Forgotten)
    assert desk.credentials.hashes == {}
    await desk.ada()


async def test_the_requests_of_whoever_was_forgotten_go_to_others_or_end(rig: Rig, desk: Desk) -> None:
    ada, bob = await rig.person(), await rig.person()
    inherited, alone = await rig.ask(ada), await rig.ask(ada, tmdb_id=8)
    await rig.ask(bob)
    followed = await rig.ask(bob, tmdb_id=9)
    await rig.run(FollowRequest(**rig.by(ada), request_id=followed))
    finished = await rig.ask(ada, tmdb_id=10)
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=finished))
    await desk.departure.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    for _ in range(2):
        await desk.jobs.forget(str(ada))
    assert (await rig.request(inherited)).people == (bob,)
    assert (await rig.request(alone)).status == "cancelled"
    assert (await rig.request(followed)).people == (bob,)
    assert (await rig.request(finished)).status == "available"
    assert (await rig.tags()).count("media_request.cancelled") == 1


async def test_what_is_inherited_while_its_heir_is_forgotten_is_not_left_to_them(rig: Rig, desk: Desk) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(bob)
    await rig.run(FollowRequest(**rig.by(ada), request_id=request_id))
    await desk.departure.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    rig.log.rivals = [(rig.another_bus(), CancelRequest(**rig.by(bob), request_id=request_id))]
    await desk.jobs.forget(str(ada))
    assert "media_request.owner_changed" in await rig.tags()
    assert not (await rig.request(request_id)).is_live


async def test_forgetting_waits_until_the_board_has_seen_the_deletion(rig: Rig, desk: Desk) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    deleted = await desk.departure.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    assert deleted.position is not None
    rig.views.stands_at = deleted.position - 1
    with pytest.raises(ViewsBehind):
        await desk.jobs.forget(str(ada), position=deleted.position)
    assert (await rig.request(request_id)).is_live
    assert desk.eraser.times == 0
    rig.views.stands_at = None
    await desk.jobs.forget(str(ada), position=deleted.position)
    assert not (await rig.request(request_id)).is_live
    assert desk.eraser.times == 1


async def test_an_interrupted_forgetting_is_finished_by_the_job(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    await desk.jobs.forget(str(ada))
    assert desk.credentials.hashes == {}
    registered = next(r.event for r in await rig.history() if isinstance(r.event, UserRegistered))
    assert isinstance(registered.name, Forgotten)


async def test_a_refresh_token_is_good_until_somebody_signs_out(desk: Desk) -> None:
    ada = await desk.ada()
    first = await desk.lets_in()
    second = await desk.session_desk.refresh(first.refresh_token or "", AT_THE_DOOR)
    assert second.session == first.session
    assert second.session.user_id == ada
    await desk.session_desk.end(ada, second.session.session_id, "signed_out", CLICK)
    with pytest.raises(RefreshDenied):
        await desk.session_desk.refresh(second.refresh_token or "", AT_THE_DOOR)


async def test_a_refresh_token_that_comes_twice_ends_its_session_for_every_process(rig: Rig, desk: Desk) -> None:
    await desk.ada()
    first = await desk.lets_in()
    second = await desk.session_desk.refresh(first.refresh_token or "", AT_THE_DOOR)
    rig.clock.advance(21)
    with pytest.raises(RefreshDenied):
        await desk.session_desk.refresh(first.refresh_token or "", AT_THE_DOOR)
    ended = (await rig.history())[-1].event
    assert isinstance(ended, SessionEnded)
    assert ended.reason == "token_reused"
    with pytest.raises(RefreshDenied):
        await desk.session_desk.refresh(second.refresh_token or "", AT_THE_DOOR)


async def test_a_session_that_time_has_ended_is_recorded_as_ended(rig: Rig, desk: Desk) -> None:
    await desk.ada()
    signed_in = await desk.lets_in()
    rig.clock.advance(30 * 86_400)
    assert await desk.session_desk.expire(CLICK) == 1
    assert await desk.session_desk.expire(CLICK) == 0
    ended = (await rig.history())[-1].event
    assert ended == SessionEnded(
        session_id=signed_in.session.session_id, user_id=signed_in.session.user_id, reason="expired"
    )


async def test_a_device_is_new_when_others_were_seen_before_it(rig: Rig, desk: Desk) -> None:
    await desk.ada()
    devices = ["Firefox on Android", "Firefox on Android", "curl"]
    for device in devices:
        arrival = Arrival(context=CLICK, whereabouts=Whereabouts(device=device))
        await desk.sign_in.with_password(ADA["email"], ADA["password"], arrival)
    opened = [r.event for r in await rig.history() if isinstance(r.event, SessionOpened)]
    assert [event.is_new_device for event in opened] == [False, False, True]


async def test_too_many_wrong_passwords_lock_the_account_also_for_the_right_one(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    for _ in range(5):
        with pytest.raises(SignInRejected):
            await desk.lets_in(password="wrong")
    with pytest.raises(TooManyAttempts):
        await desk.lets_in()
    assert [r.event.user_id for r in await rig.history() if isinstance(r.event, UserLockedOut)] == [ada]
    assert desk.refused.entries[-1].refused.reason == "locked_out"


async def test_whoever_changes_addresses_within_a_household_is_counted_as_one(desk: Desk) -> None:
    def at(number: int) -> Arrival:
        return Arrival(context=CLICK, whereabouts=Whereabouts(address=f"2001:db8:1:2::{number:x}"))

    for number in range(5):
        with pytest.raises(SignInRejected):
            await desk.sign_in.with_password(f"{number}@example.org", "a guess", at(number))
    with pytest.raises(TooManyAttempts):
        await desk.sign_in.with_password("another@example.org", "a guess", at(99))


async def test_the_last_administrator_stays_and_others_may_leave(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    with pytest.raises(LastAdministrator):
        await desk.departure.delete(actor=ada, user_id=ada, context=CLICK)
    bob = await rig.person()
    await desk.departure.delete(actor=bob, user_id=bob, context=CLICK)
    await rig.person(role="admin")
    await desk.departure.delete(actor=ada, user_id=ada, context=CLICK)
