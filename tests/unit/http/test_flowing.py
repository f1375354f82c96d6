"""An answer that flows: it ends with its reader, with its pieces, or with an error, and closes what it came from."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from litestar.types import HTTPReceiveMessage, Message

from medianest.adapters.http.foundation.flowing import FlowingAnswer


class Reader:
    """Takes pieces, and says that it is gone when the answer is complete or when it leaves."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> HTTPReceiveMessage:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.taken.append(message)
        if message["type"] == "http.response.body" and not message["more_body"]:
            self.leaves.set()


class Spring:
    is_closed = False

    async def flow(self, *pieces: str, then: "asyncio.Future[None] | None" = None) -> AsyncGenerator[str, None]:
        try:
            for piece in pieces:
                yield piece
            if then is not None:
                await then
        finally:
            self.is_closed = True


async def begun(reader: Reader, pieces: AsyncGenerator[str, None]) -> "asyncio.Future[None]":
    """An answer of which the reader has something already."""
    flowing = asyncio.ensure_future(FlowingAnswer(iterator=pieces).send_body(reader.send, reader.receive))
    while not reader.taken:
        await asyncio.sleep(0)
    return flowing


async def test_it_ends_when_there_is_no_more() -> None:
    reader, spring = Reader(), Spring()
    await FlowingAnswer(iterator=spring.flow("a", "b")).send_body(reader.send, reader.receive)
    assert [(taken["body"], taken["more_body"]) for taken in reader.taken] == [  # type: ignore[typeddict-item]
        (b"a", True),
        (b"b", True),
        (b"", False),
    ]
    assert spring.is_closed


async def test_it_ends_when_its_reader_leaves() -> None:
    reader, spring = Reader(), Spring()
    never = asyncio.get_running_loop().create_future()
    flowing = await begun(reader, spring.flow("a", then=never))
    assert not flowing.done()
    reader.leaves.set()
    await asyncio.wait_for(flowing, 5)
    assert spring.is_closed
    assert len(reader.taken) == 1, "nothing more is said to somebody who has left"


async def test_what_goes_wrong_is_not_taken_for_the_end() -> None:
    reader, spring = Reader(), Spring()
    broken = asyncio.get_running_loop().create_future()
    broken.set_exception(RuntimeError("broken"))
    with pytest.raises(ExceptionGroup) as raised:
        await FlowingAnswer(iterator=spring.flow("a", then=broken)).send_body(reader.send, reader.receive)
    assert raised.group_contains(RuntimeError, match="broken")
    assert spring.is_closed
    assert len(reader.taken) == 1


async def test_a_server_that_ends_takes_it_along() -> None:
    reader, spring = Reader(), Spring()
    never = asyncio.get_running_loop().create_future()
    flowing = await begun(reader, spring.flow("a", then=never))
    flowing.cancel()
    await asyncio.wait([flowing])
    assert flowing.cancelled()
    assert spring.is_closed


async def test_it_ends_with_its_reader_although_the_end_was_forgotten_once() -> None:
    """Up to Python 3.11, `wait_for` forgets to be cancelled in the moment in which it has what it waited for."""
    reader, freed = Reader(), asyncio.Event()

    async def pieces() -> AsyncGenerator[str, None]:
        yield "a"
        await asyncio.wait_for(freed.wait(), 10)
        await asyncio.Event().wait()

    flowing = await begun(reader, pieces())
    for _ in range(5):
        await asyncio.sleep(0)
    freed.set()
    await asyncio.sleep(0)
    reader.leaves.set()
    await asyncio.wait_for(flowing, 5)
