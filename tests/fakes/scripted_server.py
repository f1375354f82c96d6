"""A real HTTP server that says what a test tells it to say."""

import asyncio
from collections.abc import Callable

from medianest.adapters.standin.server import Answer, Received, Standin, json_answer

OK = json_answer({"ok": True})


class ScriptedServer(Standin):
    """Answers with `script`, one item after the other, and with the last one for ever after. While `gate` is closed,
    answers wait; `busiest` is how many ever waited at once."""

    def __init__(self, *script: Answer | Callable[[Received], Answer]) -> None:
        super().__init__()
        self._script = list(script or (OK,))
        self.gate = asyncio.Event()
        self.gate.set()
        self.busy = 0
        self.busiest = 0

    async def answer(self, request: Received) -> Answer:
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await self.gate.wait()
        self.busy -= 1
        return step if isinstance(step, Answer) else step(request)


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Return once `condition` holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
