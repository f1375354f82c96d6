"""A server that is about to stop says so first."""

import asyncio
from typing import Any

from medianest.main.leaving import CLOSE, Leave

LONG = 3600.0


class Departure:
    """Counts how often the server was told to go."""

    def __init__(self) -> None:
        self.times = 0
        self.has_gone = asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self.has_gone.set()


async def headers_of(leave: Leave) -> list[Any]:
    """Of an answer that is begun now."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http"}
    await leave.around(app)(scope, None, send)  # type: ignore[arg-type]
    return list(sent[0]["headers"])


async def test_it_goes_after_its_time_and_not_before() -> None:
    departure = Departure()
    leave = Leave(0.05, departure)
    assert not leave.is_under_way
    leave.begin()
    assert leave.is_under_way
    assert departure.times == 0
    await asyncio.wait_for(departure.has_gone.wait(), 10)
    assert departure.times == 1
    assert leave.is_under_way


async def test_a_second_signal_ends_the_waiting_and_a_third_changes_nothing() -> None:
    departure = Departure()
    leave = Leave(LONG, departure)
    leave.begin()
    leave.begin()
    assert departure.times == 1
    leave.begin()
    leave.at_once()
    assert departure.times == 1


async def test_without_a_time_to_wait_it_goes_at_once() -> None:
    departure = Departure()
    Leave(0, departure).begin()
    assert departure.times == 1


async def test_answers_ask_for_the_connection_to_be_closed_from_then_on() -> None:
    leave = Leave(LONG, Departure())
    assert await headers_of(leave) == [(b"a", b"b")]
    leave.begin()
    assert await headers_of(leave) == [(b"a", b"b"), CLOSE]
    leave.at_once()
