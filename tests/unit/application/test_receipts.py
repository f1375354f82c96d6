"""An Idempotency-Key: whoever repeats a request is given the answer of the first time."""

import asyncio

import pytest

from medianest.application.commands import DONE
from medianest.domain.media_request.commands import FollowRequest
from medianest.ports.front_door import Answer, Decided, Idempotency, KeyReused, Outcome
from tests.unit.application.rig import CLICK, Rig


def key(name: str = "key", body: bytes = b"hash") -> Idempotency:
    return Idempotency(key=name, body_hash=body)


async def counted(decided: Decided) -> Answer:
    return Answer(status=201, body=str(len(decided.decided)).encode())


async def test_a_repeated_key_is_given_the_first_answer_and_records_nothing(rig: Rig) -> None:
    ada = await rig.person()
    first = await rig.run(rig.wish(ada), wording=counted, idempotency=key())
    head = await rig.log.head()
    again = await rig.run(rig.wish(ada, tmdb_id=8), wording=counted, idempotency=key())
    assert again.answer == first.answer == Answer(status=201, body=b"3")
    assert (first.is_repeat, again.is_repeat, again.recorded) == (False, True, ())
    assert await rig.log.head() == head


async def test_what_is_answered_with_nothing_is_repeated_as_well(rig: Rig) -> None:
    ada = await rig.person()
    first = await rig.run(rig.wish(ada), idempotency=key())
    again = await rig.run(rig.wish(ada, tmdb_id=8), idempotency=key())
    assert (first.answer, first.is_repeat) == (None, False)
    assert (again.answer, again.is_repeat, again.recorded) == (DONE, True, ())


async def test_a_key_over_another_body_is_refused(rig: Rig) -> None:
    ada = await rig.person()
    await rig.run(rig.wish(ada), wording=counted, idempotency=key())
    with pytest.raises(KeyReused):
        await rig.run(rig.wish(ada, tmdb_id=8), wording=counted, idempotency=key(body=b"other"))


async def test_two_people_may_use_the_same_key(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    await rig.run(rig.wish(ada), wording=counted, idempotency=key())
    outcome = await rig.run(rig.wish(bob), wording=counted, idempotency=key())
    assert not outcome.is_repeat


async def test_a_key_is_free_again_after_a_day(rig: Rig) -> None:
    ada = await rig.person()
    await rig.run(rig.wish(ada), wording=counted, idempotency=key())
    rig.clock.advance(24 * 3600)
    outcome = await rig.run(rig.wish(ada, tmdb_id=8), wording=counted, idempotency=key(body=b"other"))
    assert not outcome.is_repeat


async def test_a_refused_request_leaves_its_key_unused(rig: Rig) -> None:
    ada = await rig.person()
    request_id = rig.ids.new()
    with pytest.raises(Exception, match="no such request"):
        await rig.run(
            FollowRequest(**rig.by(ada), request_id=request_id), wording=counted, idempotency=key(body=b"one")
        )
    outcome = await rig.run(rig.wish(ada), wording=counted, idempotency=key(body=b"two"))
    assert not outcome.is_repeat


@pytest.mark.parametrize("processes", [1, 2])
async def test_of_many_at_once_with_one_key_one_is_carried_out(rig: Rig, processes: int) -> None:
    ada = await rig.person()
    buses = [rig.bus, rig.another_bus()][:processes]
    outcomes: list[Outcome] = await asyncio.gather(
        *(
            buses[n % processes].run([rig.wish(ada, tmdb_id=n)], CLICK, wording=counted, idempotency=key())
            for n in range(8)
        )
    )
    assert sum(not outcome.is_repeat for outcome in outcomes) == 1
    assert {outcome.answer for outcome in outcomes} == {Answer(status=201, body=b"3")}
    assert (await rig.tags()).count("media_request.submitted") == 1


async def test_of_two_bodies_at_once_under_one_key_the_later_is_refused(rig: Rig) -> None:
    ada = await rig.person()
    outcomes = await asyncio.gather(
        *(rig.run(rig.wish(ada, tmdb_id=n), wording=counted, idempotency=key(body=str(n).encode())) for n in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Outcome) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, KeyReused) for outcome in outcomes) == 1
    assert (await rig.tags()).count("media_request.submitted") == 1
