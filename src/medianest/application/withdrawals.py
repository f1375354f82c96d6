"""Taking back at the gateway what nobody wants any more."""

from contextlib import AbstractAsyncContextManager
from typing import Final
from uuid import UUID

import structlog

from medianest.application.commands import Queues
from medianest.application.library.arrivals import holder_of
from medianest.application.states import States
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.vocabulary import CLOSED
from medianest.domain.title_claim import claim_id
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.request_gateway import GatewayRefused, RequestGateway
from medianest.ports.work import Job, Jobs

REFUSED: Final = 600.0
"""Seconds until a gateway that said no is asked again: somebody has to mend something first, and it is not to be
hammered until they have."""

ADVICE: Final = (
    "It goes on fetching what nobody wants any more. Mend the key of the gateway, or decline the request there by "
    "hand. It is tried again every ten minutes."
)

logger = structlog.get_logger("medianest.requests")


class Withdrawals:
    def __init__(self, states: States, *, gateway: RequestGateway, jobs: Jobs) -> None:
        self._states = states
        self._gateway = gateway
        self._jobs = jobs
        self._turns = Queues()

    def turn(self, request: MediaRequest) -> AbstractAsyncContextManager[None]:
        """One at a time for a title, whoever asks for it: a request that was found alive at the gateway must not be
        taken back before the next holder of the title has recorded it as theirs.

        That holds in one process. Between two of them a call's length remains, after which the next holder's request
        fails visibly as declined, and can be retried.
        """
        return self._turns.behind(claim_id(request.media_type, request.tmdb_id, request.is_4k))

    async def withdraw(
        self,
        request_id: str,
        gateway_id: str | None = None,
        correlation_id: str | None = None,
        causation_id: str | None = None,
    ) -> None:
        """Take back all that a request holds at the gateway, or `gateway_id` alone, of which the request may never have
        heard. Raises GatewayUnavailable: it is tried again, also where the gateway says no, for its key may be
        mended."""
        request = await self._closed(UUID(request_id))
        if request is None:
            return
        held = [gateway_id] if gateway_id else list(dict.fromkeys(request.gateway_ids))
        if len(held) > 1:  # a job for each, so that what went well is not done again with what did not
            await self._jobs.defer([withdraw_job(request_id, each, correlation_id, causation_id) for each in held])
            return
        for each in held:
            async with self.turn(request):
                try:
                    await self._decline(request, each)
                except GatewayRefused as refused:
                    # Nobody waits for an answer, so the log has to say it.
                    logger.warning(
                        "withdrawal_refused",
                        gateway=self._gateway.name,
                        gateway_id=each,
                        request_id=request_id,
                        reason=str(refused),
                        advice=ADVICE,
                    )
                    raise put_off(refused) from refused

    async def take_back(
        self, request: MediaRequest, gateway_id: str, correlation_id: str | None, causation_id: str | None
    ) -> None:
        """Withdraw at once what was made a moment ago for a request that is closed by now; later, where the gateway
        will not. The caller has the `turn`. Raises LogUnavailable and LogFull where it cannot be left for later."""
        if await self._closed(request.request_id) is None:
            return
        try:
            await self._decline(request, gateway_id)
        except (GatewayRefused, GatewayUnavailable):
            later = withdraw_job(str(request.request_id), gateway_id, correlation_id, causation_id)
            await self._jobs.defer([later])

    async def _decline(self, request: MediaRequest, gateway_id: str) -> None:
        """Unless somebody else wants the title by now. The gateway gives them what is alive there already, so it may be
        theirs before that is recorded."""
        holder = await holder_of(self._states, request.media_type, request.tmdb_id, is_4k=request.is_4k)
        if holder is None or not holder.is_live or not _relies_on(holder, gateway_id):
            await self._gateway.decline(gateway_id)

    async def _closed(self, request_id: UUID) -> MediaRequest | None:
        """The request, if nobody wants it any more and nothing of it has come."""
        request = (await self._states.load(MEDIA_REQUEST, request_id))[0]
        return request if request is not None and request.status in CLOSED else None


def _relies_on(holder: MediaRequest, gateway_id: str) -> bool:
    return gateway_id in holder.gateway_ids or bool(holder.numbers("approved", "handed_on"))


def put_off(refused: GatewayRefused) -> GatewayUnavailable:
    """Nobody is there who could be told and try it again, as they do with what could not be handed on."""
    return GatewayUnavailable(str(refused), retry_after=REFUSED)


def withdraw_job(request_id: str, gateway_id: str, correlation_id: str | None, causation_id: str | None) -> Job:
    origin = {"correlation_id": correlation_id, "causation_id": causation_id}
    args = {"request_id": request_id, "gateway_id": gateway_id, **origin}
    return Job(name="withdraw", args=args, lock=f"withdraw:{request_id}:{gateway_id}")
