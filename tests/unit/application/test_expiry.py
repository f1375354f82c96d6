"""Requests that nobody decides on, where the house lets them expire."""

from datetime import timedelta

from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.commands import ApproveRequest, CommentOnRequest
from medianest.domain.quota import QUOTA, quota_id
from medianest.domain.title_claim import TITLE_CLAIM
from tests.unit.application.rig import Rig
from tests.unit.application.test_request_jobs import Work

DAY = 24 * 3600
TEN_DAYS = timedelta(days=10)


async def test_what_nobody_decides_on_expires_and_frees_its_title_and_its_quota(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    rig.clock.advance(11 * DAY)
    for _ in range(2):
        await Work(rig, expiry=TEN_DAYS).jobs.expire()
    assert (await rig.request(request_id)).status == "expired"
    assert (await rig.state(TITLE_CLAIM, rig.wish(ada).claim_id)).holder is None
    assert (await rig.state(QUOTA, quota_id(ada))).parts_of(request_id) == set()
    assert (await rig.tags()).count("media_request.expired") == 1
    assert await rig.ask(ada) != request_id


async def test_only_the_seasons_that_wait_expire(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada, 1, 2)
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id, seasons=(1,)))
    rig.clock.advance(11 * DAY)
    await Work(rig, expiry=TEN_DAYS).jobs.expire()
    request = await rig.request(request_id)
    assert (request.status, request.numbers("expired")) == ("approved", (2,))
    assert (await rig.state(QUOTA, quota_id(ada))).parts_of(request_id) == {1}


async def test_whatever_happens_to_a_request_gives_it_time(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    rig.clock.advance(9 * DAY)
    await rig.run(CommentOnRequest(**rig.by(ada), request_id=request_id, comment_id=rig.ids.new(), text="Please?"))
    rig.clock.advance(9 * DAY)
    await Work(rig, expiry=TEN_DAYS).jobs.expire()
    assert (await rig.request(request_id)).status == "pending"


async def test_a_house_that_sets_no_time_waits_for_ever(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    rig.clock.advance(3650 * DAY)
    await Work(rig).jobs.expire()
    assert (await rig.request(request_id)).status == "pending"
