"""What waits for one listener, and which listeners a message concerns."""

import asyncio
from uuid import uuid4

from medianest.application.audience import Audience
from medianest.application.mailbox import Mailbox
from medianest.application.viewer import Viewer

MEMBER = Viewer(user_id=uuid4(), permissions=frozenset({"request"}))
LEADER = Viewer(user_id=uuid4(), permissions=frozenset({"request", "manage_requests"}))


async def test_messages_come_in_their_order_also_to_one_who_waits_already() -> None:
    mailbox = Mailbox[str](room=3)
    first = asyncio.ensure_future(mailbox.take())
    await asyncio.sleep(0)
    for word in "abc":
        mailbox.put(word, instead="too much")
    assert [await first, await mailbox.take(), await mailbox.take()] == ["a", "b", "c"]


async def test_where_too_much_waits_one_word_takes_its_place() -> None:
    mailbox = Mailbox[str](room=2)
    for word in "abc":
        mailbox.put(word, instead="too much")
    assert await mailbox.take() == "too much"
    mailbox.put("d", instead="too much")
    assert await mailbox.take() == "d"


async def test_silence_is_noticed_and_is_no_end() -> None:
    mailbox = Mailbox[str](room=2)
    assert await mailbox.take(within=0.001) is None
    assert not mailbox.is_over
    mailbox.put("a", instead="too much")
    assert await mailbox.take(within=60) == "a"


async def test_what_waits_is_read_before_the_end_unless_it_is_too_much() -> None:
    patient, full, waited_for = [Mailbox[str](room=2) for _ in range(3)]
    patient.put("a", instead="too much")
    for word in "ab":
        full.put(word, instead="too much")
    waiting = asyncio.ensure_future(waited_for.take())
    await asyncio.sleep(0)
    for mailbox in (patient, full, waited_for):
        mailbox.end()
    assert not patient.is_over
    assert await patient.take() == "a"
    assert [patient.is_over, full.is_over, await waiting] == [True, True, None]


async def test_whoever_gave_up_waiting_misses_nothing() -> None:
    mailbox = Mailbox[str](room=2)
    waiting = asyncio.ensure_future(mailbox.take())
    await asyncio.sleep(0)
    mailbox.put("a", instead="too much")
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await mailbox.take() == "a"


def test_a_message_finds_its_people_and_those_who_may_each_once() -> None:
    audience = Audience[str]()
    with audience.joined("hers", MEMBER), audience.joined("hers too", MEMBER), audience.joined("his", LEADER):
        assert set(audience.concerned([MEMBER.user_id], None)) == {"hers", "hers too"}
        assert set(audience.concerned([], "manage_requests")) == {"his"}
        assert sorted(audience.concerned([MEMBER.user_id, LEADER.user_id], "manage_requests")) == [
            "hers",
            "hers too",
            "his",
        ]
        assert not audience.concerned([uuid4()], "manage_settings")
        assert len(audience) == 3
    assert len(audience) == 0
    assert not audience.concerned([MEMBER.user_id, LEADER.user_id], "manage_requests")


async def test_what_comes_after_the_end_does_not_put_it_off() -> None:
    mailbox = Mailbox[int](10)
    mailbox.put(1, instead=0)
    mailbox.end()
    mailbox.put(2, instead=0)
    assert await mailbox.take() == 1
    assert mailbox.is_over
