"""Read, decide, append; again on fresh state when somebody else came first."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CommentOnRequest,
    FollowRequest,
    RejectRequest,
    UnfollowRequest,
)
from medianest.domain.media_request.refusals import RequestAlreadyDecided, RequestNotFound
from medianest.domain.title_claim import TITLE_CLAIM
from medianest.domain.user.commands import RenameUser
from medianest.ports.failures import LogUnavailable, TooBusy
from medianest.ports.front_door import Answer, Decided, Expected, VersionMoved
from tests.fakes.scripted_server import until
from tests.unit.application.rig import CLICK, Rig


async def test_what_was_decided_is_recorded_and_answered(rig: Rig) -> None:
    ada = await rig.person()
    outcome = await rig.run(rig.wish(ada))
    assert [r.event.tag for r in outcome.recorded] == ["title_claim.claimed", "media_request.submitted", "quota.spent"]
    assert outcome.position == await rig.log.head()
    assert {r.correlation_id for r in outcome.recorded} == {"a-click"}


async def test_nothing_is_recorded_where_all_is_so_already(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    head = await rig.log.head()
    outcome = await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    assert (outcome.recorded, outcome.position) == ((), None)
    assert await rig.log.head() == head


async def test_a_refusal_records_nothing_of_the_commands_before_it(rig: Rig) -> None:
    ada = await rig.person()
    request_id, head = await rig.ask(ada), await rig.log.head()
    commands: list[Command] = [
        CommentOnRequest(**rig.by(ada), request_id=request_id, comment_id=rig.ids.new(), text="first"),
        FollowRequest(**rig.by(ada), request_id=rig.ids.new()),
    ]
    with pytest.raises(RequestNotFound):
        await rig.run(*commands)
    assert await rig.log.head() == head
    assert (await rig.request(request_id)).comments == frozenset()


async def test_a_lost_race_decides_again_on_fresh_state(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    rig.log.rivals = [(rig.another_bus(), rig.wish(bob))]
    outcome = await rig.run(rig.wish(ada))
    assert rig.log.lost == 1
    request = await rig.request(outcome.recorded[-1].stream_id)
    assert (request.owner, request.followers) == (bob, (ada,))
    assert (await rig.tags()).count("media_request.submitted") == 1


async def test_a_lost_race_may_end_in_a_refusal(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    rejection = RejectRequest(**rig.by(SYSTEM), request_id=request_id, reason="No.")
    rig.log.rivals = [(rig.another_bus(), rejection)]
    with pytest.raises(RequestAlreadyDecided):
        await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    assert "media_request.approved" not in await rig.tags()


async def test_whoever_loses_every_race_is_told_that_it_is_busy(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    rival = rig.another_bus()
    rig.log.rivals = [
        (rival, kind(**rig.by(bob), request_id=request_id))
        for _ in range(500)
        for kind in (FollowRequest, UnfollowRequest)
    ]
    impatient = rig.bus_on(rig.states, patience=0.05)
    with pytest.raises(TooBusy):
        await impatient.run([ApproveRequest(**rig.by(SYSTEM), request_id=request_id)], CLICK)
    assert rig.log.lost >= 2
    assert "media_request.approved" not in await rig.tags()


async def test_commands_for_one_stream_queue_behind_one_another_and_lose_no_race(rig: Rig) -> None:
    people = [await rig.person() for _ in range(16)]
    outcomes = await asyncio.gather(*(rig.run(rig.wish(person)) for person in people))
    assert sum(any(r.event.tag == "media_request.submitted" for r in o.recorded) for o in outcomes) == 1
    assert rig.log.lost == 0


async def test_one_person_who_asks_for_many_titles_at_once_loses_no_race(rig: Rig) -> None:
    ada = await rig.person()
    await asyncio.gather(*(rig.run(rig.wish(ada, tmdb_id=number)) for number in range(16)))
    assert (await rig.tags()).count("quota.spent") == 16
    assert rig.log.lost == 0


async def test_sixteen_on_two_processes_make_one_request_and_fifteen_followers(rig: Rig) -> None:
    people = [await rig.person() for _ in range(16)]
    buses = [rig.bus, rig.another_bus()]
    await asyncio.gather(*(buses[n % 2].run([rig.wish(person)], CLICK) for n, person in enumerate(people)))
    claim = await rig.state(TITLE_CLAIM, rig.wish(people[0]).claim_id)
    request = await rig.request(claim.holder)
    assert set(request.people) == set(people)
    assert (await rig.tags()).count("media_request.submitted") == 1


async def test_whoever_asks_has_all_that_it_rests_on_read_at_one_go(rig: Rig) -> None:
    ada = await rig.person()
    rig.log.at_once = 0
    await rig.run(rig.wish(ada))
    assert rig.log.at_once == 3  # the person, the claim and the quota


async def test_what_was_read_ahead_and_not_wanted_decides_no_race(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    await rig.ask(ada)
    rig.log.rivals = [(rig.another_bus(), rig.wish(bob, tmdb_id=8))]  # bob's quota moves meanwhile
    await rig.run(rig.wish(bob))  # which spends nothing of it: he joins
    assert rig.log.lost == 0


async def test_who_stands_behind_somebody_whom_the_log_leaves_waiting_is_told_together_with_them(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, others = await rig.person(), [await rig.person() for _ in range(9)]
    request_id = await rig.ask(ada)
    commands = [FollowRequest(**rig.by(other), request_id=request_id) for other in others]
    wishes = [rig.wish(other, tmdb_id=8) for other in others]
    given_up, asked = asyncio.Event(), 0

    async def away(*_stream: object, **_between: object) -> Sequence[Recorded]:
        nonlocal asked
        asked += 1
        await given_up.wait()
        raise LogUnavailable

    with monkeypatch.context() as outage:
        outage.setattr(rig.log, "read_stream", away)
        told = [asyncio.create_task(rig.run(command)) for command in (*commands, *wishes)]
        await until(lambda: asked > 0)
        before = asked
        given_up.set()
        done, waiting = await asyncio.wait(told, timeout=5)
        assert not waiting
        assert {type(each.exception()) for each in done} == {LogUnavailable}
        assert asked == before, "nobody asks once more"
    assert rig.bus.queues == 0
    await asyncio.gather(*(rig.run(command) for command in (*commands, *wishes)))


async def test_a_queue_is_forgotten_when_nobody_stands_in_it(rig: Rig) -> None:
    people = [await rig.person() for _ in range(4)]
    given_up = asyncio.create_task(rig.run(rig.wish(people[0])))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(*(rig.run(rig.wish(person)) for person in people), return_exceptions=True)
    await asyncio.gather(given_up, return_exceptions=True)
    assert rig.bus.queues == 0


async def test_an_expected_version_lets_through_what_it_names(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    expected = Expected(aggregate=MEDIA_REQUEST, stream_id=request_id, version=1)
    await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id), expected=expected)
    with pytest.raises(VersionMoved) as moved:
        await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id), expected=expected)
    assert moved.value.current == 2


async def test_an_expected_version_that_moves_meanwhile_is_noticed(rig: Rig) -> None:
    request_id, bob = await rig.ask(await rig.person()), await rig.person()
    rig.log.rivals = [(rig.another_bus(), FollowRequest(**rig.by(bob), request_id=request_id))]
    with pytest.raises(VersionMoved) as moved:
        await rig.run(
            ApproveRequest(**rig.by(SYSTEM), request_id=request_id),
            expected=Expected(aggregate=MEDIA_REQUEST, stream_id=request_id, version=1),
        )
    assert moved.value.current == 2
    assert "media_request.approved" not in await rig.tags()


async def test_a_repeated_command_id_records_once_and_answers_the_same(rig: Rig) -> None:
    ada, command_id = await rig.person(), rig.ids.new()
    renamed = RenameUser(**rig.by(ada), user_id=ada, name="Countess")
    first = await rig.run(renamed, command_id=command_id)
    again = await rig.run(renamed, command_id=command_id)
    elsewhere = await rig.another_bus().run([renamed], CLICK, command_id=command_id)
    assert first.recorded == again.recorded == elsewhere.recorded
    assert (await rig.tags()).count("user.renamed") == 1


async def test_a_repeated_command_id_leaves_no_version_behind_that_the_log_does_not_have(rig: Rig) -> None:
    ada, command_id = await rig.person(), rig.ids.new()
    renamed = RenameUser(**rig.by(ada), user_id=ada, name="Countess")
    for _ in range(2):
        await rig.run(renamed, command_id=command_id)
    lost = rig.log.lost
    await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Lady"))
    assert rig.log.lost == lost


async def test_the_ids_that_a_wording_sees_are_those_that_are_recorded(rig: Rig) -> None:
    ada = await rig.person("auto_approve")

    async def ids(decided: Decided) -> Answer:
        return Answer(status=200, body=" ".join(f"{r.event_id}:{r.version}" for r in decided.decided).encode())

    outcome = await rig.run(rig.wish(ada, 2, 1), wording=ids)
    assert outcome.answer is not None
    assert outcome.answer.body.decode().split() == [f"{r.event_id}:{r.version}" for r in outcome.recorded]
    assert len(outcome.recorded) == 4


async def test_a_wording_that_fails_records_nothing(rig: Rig) -> None:
    ada, head = await rig.person(), await rig.log.head()

    async def fails(_decided: Decided) -> Answer:
        raise LookupError

    with pytest.raises(LookupError):
        await rig.run(rig.wish(ada), wording=fails)
    assert await rig.log.head() == head


async def test_an_append_over_several_streams_is_whole_or_absent(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    other = rig.another_bus()
    wish = rig.wish(ada)
    rig.log.rivals = [(other, rig.wish(bob))]
    await rig.run(wish)
    streams: dict[UUID, list[str]] = {}
    for recorded in await rig.history():
        streams.setdefault(recorded.stream_id, []).append(recorded.event.tag)
    assert wish.request_id not in streams
    assert ["title_claim.claimed"] in streams.values()
    assert sum(tags[0] == "quota.spent" for tags in streams.values()) == 1
