"""Films and series as the provider knows them, with what became of them here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from medianest.application.asking import TitleNotFound
from medianest.application.queries.bus import Answering
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import CLOSED, FILM, MediaType, PartStatus, RequestStatus
from medianest.ports.front_door import Query
from medianest.ports.metadata import Metadata, Title, TitleDetails
from medianest.ports.views import RequestBoard
from medianest.projections.request_board import RequestCard


class OwnRequest(msgspec.Struct, frozen=True, kw_only=True):
    request_id: UUID
    status: RequestStatus
    is_4k: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a title here: None where nobody asked for it. `own` is the asker's newest request for it, or the
    newest one that they follow."""

    media_status: RequestStatus | None = None
    media_status_4k: RequestStatus | None = None
    own: OwnRequest | None = None


class TitleSeen(msgspec.Struct, frozen=True, kw_only=True):
    title: Title
    standing: Standing


class DetailsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`seasons` maps the number of a season to its status here; absent: nobody asked for it."""

    title: TitleDetails
    standing: Standing
    seasons: Mapping[int, PartStatus]


class TitlesSeen(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[TitleSeen]
    page: int
    total_pages: int
    total_results: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTitles(Query[TitlesSeen]):
    viewer: Viewer
    text: str
    page: int = 1
    media_type: MediaType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTitle(Query[DetailsSeen]):
    viewer: Viewer
    media_type: MediaType
    tmdb_id: int


class TitlesDesk:
    def __init__(self, metadata: Metadata, board: RequestBoard) -> None:
        self._metadata = metadata
        self._board = board

    def answering(self) -> Answering:
        return {SearchTitles: self.search, FindTitle: self.find}

    async def search(self, query: SearchTitles) -> TitlesSeen:
        found = await self._metadata.search(query.text, page=query.page, media_type=query.media_type)
        cards = await self._board.of_titles([(title.media_type, title.tmdb_id) for title in found.items])
        return TitlesSeen(
            items=[
                TitleSeen(
                    title=title,
                    standing=standing(
                        [c for c in cards if c.tmdb_id == title.tmdb_id and c.media_type == title.media_type],
                        query.viewer,
                    ),
                )
                for title in found.items
            ],
            page=found.page,
            total_pages=found.total_pages,
            total_results=found.total_results,
        )

    async def find(self, query: FindTitle) -> DetailsSeen:
        title = await self._metadata.details(query.media_type, query.tmdb_id)
        if title is None:
            raise TitleNotFound
        cards = await self._board.of_titles([(query.media_type, query.tmdb_id)])
        seasons: dict[int, PartStatus] = {}
        if query.media_type == "tv":
            for card in reversed([card for card in cards if not card.is_4k]):
                seasons.update({part.number: part.status for part in card.parts if part.status not in CLOSED})
        return DetailsSeen(title=title, standing=standing(cards, query.viewer), seasons=seasons)


def standing(cards: Sequence[RequestCard], viewer: Viewer) -> Standing:
    """`cards` are the requests for one title, newest first."""
    own = next((card for card in cards if viewer.user_id in (card.owner, *card.followers)), None)
    return Standing(
        media_status=_status([card for card in cards if not card.is_4k]),
        media_status_4k=_status([card for card in cards if card.is_4k]),
        own=OwnRequest(request_id=own.request_id, status=own.status, is_4k=own.is_4k) if own else None,
    )


def _status(cards: Sequence[RequestCard]) -> RequestStatus | None:
    """The newest request that came to something speaks for the title; what earlier ones brought is there already."""
    relevant = [card for card in cards if card.status not in CLOSED]
    if not relevant:
        return None
    newest, earlier = relevant[0], relevant[1:]
    if newest.status != "available" and any(_arrived(card) - {FILM} for card in earlier):
        return "partially_available"
    return newest.status


def _arrived(card: RequestCard) -> set[int]:
    return {part.number for part in card.parts if part.status == "available"}
