"""Between the requests and the gateway: look, act, record, at any interruption."""

from datetime import timedelta

import pytest

from medianest.application.jobs import RequestJobs
from medianest.application.withdrawals import REFUSED
from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CompleteRequest,
    RejectRequest,
    RetryRequest,
)
from medianest.ports.failures import GatewayUnavailable, LogUnavailable
from medianest.ports.library import Copy, ShelfTitle
from medianest.ports.media_server import Guids
from medianest.ports.request_gateway import GatewayRequest
from tests.fakes.jobs import FakeJobs
from tests.fakes.library import FakeLibrary
from tests.fakes.metadata import FakeMetadata
from tests.fakes.request_gateway import FakeRequestGateway
from tests.shelving import shelve
from tests.unit.application.rig import Rig
from tests.unit.application.test_arrivals import arrivals_of


class Work:
    """The jobs and what they touch; `gateway` may be another one."""

    def __init__(self, rig: Rig, *, is_configured: bool = True, expiry: timedelta | None = None) -> None:
        self.gateway = FakeRequestGateway(is_configured=is_configured)
        self.waiting = FakeJobs()
        self.library = FakeLibrary()
        self.jobs = RequestJobs(
            rig.bus,
            rig.states,
            gateway=self.gateway,
            arrivals=arrivals_of(rig, self.library, FakeMetadata(), self.waiting),
            board=rig.board,
            jobs=self.waiting,
            clock=rig.clock,
            ids=rig.ids,
            expiry=expiry,
        )


@pytest.fixture
def work(rig: Rig) -> Work:
    return Work(rig)


async def test_what_is_approved_is_handed_on_under_the_click_that_approved_it(rig: Rig, work: Work) -> None:
    request_id, cause = await rig.approved(await rig.person()), rig.ids.new()
    await work.jobs.hand_on(str(request_id), "a-click", str(cause))
    assert (await rig.request(request_id)).gateway_ids == ("1",)
    recorded = (await rig.history())[-1]
    assert (recorded.actor, recorded.correlation_id, recorded.causation_id) == (SYSTEM, "a-click", cause)


async def test_what_is_in_the_library_by_then_is_fetched_by_nobody(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person(), tmdb_id=7)
    title = ShelfTitle(rating_key="1", media_type="movie", title="", guids=Guids(tmdb_id=7))
    await shelve(work.library, "plex", "films", [title], [Copy(rating_key="1", is_4k=False, title_key="1")])
    await work.jobs.hand_on(str(request_id))
    assert ((await rig.request(request_id)).status, work.gateway.created) == ("available", 0)


async def test_what_waits_for_approval_is_not_handed_on(rig: Rig, work: Work) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await rig.ask(bob, 2)
    await work.jobs.hand_on(str(request_id))
    request = await rig.request(request_id)
    assert (request.numbers("handed_on"), request.numbers("pending")) == ((1,), (2,))
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    await work.jobs.hand_on(str(request_id))
    assert (await rig.request(request_id)).numbers("handed_on") == (1, 2)
    assert work.gateway.created == 2


async def test_a_crash_between_asking_and_recording_makes_no_second_request(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = await rig.approved(await rig.person(), 1, 2)

    async def away(*_: object, **__: object) -> object:
        raise LogUnavailable

    with monkeypatch.context() as crash:
        crash.setattr(rig.log, "append", away)
        with pytest.raises(LogUnavailable):
            await work.jobs.hand_on(str(request_id))
    assert (await rig.request(request_id)).numbers("approved") == (1, 2)
    for _ in range(2):
        await work.jobs.hand_on(str(request_id))
    assert work.gateway.created == 1
    assert (await rig.tags()).count("media_request.handed_on") == 1


async def test_a_gateway_that_says_no_fails_the_request_with_its_reason(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person())
    work.gateway.refuse()
    await work.jobs.hand_on(str(request_id))
    assert (await rig.request(request_id)).status == "failed"
    card = await rig.board.find(request_id)
    assert card is not None
    assert card.error == "The gateway refused the key."
    work.gateway.recover()
    await rig.run(RetryRequest(**rig.by(SYSTEM), request_id=request_id))
    await work.jobs.hand_on(str(request_id))
    assert (await rig.request(request_id)).status == "handed_on"


async def test_a_gateway_that_does_not_answer_leaves_it_to_the_next_try(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person())
    work.gateway.break_down()
    with pytest.raises(GatewayUnavailable):
        await work.jobs.hand_on(str(request_id))
    assert (await rig.request(request_id)).status == "approved"


async def test_without_a_gateway_what_is_approved_waits(rig: Rig) -> None:
    work = Work(rig, is_configured=False)
    request_id = await rig.approved(await rig.person())
    await work.jobs.hand_on(str(request_id))
    await work.jobs.look_around()
    await work.jobs.look_again("movie", 7)
    assert (await rig.request(request_id)).status == "approved"
    assert work.waiting.waiting == []


async def test_what_was_handed_on_and_is_cancelled_is_withdrawn(rig: Rig, work: Work) -> None:
    ada = await rig.person()
    request_id = await rig.approved(ada)
    await work.jobs.hand_on(str(request_id))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    for _ in range(2):
        await work.jobs.withdrawals.withdraw(str(request_id))
    assert (await work.gateway.status(media_type="movie", tmdb_id=7, is_4k=False)).status == "declined"


async def test_while_the_gateway_refuses_the_key_what_is_asked_of_it_is_put_off_and_never_given_up(
    rig: Rig, work: Work
) -> None:
    ada = await rig.person()
    request_id, other = await rig.approved(ada), await rig.approved(ada, tmdb_id=8)
    for each in (request_id, other):
        await work.jobs.hand_on(str(each))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    work.gateway.refuse()
    for asked in (work.jobs.withdrawals.withdraw(str(request_id)), work.jobs.look_again("movie", 8)):
        with pytest.raises(GatewayUnavailable, match="refused the key") as put_off:
            await asked
        assert put_off.value.retry_after == REFUSED, "it is not hammered"
    work.gateway.recover()
    work.gateway.report("movie", 8, False, "available")
    await work.jobs.withdrawals.withdraw(str(request_id))
    await work.jobs.look_again("movie", 8)
    assert (await work.gateway.status(media_type="movie", tmdb_id=7, is_4k=False)).status == "declined"
    assert (await rig.request(other)).status == "available"


async def test_what_somebody_still_wants_is_not_withdrawn(rig: Rig, work: Work) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await work.jobs.hand_on(str(request_id))
    await rig.ask(bob, 2)
    await rig.run(RejectRequest(**rig.by(SYSTEM), request_id=request_id, reason="No."))
    await work.jobs.withdrawals.withdraw(str(request_id))
    assert (await work.gateway.status(media_type="tv", tmdb_id=7, is_4k=False)).status == "processing"


async def test_what_is_there_already_is_complete_without_a_number(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person())
    work.gateway.held["movie", 7, False] = GatewayRequest(gateway_id=None, status="available")
    await work.jobs.hand_on(str(request_id))
    request = await rig.request(request_id)
    assert (request.status, request.gateway_ids) == ("available", ())


async def test_a_request_that_nobody_knows_is_no_work(rig: Rig, work: Work) -> None:
    await work.jobs.hand_on(str(rig.ids.new()))
    await work.jobs.withdrawals.withdraw(str(rig.ids.new()))
    await work.jobs.look_again("movie", 1)
    assert work.gateway.created == 0


async def test_a_request_that_is_complete_is_not_completed_again(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person())
    await work.jobs.hand_on(str(request_id))
    work.gateway.report("movie", 7, False, "available")
    await rig.run(CompleteRequest(**rig.by(SYSTEM), request_id=request_id))
    await work.jobs.look_again("movie", 7)
    assert (await rig.tags()).count("media_request.completed") == 1
