"""Answers that flow for as long as their reader stays. Thousands may be open at the same time, so each is small."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Send

from medianest.application.tasks import end


class FlowingAnswer(ASGIStreamingResponse):
    """Litestar's streaming answer without anyio's cancel scopes, which take 4 kB and look again and again at those that
    end together. The task of the request waits for its reader to leave; one beside it sends what `iterator`, an
    asynchronous generator, brings, and closes that at the end."""

    __slots__ = ()

    async def send_body(self, send: Send, receive: Receive) -> None:
        async with asyncio.TaskGroup() as group:
            flow = group.create_task(self._flow(send))
            while (await receive())["type"] != "http.disconnect":
                pass  # the body of the request, if there is one
            await end(flow)  # also told so once all of it was sent: then this does nothing

    async def _flow(self, send: Send) -> None:
        async with aclosing(cast("AsyncGenerator[str]", self.iterator)) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
