"""What the gateway says became of a title, season by season."""

import pytest

from medianest.application.reactions import hand_on
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import ApproveRequest
from medianest.domain.media_request.events import RequestApproved
from medianest.ports.request_gateway import GatewayRequest, GatewayStatus
from medianest.ports.work import Job
from tests.unit.application.rig import Rig
from tests.unit.application.test_request_jobs import Work


def holds(work: Work, status: GatewayStatus, **seasons: GatewayStatus) -> None:
    """What the gateway holds of the series, its seasons named s1, s2, ..."""
    work.gateway.held["tv", 7, False] = GatewayRequest(
        gateway_id="1", status=status, seasons={int(name[1:]): status for name, status in seasons.items()}
    )


@pytest.fixture
def work(rig: Rig) -> Work:
    return Work(rig)


async def test_each_season_is_completed_when_it_arrives(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person(), 1, 2)
    await work.jobs.hand_on(str(request_id))
    holds(work, "partially_available", s1="available", s2="processing")
    for _ in range(2):
        await work.jobs.look_again("tv", 7)
    request = await rig.request(request_id)
    assert (request.status, request.numbers("available")) == ("partially_available", (1,))
    holds(work, "available", s1="available", s2="available", s3="available")
    await work.jobs.look_again("tv", 7, "a-report")
    assert (await rig.request(request_id)).status == "available"
    assert (await rig.tags()).count("media_request.completed") == 2
    completed = next(r for r in reversed(await rig.history()) if r.event.tag == "media_request.completed")
    assert completed.correlation_id == "a-report"


async def test_seasons_that_nobody_asked_for_change_nothing(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person(), 1)
    await work.jobs.hand_on(str(request_id))
    holds(work, "partially_available", s1="processing", s2="available")
    await work.jobs.look_again("tv", 7)
    assert (await rig.request(request_id)).status == "handed_on"


@pytest.mark.parametrize("verdict", ["failed", "declined"])
async def test_a_gateway_that_gave_up_fails_the_request(rig: Rig, work: Work, verdict: GatewayStatus) -> None:
    request_id = await rig.approved(await rig.person())
    await work.jobs.hand_on(str(request_id))
    work.gateway.report("movie", 7, False, verdict)
    for _ in range(2):
        await work.jobs.look_again("movie", 7)
    assert (await rig.request(request_id)).status == "failed"
    assert (await rig.tags()).count("media_request.failed") == 1


async def test_a_season_that_failed_is_said_though_another_arrived_before(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person(), 1, 2)
    await work.jobs.hand_on(str(request_id))
    holds(work, "failed", s1="available", s2="failed")
    await work.jobs.look_again("tv", 7)
    request = await rig.request(request_id)
    assert (request.numbers("available"), request.numbers("failed")) == ((1,), (2,))


async def test_both_qualities_are_looked_at_each_for_itself(rig: Rig, work: Work) -> None:
    ada = await rig.person("request_4k")
    plain, sharp = await rig.approved(ada), await rig.approved(ada, is_4k=True)
    for request_id in (plain, sharp):
        await work.jobs.hand_on(str(request_id))
    work.gateway.report("movie", 7, True, "available")
    await work.jobs.look_again("movie", 7)
    assert (await rig.request(plain)).status == "handed_on"
    assert (await rig.request(sharp)).status == "available"


async def test_a_round_hands_on_what_waits_and_looks_at_what_is_worked_on(rig: Rig, work: Work) -> None:
    ada, bob = await rig.person(), await rig.person()
    waiting, working = await rig.approved(ada), await rig.approved(ada, 1, tmdb_id=8)
    await rig.ask(bob, tmdb_id=9)
    await work.jobs.hand_on(str(working))
    for _ in range(2):
        await work.jobs.look_around()
    assert [(job.name, job.lock) for job in work.waiting.waiting] == [
        ("hand_on", f"hand_on:{waiting}"),
        ("look_again", "look_again:tv:8"),
    ]
    assert [job.is_urgent for job in work.waiting.waiting] == [False, True], "no report waits for the key"


async def test_a_round_comes_to_the_newest_however_many_there_are(
    rig: Rig, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medianest.application.jobs.SWEEP", 3)
    ada, many = await rig.person(quota=QuotaLimits()), 7
    working = [await rig.approved(ada, tmdb_id=number) for number in range(1, many + 1)]
    for request_id in working:
        await work.jobs.hand_on(str(request_id))
    waiting = [await rig.approved(ada, tmdb_id=number) for number in range(many + 1, many + 5)]
    await work.jobs.look_around()
    locks = [f"hand_on:{request_id}" for request_id in waiting] + [
        f"look_again:movie:{number}" for number in range(1, many + 1)
    ]
    assert sorted(job.lock or "" for job in work.waiting.waiting) == sorted(locks)


async def test_a_round_hands_on_a_season_that_waits_beside_one_that_is_worked_on(rig: Rig, work: Work) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await work.jobs.hand_on(str(request_id))
    await rig.ask(bob, 2)
    await rig.run(ApproveRequest(**rig.by(ada), request_id=request_id))
    await work.jobs.look_around()
    assert f"hand_on:{request_id}" in {job.lock for job in work.waiting.waiting}


async def test_what_is_approved_now_is_not_held_up_by_what_was_put_off(rig: Rig, work: Work) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.approved(ada, 1)
    await rig.ask(bob, 2)
    await rig.run(ApproveRequest(**rig.by(ada), request_id=request_id))
    approvals = [each for each in await rig.history() if isinstance(each.event, RequestApproved)]
    for each in approvals:
        await work.waiting.defer([job for job in hand_on(each) if isinstance(job, Job)])
    [job] = work.waiting.waiting
    assert (len(approvals), job.args["causation_id"]) == (2, str(approvals[1].event_id))


async def test_what_failed_of_somebody_elses_seasons_is_not_ours(rig: Rig, work: Work) -> None:
    request_id = await rig.approved(await rig.person(), 1, 2)
    await work.jobs.hand_on(str(request_id))
    holds(work, "failed", s1="available", s2="processing", s5="failed")
    await work.jobs.look_again("tv", 7)
    request = await rig.request(request_id)
    assert (request.numbers("available"), request.numbers("handed_on")) == ((1,), (2,))
