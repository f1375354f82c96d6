"""What a person was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.sentences import news
from medianest.ports.front_door import Query
from medianest.ports.views import Inbox, Page
from medianest.projections.inbox import InboxItem


class News(msgspec.Struct, frozen=True, kw_only=True):
    """A notification and its sentence."""

    item: InboxItem
    sentence: str


class NewsPage(msgspec.Struct, frozen=True, kw_only=True):
    page: Page[News]
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNews(Query[NewsPage]):
    """Newest first. `is_unread` None: read ones as well."""

    recipient: UUID
    is_unread: bool | None = None
    limit: int = 20
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadNews(Query[Sequence[UUID]]):
    """Ids of what somebody has not read, oldest first."""

    recipient: UUID
    limit: int = 5000


class NewsCounter:
    def __init__(self, inbox: Inbox, people: PeopleBook) -> None:
        self._inbox = inbox
        self._people = people

    def answering(self) -> Answering:
        return {ListNews: self.list, UnreadNews: self.unread}

    async def list(self, query: ListNews) -> NewsPage:
        page = await self._inbox.list(query.recipient, is_unread=query.is_unread, limit=query.limit, after=query.after)
        return NewsPage(
            page=Page(items=[self.worded(item) for item in page.items], next_key=page.next_key),
            unread=await self._inbox.unread_count(query.recipient),
        )

    async def unread(self, query: UnreadNews) -> Sequence[UUID]:
        return await self._inbox.unread(query.recipient, limit=query.limit)

    def worded(self, item: InboxItem) -> News:
        return News(item=item, sentence=news(item, self._people.name))
