"""Wake-ups between processes, and what is promised when one gets lost."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from tests.contract.event_log.logs import an_append, postgres_log, write

from medianest.adapters.eventlog.signal import Signals

CHANNEL = "medianest_views"
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name LIKE '%signals' AND datname = current_database() AND pid <> pg_backend_pid()"""


def say(url: str, *payloads: str) -> None:
    with psycopg.connect(url) as connection:
        for payload in payloads:
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))


async def test_every_subscriber_hears_everything_in_order(database_url: str) -> None:
    async with Signals(database_url, [CHANNEL]) as signals:
        subscriptions = [signals.subscribe(CHANNEL) for _ in range(3)]
        await subscriptions[0].wait(5)  # a first look
        await subscriptions[0].wait(5)  # LISTEN is in force
        for subscription in subscriptions:
            assert await subscription.wait(0) == []
        await asyncio.to_thread(say, database_url, "board:1", "board:2")
        for subscription in subscriptions:
            heard: list[str] = []
            while len(heard) < 2:
                heard += await subscription.wait(5)
            assert heard == ["board:1", "board:2"]
        signals.unsubscribe(CHANNEL, subscriptions[0])
        await asyncio.to_thread(say, database_url, "board:3")
        assert await subscriptions[1].wait(5) == ["board:3"]
        assert await subscriptions[0].wait(0) == []


async def test_a_channel_that_nobody_named_is_a_mistake(database_url: str) -> None:
    with pytest.raises(KeyError):
        Signals(database_url, [CHANNEL]).subscribe("another")


async def test_after_the_connection_was_cut_subscribers_look_and_hear_again(database_url: str) -> None:
    async with Signals(database_url, [CHANNEL]) as signals:
        subscription = signals.subscribe(CHANNEL)
        for _ in range(2):
            await subscription.wait(5)
        with psycopg.connect(database_url, autocommit=True) as admin:
            assert admin.execute(CUT.encode()).fetchall() == [(True,)]
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert await subscription.wait(10) == []  # look: something may have been missed
        assert loop.time() - begun < 5
        await asyncio.to_thread(say, database_url, "board:4")
        assert await subscription.wait(5) == ["board:4"]


async def test_a_lost_wake_up_costs_a_waiter_a_second_and_no_more(database_url: str) -> None:
    async with postgres_log(database_url) as reader, postgres_log(database_url) as writer:
        (first,) = await writer.log.append(an_append(write(uuid4(), 0, count=1)))
        await reader.log.wait(after=first.position - 1, timeout=10)
        waiting = asyncio.create_task(reader.log.wait(after=first.position, timeout=30))
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(CUT.encode())
        await writer.log.append(an_append(write(uuid4(), 0, count=1)))
        await asyncio.wait_for(waiting, 4)
