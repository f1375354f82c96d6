"""The command bus: read, decide, append; again on fresh state when somebody else came first."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from uuid import UUID

from medianest.application.decision import Decision
from medianest.application.states import States
from medianest.domain.catalog import aggregate_of
from medianest.domain.kernel import SYSTEM, Command, Recorded, Refused
from medianest.domain.quota import quota_id
from medianest.domain.request_workflow import AskForTitle
from medianest.ports.event_log import Conflict, Context, EventLog, Receipt, Receipts, ReceiptTaken
from medianest.ports.failures import LogUnavailable, TooBusy
from medianest.ports.front_door import Answer, Expected, Idempotency, KeyReused, Outcome, VersionMoved, Wording
from medianest.ports.surroundings import Ids

PATIENCE: Final = 2.0
"""Seconds for which a lost race is run again."""

DONE: Final = Answer(status=204, body=b"null")
"""What is kept where there is nothing to say but that it was done."""

Handler = Callable[[Any, Decision], Awaitable[None]]
"""Turns a command that spans aggregates into commands that one aggregate answers."""


class CommandBus:
    """Implements `Commands`. `handlers` are for commands that no single aggregate answers; `patience` is in seconds."""

    def __init__(
        self,
        log: EventLog,
        states: States,
        receipts: Receipts,
        ids: Ids,
        handlers: Mapping[type[Command], Handler],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._log = log
        self._states = states
        self._receipts = receipts
        self._ids = ids
        self._handlers = handlers
        self._patience = patience
        self._queues = Queues()

    @property
    def queues(self) -> int:
        """Streams that somebody works on or waits for."""
        return len(self._queues)

    async def run(
        self,
        commands: Sequence[Command],
        context: Context,
        *,
        command_id: UUID | None = None,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
        expected: Expected | Sequence[Expected] | None = None,
    ) -> Outcome:
        actor = commands[0].actor
        if given := await self._given(actor, idempotency):
            return given
        async with self._queues.behind(*_queue_keys(commands[0])):
            deadline = asyncio.get_running_loop().time() + self._patience
            attempt = 0
            while True:
                decision = Decision(
                    self._log,
                    self._states,
                    command_id=command_id or self._ids.new(),
                    actor=actor,
                    context=context,
                )
                try:
                    for each in [expected] if isinstance(expected, Expected) else expected or ():
                        await decision.expect(each)
                    outcome = await self._once(commands, decision, wording, idempotency)
                except Conflict:
                    decision.forget()
                except ReceiptTaken:
                    decision.forget()
                    if given := await self._given(actor, idempotency):
                        return given
                except (Refused, VersionMoved) as no:
                    # What is in the way may be what the same key just did: then its answer is the answer.
                    if given := await self._given(actor, idempotency):
                        return given
                    if isinstance(no, VersionMoved) or await decision.holds():
                        raise
                else:
                    given = None if outcome.recorded else await self._given(actor, idempotency)
                    return given or outcome
                attempt += 1
                pause = random.uniform(0, min(0.005 * 2**attempt, 0.2))  # noqa: S311 - jitter, not a secret
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise TooBusy(retry_after=1)
                await asyncio.sleep(pause)

    async def rehearse(self, commands: Sequence[Command], context: Context) -> Sequence[Recorded]:
        actor = commands[0].actor
        decision = Decision(self._log, self._states, command_id=self._ids.new(), actor=actor, context=context)
        await self._decide(commands, decision)
        return decision.decided

    async def _decide(self, commands: Sequence[Command], decision: Decision) -> None:
        for command in commands:
            handler = self._handlers.get(type(command))
            await (handler(command, decision) if handler else decision.decide(command))

    async def _once(
        self,
        commands: Sequence[Command],
        decision: Decision,
        wording: Wording | None,
        idempotency: Idempotency | None,
    ) -> Outcome:
        await self._decide(commands, decision)
        answer = await wording(decision) if wording else None
        receipt = _receipt(commands[0].actor, idempotency, answer)
        if (append := decision.append(receipt)) is None:
            return Outcome(answer=answer, recorded=(), position=None)
        recorded = await self._log.append(append)
        await decision.keep(recorded)
        return Outcome(answer=answer, recorded=recorded, position=recorded[-1].position)

    async def _given(self, actor: UUID, idempotency: Idempotency | None) -> Outcome | None:
        """The answer that this key was given before. Raises KeyReused when it stood over another body."""
        receipt = await self._receipts.find(actor, idempotency.key) if idempotency else None
        if receipt is None or idempotency is None:
            return None
        if receipt.body_hash != idempotency.body_hash:
            raise KeyReused
        return Outcome(
            answer=Answer(status=receipt.status, body=receipt.answer), recorded=(), position=None, is_repeat=True
        )


class _Queue:
    """`outage`: why somebody gave up at the head of it. Whoever stands in it then is told so, and it is over."""

    def __init__(self) -> None:
        self.head = asyncio.Lock()
        self.standing = 0
        self.outage: LogUnavailable | None = None


class Queues:
    """Inside one process, commands for one stream queue behind one another instead of racing.

    Who stands in several queues enters them in one order: no two commands wait for each other. Where the log leaves
    the first one waiting until they give up, those behind them are told so too, instead of waiting as long once more,
    each after the other.
    """

    def __init__(self) -> None:
        self._queues: dict[UUID, _Queue] = {}

    def __len__(self) -> int:
        return len(self._queues)

    @asynccontextmanager
    async def behind(self, *keys: UUID) -> AsyncIterator[None]:
        """Raises LogUnavailable where somebody in front did."""
        async with AsyncExitStack() as entered:
            for key in keys:
                await entered.enter_async_context(self._behind(key))
            yield

    @asynccontextmanager
    async def _behind(self, key: UUID) -> AsyncIterator[None]:
        queue = self._queues.setdefault(key, _Queue())
        queue.standing += 1
        try:
            async with queue.head:
                if queue.outage is not None:
                    raise LogUnavailable(retry_after=queue.outage.retry_after) from queue.outage
                yield
        except LogUnavailable as outage:
            queue.outage = queue.outage or outage
            self._forget(key, queue)  # whoever comes now begins another one, and looks for themselves
            raise
        finally:
            queue.standing -= 1
            if not queue.standing:
                self._forget(key, queue)

    def _forget(self, key: UUID, queue: _Queue) -> None:
        if self._queues.get(key) is queue:
            del self._queues[key]


def _queue_keys(command: Command) -> Sequence[UUID]:
    """The streams that others are likely to want as well. Quotas come before claims, everywhere."""
    if isinstance(command, AskForTitle):
        return quota_id(command.actor), command.claim_id
    try:
        aggregate = aggregate_of(type(command))
    except KeyError:
        return () if command.actor == SYSTEM else (command.actor,)  # what follows from many events goes on side by side
    return (aggregate.stream_id(command),)


def _receipt(actor: UUID, idempotency: Idempotency | None, answer: Answer | None) -> Receipt | None:
    if idempotency is None:
        return None
    answer = answer or DONE
    return Receipt(
        actor=actor, key=idempotency.key, body_hash=idempotency.body_hash, status=answer.status, answer=answer.body
    )
