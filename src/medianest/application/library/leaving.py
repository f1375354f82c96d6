"""What is gone from all servers, told to the requests that had brought it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from medianest.application.origin import context_of
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.media_request.commands import RecordLeave
from medianest.domain.media_request.vocabulary import FILM, MediaType
from medianest.ports.front_door import Commands
from medianest.ports.library import LeftCopies, LeftCopy
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.views import RequestBoard
from medianest.projections.request_board import RequestCard

BATCH: Final = 200

Left = Mapping[tuple[MediaType, int, bool], set[int]]
"""By media type, TMDB id and whether in 4K: the parts that no server holds any more."""


class Leaving:
    def __init__(self, commands: Commands, copies: LeftCopies, *, board: RequestBoard, clock: Clock, ids: Ids) -> None:
        self._commands = commands
        self._copies = copies
        self._board = board
        self._clock = clock
        self._ids = ids

    async def titles_left(self) -> int:
        """How many requests now know that something of theirs left. Run again, it says nothing twice."""
        told = 0
        while batch := await self._copies.untold(limit=BATCH):
            left = left_of(batch)
            for card in await self._board.of_titles({(kind, tmdb_id) for kind, tmdb_id, _ in left}):
                told += await self._tell(card, left)
            await self._copies.told(batch)
        return told

    async def _tell(self, card: RequestCard, left: Left) -> bool:
        parts = left.get((card.media_type, card.tmdb_id, card.is_4k), set())
        seasons = tuple(
            sorted(it.number for it in card.parts if it.number in parts and it.status == "available" and not it.is_gone)
        )
        if not seasons:
            return False
        order = RecordLeave(
            actor=SYSTEM,
            at=self._clock.now(),
            request_id=card.request_id,
            seasons=None if card.media_type == "movie" else seasons,
        )
        with suppress(Refused):  # it is no more what the card says
            await self._commands.run([order], context_of(None, None, self._ids))
        return True


def left_of(copies: Iterable[LeftCopy]) -> Left:
    """What left by these copies. What was asked for in 4K left when nothing in 4K is held; what was asked for in any
    other quality, when nothing is: a better copy is no loss."""
    left: dict[tuple[MediaType, int, bool], set[int]] = {}
    for copy in copies:
        if copy.media_type is None or copy.tmdb_id is None:
            continue
        part = FILM if copy.season is None else copy.season
        if copy.is_4k and not copy.is_held_4k:
            left.setdefault((copy.media_type, copy.tmdb_id, True), set()).add(part)
        if not copy.is_held:
            left.setdefault((copy.media_type, copy.tmdb_id, False), set()).add(part)
    return left
