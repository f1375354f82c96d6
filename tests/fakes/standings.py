"""What is known here of titles, in memory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.library import LibraryIndex
from medianest.ports.standings import KnownTitle
from medianest.projections.request_board import RequestCard


class Cards(Protocol):
    """A part of `RequestBoard`."""

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Sequence[RequestCard]: ...


class FakeTitleStandings:
    """Implements `TitleStandings` over a board and an index; `asked` counts."""

    def __init__(self, board: Cards, index: LibraryIndex) -> None:
        self._board = board
        self._index = index
        self.asked = 0

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], KnownTitle]:
        if not titles:
            return {}
        self.asked += 1
        held = await self._index.of_titles(titles)
        cards: dict[tuple[MediaType, int], list[RequestCard]] = {}
        for card in await self._board.of_titles(titles):
            cards.setdefault((card.media_type, card.tmdb_id), []).append(card)
        return {
            key: KnownTitle(cards=tuple(cards.get(key, ())), held=held.get(key))
            for key in titles
            if key in cards or key in held
        }
