"""Coming in and going out, and what is left of whoever went."""

import pytest

from medianest.application.accounts import Accounts, SetupRejected, SignInRejected
from medianest.application.people import PeopleBook
from medianest.application.people_jobs import PeopleJobs
from medianest.domain.email_claim import EmailTaken
from medianest.domain.kernel import SYSTEM, Forgotten
from medianest.domain.media_request.commands import CancelRequest, CompleteRequest, FollowRequest
from medianest.domain.user.commands import SuspendUser
from medianest.domain.user.events import UserRegistered
from medianest.domain.user.refusals import UserIsSuspended
from medianest.ports.event_log import Append
from medianest.ports.failures import LogUnavailable, ViewsBehind
from medianest.ports.front_door import Answer, Decided, Idempotency
from medianest.ports.identity import RefreshRejected, RefreshReused
from tests.fakes.identity import (
    FakeAccessTokens,
    FakeClaimIds,
    FakeCredentials,
    FakeHasher,
    FakeSessions,
    FakeSetupTokens,
)
from tests.fakes.views import FakeEraser
from tests.unit.application.rig import CLICK, Rig
from tests.unit.domain.gwt import NOW

ADA = {"email": "Ada@example.org", "name": "Ada", "password": "a long password"}


class Desk:
    def __init__(self, rig: Rig) -> None:
        self.credentials = FakeCredentials()
        self.sessions = FakeSessions()
        self.tokens = FakeSetupTokens()
        self.accounts = Accounts(
            rig.bus,
            rig.states,
            people=PeopleBook(rig.log, rig.directory, self.sessions, rig.clock),
            credentials=self.credentials,
            hasher=FakeHasher(),
            sessions=self.sessions,
            access_tokens=FakeAccessTokens(),
            keyring=rig.keyring,
            claim_ids=FakeClaimIds(),
            setup_tokens=self.tokens,
            clock=rig.clock,
            ids=rig.ids,
        )
        self.eraser = FakeEraser()
        self.jobs = PeopleJobs(
            rig.bus,
            self.accounts,
            board=rig.board,
            progress=rig.views,
            eraser=self.eraser,
            clock=rig.clock,
            ids=rig.ids,
        )


@pytest.fixture
def desk(rig: Rig) -> Desk:
    return Desk(rig)


async def test_the_house_is_set_up_once(rig: Rig, desk: Desk) -> None:
    with pytest.raises(SetupRejected):
        await desk.accounts.set_up(token="a guess", **ADA, context=CLICK)
    first = await desk.accounts.set_up(token="the-token", **ADA, context=CLICK)
    assert (await rig.directory.find(first.user_id)).role == "admin"  # type: ignore[union-attr]
    with pytest.raises(SetupRejected):
        await desk.accounts.set_up(token=await desk.tokens.current(), **ADA, context=CLICK)


async def test_a_setup_that_comes_to_nothing_leaves_the_token_good(rig: Rig, desk: Desk) -> None:
    with pytest.raises(Exception, match="Write a name"):
        await desk.accounts.set_up(token="the-token", **{**ADA, "name": " "}, context=CLICK)
    assert desk.credentials.hashes == {}
    await desk.accounts.set_up(token="the-token", **ADA, context=CLICK)


async def test_signing_in_needs_the_right_password_and_no_suspension(rig: Rig, desk: Desk) -> None:
    ada = await desk.accounts.add_administrator(**ADA, context=CLICK)
    signing_in = {"device": None, "context": CLICK}
    signed_in = await desk.accounts.sign_in(email=" ada@EXAMPLE.org", password=ADA["password"], **signing_in)  # type: ignore[arg-type]
    assert signed_in.user_id == ada
    for email, password in ((ADA["email"], "wrong"), ("nobody@example.org", ADA["password"])):
        with pytest.raises(SignInRejected):
            await desk.accounts.sign_in(email=email, password=password, **signing_in)  # type: ignore[arg-type]
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=ada))
    with pytest.raises(UserIsSuspended):
        await desk.accounts.sign_in(email=ADA["email"], password=ADA["password"], **signing_in)  # type: ignore[arg-type]
    assert len(desk.sessions.ended) == 1


async def test_an_address_that_is_taken_leaves_nothing_behind(desk: Desk) -> None:
    await desk.accounts.add_administrator(**ADA, context=CLICK)
    with pytest.raises(EmailTaken):
        await desk.accounts.add_administrator(**{**ADA, "email": "ADA@example.ORG"}, context=CLICK)
    assert len(desk.credentials.hashes) == 1


async def test_registering_twice_under_one_key_makes_one_person(desk: Desk) -> None:
    async def worded(_decided: Decided) -> Answer:
        return Answer(status=201, body=b"")

    outcomes = [
        await desk.accounts.register(
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
            await desk.accounts.add_administrator(**ADA, context=CLICK)
    signed_in = await desk.accounts.sign_in(email=ADA["email"], password=ADA["password"], device=None, context=CLICK)
    person = await rig.directory.find(signed_in.user_id)
    assert person is not None
    assert person.name == "Ada"


async def test_whoever_is_deleted_is_forgotten_and_the_history_stays(rig: Rig, desk: Desk) -> None:
    ada = await desk.accounts.add_administrator(**ADA, context=CLICK)
    await desk.accounts.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    registered = next(r.event for r in await rig.history() if isinstance(r.event, UserRegistered))
    assert isinstance(registered.name, Forgotten)
    assert isinstance(registered.email, Forgotten)
    assert desk.credentials.hashes == {}
    await desk.accounts.add_administrator(**ADA, context=CLICK)


async def test_the_requests_of_whoever_was_forgotten_go_to_others_or_end(rig: Rig, desk: Desk) -> None:
    ada, bob = await rig.person(), await rig.person()
    inherited, alone = await rig.ask(ada), await rig.ask(ada, tmdb_id=8)
    await rig.ask(bob)
    followed = await rig.ask(bob, tmdb_id=9)
    await rig.run(FollowRequest(**rig.by(ada), request_id=followed))
    finished = await rig.ask(ada, tmdb_id=10)
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=finished))
    await desk.accounts.delete(actor=SYSTEM, user_id=ada, context=CLICK)
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
    await desk.accounts.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    rig.log.rivals = [(rig.another_bus(), CancelRequest(**rig.by(bob), request_id=request_id))]
    await desk.jobs.forget(str(ada))
    assert "media_request.owner_changed" in await rig.tags()
    assert not (await rig.request(request_id)).is_live


async def test_forgetting_waits_until_the_board_has_seen_the_deletion(rig: Rig, desk: Desk) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    deleted = await desk.accounts.delete(actor=SYSTEM, user_id=ada, context=CLICK)
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
    ada = await desk.accounts.add_administrator(**ADA, context=CLICK)
    await desk.jobs.forget(str(ada))
    assert desk.credentials.hashes == {}
    registered = next(r.event for r in await rig.history() if isinstance(r.event, UserRegistered))
    assert isinstance(registered.name, Forgotten)


async def test_a_refresh_token_is_good_until_somebody_signs_out(desk: Desk) -> None:
    ada = await desk.accounts.add_administrator(**ADA, context=CLICK)
    first = await desk.accounts.sign_in(email=ADA["email"], password=ADA["password"], device="x", context=CLICK)
    second = await desk.accounts.refresh(first.refresh_token, CLICK)
    session = FakeAccessTokens().read(second.access_token, NOW)
    assert session is not None
    assert session.user_id == ada
    await desk.accounts.sign_out(session, CLICK)
    with pytest.raises(RefreshRejected):
        await desk.accounts.refresh(second.refresh_token, CLICK)


async def test_a_refresh_token_that_comes_twice_ends_its_session_for_every_process(rig: Rig, desk: Desk) -> None:
    await desk.accounts.add_administrator(**ADA, context=CLICK)
    first = await desk.accounts.sign_in(email=ADA["email"], password=ADA["password"], device="x", context=CLICK)
    second = await desk.accounts.refresh(first.refresh_token, CLICK)
    with pytest.raises(RefreshReused):
        await desk.accounts.refresh(first.refresh_token, CLICK)
    assert (await rig.tags())[-1] == "user.signed_out"
    with pytest.raises(RefreshRejected):
        await desk.accounts.refresh(second.refresh_token, CLICK)
