"""What nobody wants any more is taken back at the gateway, and never from somebody who does."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.commands import ApproveRequest, CancelRequest
from medianest.ports.failures import GatewayUnavailable, LogUnavailable
from medianest.ports.request_gateway import GatewayRefused, GatewayRequest, GatewayStatus
from medianest.ports.work import Job
from tests.unit.application.rig import Rig
from tests.unit.application.test_request_jobs import Work


@pytest.fixture
def work(rig: Rig) -> Work:
    return Work(rig)


async def at_the_gateway(work: Work) -> GatewayStatus:
    return (await work.gateway.status(media_type="movie", tmdb_id=7, is_4k=False)).status


async def cancelled_while_the_key_is_refused(rig: Rig, work: Work) -> UUID:
    """A request that the gateway holds as its first, and that could not be taken back there."""
    ada = await rig.person()
    request_id = await rig.approved(ada)
    await work.jobs.hand_on(str(request_id))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    work.gateway.refuse()
    with pytest.raises(GatewayUnavailable):
        await work.jobs.withdrawals.withdraw(str(request_id))
    work.gateway.recover()
    return request_id


async def cancelled_once_the_gateway_has_it(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch, and_then: Callable[[], object] = lambda: None
) -> UUID:
    """An approved request that its owner takes back while it is handed on."""
    ada = await rig.person()
    request_id = await rig.approved(ada)
    create = work.gateway.create

    async def slowly(**wanted: object) -> GatewayRequest:
        made = await create(**wanted)  # type: ignore[arg-type]
        await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
        and_then()
        return made

    monkeypatch.setattr(work.gateway, "create", slowly)
    return request_id


async def away(*_: object, **__: object) -> object:
    raise LogUnavailable


async def test_a_late_withdrawal_leaves_alone_what_the_next_one_who_asked_holds_there(rig: Rig, work: Work) -> None:
    cancelled = await cancelled_while_the_key_is_refused(rig, work)
    wanted = await rig.approved(await rig.person())
    await work.jobs.hand_on(str(wanted))
    assert (await rig.request(wanted)).gateway_ids == ("1",), "the gateway gives what is alive there"
    await work.jobs.withdrawals.withdraw(str(cancelled))
    await work.jobs.look_again("movie", 7)
    assert (await at_the_gateway(work), (await rig.request(wanted)).status) == ("processing", "handed_on")


async def test_a_late_withdrawal_leaves_alone_what_is_approved_and_may_be_handed_on_just_now(
    rig: Rig, work: Work
) -> None:
    cancelled = await cancelled_while_the_key_is_refused(rig, work)
    await rig.approved(await rig.person())
    await work.jobs.withdrawals.withdraw(str(cancelled))
    assert await at_the_gateway(work) == "processing"


async def test_a_late_withdrawal_goes_on_while_nobody_has_decided_on_the_next_request(rig: Rig, work: Work) -> None:
    cancelled = await cancelled_while_the_key_is_refused(rig, work)
    await rig.ask(await rig.person())
    await work.jobs.withdrawals.withdraw(str(cancelled))
    assert await at_the_gateway(work) == "declined"


async def test_what_is_approved_while_a_withdrawal_is_on_its_way_is_asked_for_anew(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled = await cancelled_while_the_key_is_refused(rig, work)
    next_one = await rig.ask(await rig.person())
    decline, is_on_its_way, may_arrive = work.gateway.decline, asyncio.Event(), asyncio.Event()

    async def slowly(gateway_id: str) -> None:
        is_on_its_way.set()
        await may_arrive.wait()
        await decline(gateway_id)

    monkeypatch.setattr(work.gateway, "decline", slowly)
    withdrawing = asyncio.create_task(work.jobs.withdrawals.withdraw(str(cancelled)))
    await is_on_its_way.wait()
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=next_one))
    handing_on = asyncio.create_task(work.jobs.hand_on(str(next_one)))
    for _ in range(100):  # as far as it gets
        await asyncio.sleep(0)
    may_arrive.set()
    await asyncio.gather(withdrawing, handing_on)
    await work.jobs.look_again("movie", 7)
    assert ((await rig.request(next_one)).gateway_ids, await at_the_gateway(work)) == (("2",), "processing")
    assert (await rig.request(next_one)).status == "handed_on"


async def test_what_is_taken_back_while_it_is_handed_on_is_declined_at_once_also_while_the_database_is_away(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = await cancelled_once_the_gateway_has_it(rig, work, monkeypatch)
    monkeypatch.setattr(work.waiting, "defer", away)
    await work.jobs.hand_on(str(request_id))
    assert await at_the_gateway(work) == "declined"


async def test_what_is_taken_back_while_it_is_handed_on_is_declined_later_where_the_gateway_will_not(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ill in (work.gateway.break_down, work.gateway.refuse):
        with monkeypatch.context() as patched:
            request_id = await cancelled_once_the_gateway_has_it(rig, work, patched, ill)
            await work.jobs.hand_on(str(request_id), "a-click")
        job = work.waiting.waiting.pop()
        assert (job.name, job.args["correlation_id"]) == ("withdraw", "a-click")
        work.gateway.recover()
        await work.jobs.withdrawals.withdraw(**job.args)  # type: ignore[arg-type]
        assert await at_the_gateway(work) == "declined"


async def test_with_gateway_and_database_away_at_once_the_next_attempt_takes_it_back(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ill:
        request_id = await cancelled_once_the_gateway_has_it(rig, work, ill, work.gateway.break_down)
        ill.setattr(work.waiting, "defer", away)
        with pytest.raises(LogUnavailable):
            await work.jobs.hand_on(str(request_id))
    work.gateway.recover()
    await work.jobs.hand_on(str(request_id))
    assert (await at_the_gateway(work), work.gateway.created) == ("declined", 1)


async def test_what_could_not_be_recorded_and_is_cancelled_before_the_next_attempt_is_taken_back(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await rig.person()
    request_id = await rig.approved(ada)
    with monkeypatch.context() as outage:
        outage.setattr(rig.log, "append", away)
        with pytest.raises(LogUnavailable):
            await work.jobs.hand_on(str(request_id))
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    await work.jobs.hand_on(str(request_id))
    assert await at_the_gateway(work) == "declined"


async def test_what_the_gateway_holds_and_we_cannot_know_to_be_ours_is_left_alone(rig: Rig, work: Work) -> None:
    ada = await rig.person()
    request_id = await rig.approved(ada)
    await work.gateway.create(media_type="movie", tmdb_id=7, is_4k=False, seasons=())  # somebody, by hand
    await rig.run(CancelRequest(**rig.by(ada), request_id=request_id))
    await work.jobs.hand_on(str(request_id))
    assert await at_the_gateway(work) == "processing"


async def test_a_withdrawal_that_is_refused_is_logged_with_what_to_do(rig: Rig, work: Work) -> None:
    with capture_logs() as logs:
        request_id = await cancelled_while_the_key_is_refused(rig, work)
    [line] = [line for line in logs if line["event"] == "withdrawal_refused"]
    assert (line["log_level"], line["request_id"], line["gateway_id"]) == ("warning", str(request_id), "1")
    assert line["reason"] == "The gateway refused the key."
    assert "Mend the key" in line["advice"]


async def test_of_two_that_are_taken_back_only_the_one_that_was_refused_is_tried_again(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await work.jobs.hand_on(str(request_id))
    await rig.ask(bob, 2)
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    await work.jobs.hand_on(str(request_id))
    for person in (ada, bob):
        await rig.run(CancelRequest(**rig.by(person), request_id=request_id))
    decline, declined = work.gateway.decline, list[str]()

    async def stubborn(gateway_id: str) -> None:
        declined.append(gateway_id)
        if gateway_id == "1":
            raise GatewayRefused("Not this one.")
        await decline(gateway_id)

    monkeypatch.setattr(work.gateway, "decline", stubborn)
    work.waiting.waiting.clear()
    await work.jobs.withdrawals.withdraw(str(request_id), correlation_id="a-click")
    jobs = work.waiting.waiting
    assert {job.args["correlation_id"] for job in jobs} == {"a-click"}
    for _ in range(2):
        jobs = [job for job in jobs if not await goes_well(job, work.jobs.withdrawals.withdraw)]
    assert declined == ["1", "2", "1"]


async def goes_well(job: Job, handler: Callable[..., Awaitable[None]]) -> bool:
    try:
        await handler(**job.args)
    except GatewayUnavailable:
        return False
    return True
