"""What became of requests: the board, one card, the counters, and the story of one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.sentences import told
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Forgotten
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.events import RequestCommented, RequestFailed, RequestRejected, RequestSubmitted
from medianest.domain.media_request.refusals import RequestNotFound
from medianest.ports.event_log import EventLog
from medianest.ports.failures import ViewNotBuilt
from medianest.ports.front_door import Query
from medianest.ports.views import BoardFilter, BoardSort, Page, RequestBoard
from medianest.projections.request_board import RequestCard


class RequestSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A card as somebody sees it; an outsider's has neither note nor reason. `owner_name` is None once forgotten."""

    card: RequestCard
    owner_name: str | None
    is_insider: bool


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event in words. `text` is what somebody wrote with it."""

    position: int
    version: int
    at: datetime
    actor: UUID
    actor_name: str | None
    tag: str
    sentence: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRequest(Query[RequestSeen]):
    viewer: Viewer
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequests(Query[Page[RequestSeen]]):
    viewer: Viewer
    criteria: BoardFilter = field(default_factory=BoardFilter)
    sort: BoardSort = "newest"
    limit: int = 20
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CountRequests(Query[Mapping[str, int]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TellStory(Query[Page[HistoryEntry]]):
    """The history of one request, the oldest first, after version `after`. Outsiders are told that there is no such
    request."""

    viewer: Viewer
    request_id: UUID
    limit: int = 20
    after: int = 0


class RequestsDesk:
    def __init__(self, board: RequestBoard, log: EventLog, people: PeopleBook) -> None:
        self._board = board
        self._log = log
        self._people = people

    def answering(self) -> Answering:
        return {
            FindRequest: self.find,
            ListRequests: self.list,
            CountRequests: self.count,
            TellStory: self.tell_story,
        }

    async def find(self, query: FindRequest) -> RequestSeen:
        card = await self._board.find(query.request_id)
        if card is None:
            raise RequestNotFound
        return self.seen(card, query.viewer)

    async def known(self, request_id: UUID) -> RequestCard | None:
        """The card as the board has it, which may be a moment behind; None where it has none, or is not built yet."""
        with suppress(ViewNotBuilt):
            return await self._board.find(request_id)
        return None

    async def list(self, query: ListRequests) -> Page[RequestSeen]:
        page = await self._board.list(query.criteria, sort=query.sort, limit=query.limit, after=query.after)
        return Page(items=[self.seen(card, query.viewer) for card in page.items], next_key=page.next_key)

    async def count(self, _query: CountRequests) -> Mapping[str, int]:
        return await self._board.counts()

    async def tell_story(self, query: TellStory) -> Page[HistoryEntry]:
        card = await self._board.find(query.request_id)
        if card is None or not query.viewer.is_insider(card):
            raise RequestNotFound
        last = query.after + query.limit
        story = await self._log.read_stream(MEDIA_REQUEST.category, query.request_id, after=query.after, until=last + 1)
        entries = [
            HistoryEntry(
                position=recorded.position,
                version=recorded.version,
                at=recorded.occurred_at,
                actor=recorded.actor,
                actor_name=self._people.name(recorded.actor),
                tag=recorded.event.tag,
                sentence=told(recorded, self._people.name),
                text=_written(recorded.event),
            )
            for recorded in story[: query.limit]
        ]
        return Page(items=entries, next_key=(str(last),) if len(story) > query.limit else None)

    def seen(self, card: RequestCard, viewer: Viewer) -> RequestSeen:
        is_insider = viewer.is_insider(card)
        if not is_insider:
            card = msgspec.structs.replace(card, note=None, note_by=None, reason=None, reason_by=None, error=None)
        return RequestSeen(card=card, owner_name=self._people.name(card.owner), is_insider=is_insider)


def _written(event: object) -> str | None:
    """None as well where it was written by somebody who is forgotten."""
    written: str | None = None
    match event:
        case RequestCommented(text=text) | RequestRejected(reason=text) | RequestFailed(error=text):
            written = text
        case RequestSubmitted(note=note):
            written = note
    return None if isinstance(written, Forgotten) else written
