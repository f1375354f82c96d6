"""Callers at the same time: sharing a call, leaving it, and waiting for a place."""

import asyncio

import msgspec

from tests.fakes.scripted_server import OK, ScriptedServer, until
from tests.unit.upstream import client_of


async def test_identical_reads_at_the_same_time_share_one_call() -> None:
    async with ScriptedServer() as server, client_of(server) as client:
        server.gate.clear()
        reads = [asyncio.create_task(client.get("/x", params={"q": "1"})) for _ in range(10)]
        other = asyncio.create_task(client.get("/x", params={"q": "2"}))
        foreign = asyncio.create_task(client.get("/x", params={"q": "1"}, headers={"X-API-User": "2"}))
        await until(lambda: server.busy == 3 and client.figures().joined == 9)
        server.gate.set()
        answers = await asyncio.gather(*reads, other, foreign)
        assert [answer.json() for answer in answers] == [{"ok": True}] * 12
        assert len(server.received) == 3
        await client.get("/x", params={"q": "1"})
        assert len(server.received) == 4  # sharing is not caching


async def test_a_caller_who_leaves_does_not_take_the_others_along() -> None:
    async with ScriptedServer() as server, client_of(server) as client:
        server.gate.clear()
        first, second = (asyncio.create_task(client.get("/x")) for _ in range(2))
        await until(lambda: server.busy == 1 and client.figures().joined == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        server.gate.set()
        assert (await second).status_code == 200
        assert first.cancelled()
        assert len(server.received) == 1


async def test_a_call_that_everybody_left_is_given_up() -> None:
    async with ScriptedServer() as server, client_of(server, concurrency=1) as client:
        server.gate.clear()
        only = asyncio.create_task(client.get("/x"))
        await until(lambda: server.busy == 1)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        next_one = asyncio.create_task(client.get("/y"))
        await until(lambda: server.busy == 2)  # the only place is free again, though nothing was answered
        server.gate.set()
        assert (await next_one).status_code == 200


async def test_no_more_calls_run_at_once_than_agreed() -> None:
    async with ScriptedServer() as server, client_of(server, concurrency=3) as client:
        server.gate.clear()
        calls = [asyncio.create_task(client.post("/x")) for _ in range(9)]
        await until(lambda: server.busy == 3)
        server.gate.set()
        assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
        assert server.busiest == 3


async def test_a_cookie_that_one_caller_was_given_is_never_sent_with_anothers_call() -> None:
    given = msgspec.structs.replace(OK, headers={"Set-Cookie": "session=of-somebody; Path=/"})
    async with ScriptedServer(given) as server, client_of(server) as client:
        await client.get("/x", headers={"X-API-User": "1"})
        await client.get("/x", headers={"X-API-User": "2"})
        assert [each.headers.get("cookie") for each in server.received] == [None, None]
