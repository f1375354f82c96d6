"""The work behind a deletion: what is left to do when somebody was forgotten."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from medianest.application.identity.departure import Departure
from medianest.application.identity.links import LinkDesk
from medianest.application.origin import context_of
from medianest.domain.kernel import Refused
from medianest.domain.media_request.commands import CancelRequest, RequestCommand, UnfollowRequest
from medianest.ports.failures import ViewsBehind
from medianest.ports.front_door import Commands
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.views import BoardFilter, Eraser, RequestBoard, ViewProgress

PATIENCE: Final = 5.0
"""Seconds that a job waits for a view before it is tried again later."""

SWEEP: Final = 200
"""Requests that are looked at in one go."""


class PeopleJobs:
    """What is left to do when somebody was deleted."""

    def __init__(
        self,
        commands: Commands,
        departure: Departure,
        links: LinkDesk,
        *,
        board: RequestBoard,
        progress: ViewProgress,
        eraser: Eraser,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._departure = departure
        self._links = links
        self._board = board
        self._progress = progress
        self._eraser = eraser
        self._clock = clock
        self._ids = ids

    async def forget(
        self,
        user_id: str,
        position: int = 0,
        correlation_id: str | None = None,
        causation_id: str | None = None,
    ) -> None:
        """Destroy the keys, should that have been interrupted, empty what views hold of the person, free their
        accounts elsewhere, and leave every request they own or follow.

        `position` is that of the deletion: both views must have come so far. Raises ViewsBehind.
        """
        person = UUID(user_id)
        context = context_of(correlation_id, causation_id, self._ids)
        await self._departure.forget(person)
        if not await self._progress.wait(("request_board", "linked_accounts"), position=position, timeout=PATIENCE):
            raise ViewsBehind
        await self._eraser.erase()
        await self._links.forget(person, context)
        page = await self._board.list(BoardFilter(member=person), sort="newest", limit=SWEEP, after=None)
        while True:
            for card in page.items:
                # In this order, whatever the card says: whoever follows may inherit it at this very moment, and whoever
                # does not follow any more will not.
                for leave in (UnfollowRequest, CancelRequest):
                    order: RequestCommand = leave(actor=person, at=self._clock.now(), request_id=card.request_id)
                    with suppress(Refused):  # it is somebody else's, or settled: then it stays as it is
                        await self._commands.run([order], context)
            if page.next_key is None:
                return
            page = await self._board.list(BoardFilter(member=person), sort="newest", limit=SWEEP, after=page.next_key)
