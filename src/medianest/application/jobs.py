"""The work behind the reactions: the only place where outside effects run.

Every job may run twice, or die half-way: it looks, acts, and then records by a command.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from medianest.application.letter_jobs import LetterJobs
from medianest.application.library.arrivals import Arrivals, holder_of, pages
from medianest.application.origin import context_of
from medianest.application.people_jobs import PeopleJobs
from medianest.application.states import States
from medianest.application.withdrawals import Withdrawals, put_off
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.commands import (
    CompleteRequest,
    ExpireRequest,
    RecordFailure,
    RecordHandOver,
)
from medianest.domain.media_request.refusals import RequestNotApproved
from medianest.domain.media_request.vocabulary import OPEN, MediaType
from medianest.ports.event_log import Context
from medianest.ports.failures import Unavailable
from medianest.ports.front_door import Commands, Expected, VersionMoved
from medianest.ports.request_gateway import GatewayRefused, GatewayRequest, RequestGateway
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.views import BoardFilter, RequestBoard
from medianest.ports.work import Job, Jobs
from medianest.projections.request_board import RequestCard

SWEEP: Final = 200
"""Requests that a periodic job looks at at one go."""


class RequestJobs:
    """Between the requests and the gateway that fetches them."""

    def __init__(
        self,
        commands: Commands,
        states: States,
        *,
        gateway: RequestGateway,
        arrivals: Arrivals,
        board: RequestBoard,
        jobs: Jobs,
        clock: Clock,
        ids: Ids,
        expiry: timedelta | None = None,
    ) -> None:
        self._commands = commands
        self._states = states
        self._expiry = expiry
        self._gateway = gateway
        self._arrivals = arrivals
        self._board = board
        self._jobs = jobs
        self._clock = clock
        self._ids = ids
        self.withdrawals = Withdrawals(states, gateway=gateway, jobs=jobs)
        self._unrecorded: dict[UUID, str] = {}
        """What was asked for at the gateway while the log would not take it, by request."""

    async def hand_on(
        self, request_id: str, correlation_id: str | None = None, causation_id: str | None = None
    ) -> None:
        """Ask the gateway for what is approved, unless it is there already. Without a gateway it waits for an
        administrator, or for its arrival."""
        request = await self._find(UUID(request_id))
        if request is None:
            return
        if request.numbers("approved"):
            with suppress(Unavailable):  # then it is fetched: nobody knows that it would be for nothing
                await self._arrivals.look(request.media_type, request.tmdb_id, correlation_id, causation_id)
        async with self.withdrawals.turn(request):
            await self._ask(request.request_id, correlation_id, causation_id)

    async def look_again(self, media_type: MediaType, tmdb_id: int, correlation_id: str | None = None) -> None:
        """Ask the gateway how far a title is, in both qualities, and record what became of it. Raises
        GatewayUnavailable, also where the gateway says no, as withdrawing does."""
        for is_4k in (False, True):
            request = await holder_of(self._states, media_type, tmdb_id, is_4k=is_4k)
            if request is not None and self._gateway.is_configured:
                try:
                    there = await self._gateway.status(media_type=media_type, tmdb_id=tmdb_id, is_4k=is_4k)
                except GatewayRefused as refused:
                    raise put_off(refused) from refused
                await self._report(context_of(correlation_id, None, self._ids), request, there)

    async def look_around(self) -> None:
        """From time to time: hand on what waits, and look at what the gateway works on, for a report can be lost."""
        if not self._gateway.is_configured:
            return
        waiting = partial(self._board.list, BoardFilter(status="approved"), sort="oldest", limit=SWEEP)
        async for cards in pages(waiting):
            await self._jobs.defer(_handing_on(cards))
        # To the end: a look that finds nothing new changes nothing, and would come upon the same ones each time.
        async for cards in pages(partial(self._board.handed_on, limit=SWEEP)):
            looks = [look_again_job(card.media_type, card.tmdb_id) for card in cards]
            await self._jobs.defer([*_handing_on(cards), *looks])

    async def expire(self) -> None:
        """Let go of what nobody decided on, where the house wants that: its title and quota are free again."""
        if self._expiry is None:
            return
        since = self._clock.now() - self._expiry
        for card in await self._board.waiting(untouched_since=since, limit=SWEEP):
            order = ExpireRequest(actor=SYSTEM, at=self._clock.now(), request_id=card.request_id)
            seen = Expected(aggregate=MEDIA_REQUEST, stream_id=card.request_id, version=card.version)
            with suppress(Refused, VersionMoved):  # something happened to it a moment ago
                await self._commands.run([order], context_of(None, None, self._ids), expected=seen)

    async def _ask(self, request_id: UUID, correlation_id: str | None, causation_id: str | None) -> None:
        """Ask for what is approved by now, and record it; take back what nobody wants any more meanwhile."""
        request = await self._find(request_id)
        if request is None or not self._gateway.is_configured:
            return
        if parts := request.numbers("approved"):
            seasons = request.seasons(parts)
            context = context_of(correlation_id, causation_id, self._ids)
            try:
                there = await self._gateway.create(
                    media_type=request.media_type, tmdb_id=request.tmdb_id, is_4k=request.is_4k, seasons=seasons
                )
            except GatewayRefused as refused:
                await self._record(context, RecordFailure, request, error=str(refused))
                return
            if there.gateway_id is None or await self._hand_over(context, request, there.gateway_id, seasons):
                await self._report(context, request, there)
                return
        # Closed, as a rule before anything was asked for. What a process asked for that died before it could record it,
        # or never heard the answer, is not to be told from what others asked for there: the gateway says that the title
        # is wanted and not by whom, and our key acts as the same person who clicks there. So that is left alone:
        # fetching what nobody wants does less harm than taking it from somebody who does.
        if (made := self._unrecorded.get(request_id)) is not None:
            await self.withdrawals.take_back(request, made, correlation_id, causation_id)
            del self._unrecorded[request_id]

    async def _hand_over(
        self, context: Context, request: MediaRequest, gateway_id: str, seasons: tuple[int, ...]
    ) -> bool:
        """Record that the gateway has it; False where nothing of it is approved any more. `_unrecorded` holds it until
        then: the log may be away now, and the request be closed before the next attempt."""
        self._unrecorded[request.request_id] = gateway_id
        with suppress(RequestNotApproved):  # taken back while the gateway was asked
            order = {"gateway": self._gateway.name, "gateway_id": gateway_id, "seasons": seasons}
            await self._record(context, RecordHandOver, request, **order)
            del self._unrecorded[request.request_id]
            return True
        return False

    async def _report(self, context: Context, request: MediaRequest, there: GatewayRequest) -> None:
        """Record what the gateway says of those parts of the request that have not come yet."""
        if there.status == "available" and not there.seasons:
            await self._record(context, CompleteRequest, request, seasons=None)
            return
        awaited = request.numbers(*OPEN)
        if arrived := tuple(n for n in awaited if there.seasons.get(n) == "available"):
            await self._record(context, CompleteRequest, request, seasons=arrived)
        # What went wrong there may concern seasons that only somebody else asked for.
        if not any(there.seasons.get(n, there.status) == there.status for n in awaited):
            return
        if there.status == "failed":
            await self._record(context, RecordFailure, request, error=f"{self._gateway.name} could not fetch it.")
        elif there.status == "declined":
            await self._record(context, RecordFailure, request, error=f"It was declined at {self._gateway.name}.")

    async def _record(
        self, context: Context, command: Callable[..., Command], request: MediaRequest, **fields: object
    ) -> None:
        order = command(actor=SYSTEM, at=self._clock.now(), request_id=request.request_id, **fields)
        await self._commands.run([order], context)

    async def _find(self, request_id: UUID) -> MediaRequest | None:
        return (await self._states.load(MEDIA_REQUEST, request_id))[0]


def _handing_on(cards: Sequence[RequestCard]) -> list[Job]:
    return [
        Job(name="hand_on", args={"request_id": str(card.request_id)}, lock=f"hand_on:{card.request_id}")
        for card in cards
        if any(part.status == "approved" for part in card.parts)
    ]


def look_again_job(media_type: MediaType, tmdb_id: int, correlation_id: str | None = None) -> Job:
    return Job(
        name="look_again",
        args={"media_type": media_type, "tmdb_id": tmdb_id, "correlation_id": correlation_id},
        lock=f"look_again:{media_type}:{tmdb_id}",
        is_urgent=True,  # something changed just now: an earlier look that waits until the key is mended waits too long
    )


def job_handlers(
    requests: RequestJobs, people: PeopleJobs, letters: LetterJobs
) -> Mapping[str, Callable[..., Awaitable[None]]]:
    """By the name under which jobs are stored."""
    return {
        "hand_on": requests.hand_on,
        "withdraw": requests.withdrawals.withdraw,
        "look_again": requests.look_again,
        "look_around": requests.look_around,
        "expire": requests.expire,
        "forget": people.forget,
        "send_reset": letters.send_reset,
        "send_password_changed": letters.send_password_changed,
        "send_account_changed": letters.send_account_changed,
        "send_new_device": letters.send_new_device,
    }


PERIODIC: Final[tuple[tuple[str, str], ...]] = (("*/10 * * * *", "look_around"), ("37 * * * *", "expire"))
"""(cron, job name). Every ten minutes is often enough for reports that were lost."""
