"""The views in memory: folded from the log afresh whenever they are asked, so never behind unless told to be."""

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.user import Permission, allowed
from medianest.ports.event_log import EventLog
from medianest.ports.views import BoardFilter, BoardSort, Page, ViewState
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.inbox import INBOX, InboxItem
from medianest.projections.invitations import INVITATIONS, InvitationCard
from medianest.projections.kernel import AnyProjection
from medianest.projections.request_board import REQUEST_BOARD, RequestCard
from medianest.projections.user_directory import USER_DIRECTORY, Person
from tests.unit.projections.views import folded

EVERYTHING = 1_000_000
WORD = re.compile(r"\w+")


class FakeViews:
    """What the views of `log` would hold, past what only a newer release can read. `stands_at`, if set, is how far they
    have got. While `outage` is set, it is raised instead of an answer; `asked` and `refused` count, and `looks` by the
    name of the view."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.stands_at: int | None = None
        self.outage: Exception | None = None
        self.asked = self.refused = 0
        self.looks: Counter[str] = Counter()

    async def rows(self, projection: AnyProjection) -> Sequence[Any]:
        self.looks[projection.name] += 1
        until = await self.position([projection.name])
        history = await self._log.read(after=0, until=until, limit=EVERYTHING, is_lenient=True)
        return list(folded(projection, history).values())

    async def states(self) -> Sequence[ViewState]:
        position = await self.position(())
        return [ViewState(name=name, position=position, lag=0, updated_at=None) for name in PROJECTIONS]

    async def position(self, names: Collection[str]) -> int:
        self.asked += 1
        if self.outage is not None:
            self.refused += 1
            raise self.outage
        return await self._log.head() if self.stands_at is None else self.stands_at

    async def wait(self, names: Collection[str], *, position: int, timeout: float) -> bool:
        if await self.position(names) < position:
            await self._log.wait(after=position - 1, timeout=min(timeout, 0.01))
            await asyncio.sleep(0)
        return await self.position(names) >= position


class FakeEraser:
    """Implements `Eraser` for views that are folded afresh, and so never hold what cannot be read. `times` counts."""

    def __init__(self) -> None:
        self.times = 0

    async def erase(self) -> int:
        self.times += 1
        return 0


class FakeUserDirectory:
    """Implements `UserDirectory`."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def find(self, user_id: UUID) -> Person | None:
        return next((person for person in await self._people() if person.user_id == user_id), None)

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Person]:
        return _page(await self._people(), limit, after)

    async def allowed(self, permission: Permission) -> Sequence[UUID]:
        return [
            person.user_id
            for person in await self._people()
            if permission in allowed(person.role, person.permissions)
            and not person.is_suspended
            and not person.is_deleted
        ]

    async def everyone(self) -> tuple[Sequence[Person], int]:
        return await self._people(), await self._views.position([USER_DIRECTORY.name])

    async def _people(self) -> Sequence[Person]:
        return await self._views.rows(USER_DIRECTORY)


class FakeRequestBoard:
    """Implements `RequestBoard`; every list is in the order of asking."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def find(self, request_id: UUID) -> RequestCard | None:
        return next((card for card in await self._cards() if card.request_id == request_id), None)

    async def those(self, request_ids: Collection[UUID]) -> Mapping[UUID, RequestCard]:
        return {card.request_id: card for card in await self._cards() if card.request_id in request_ids}

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Sequence[RequestCard]:
        return [card for card in reversed(await self._cards()) if (card.media_type, card.tmdb_id) in titles]

    async def list(
        self, criteria: BoardFilter, *, sort: BoardSort, limit: int, after: tuple[str, ...] | None
    ) -> Page[RequestCard]:
        chosen = [
            card
            for card in await self._cards()
            if criteria.status in (None, card.status)
            and (criteria.member is None or criteria.member in (card.owner, *card.followers))
        ]
        return _page(chosen, limit, after)

    async def handed_on(self, *, limit: int, after: tuple[str, ...] | None) -> Page[RequestCard]:
        working = [card for card in await self._cards() if any(part.status == "handed_on" for part in card.parts)]
        return _page(working, limit, after)

    async def waiting(self, *, untouched_since: datetime, limit: int) -> Sequence[RequestCard]:
        cards = [card for card in await self._cards() if card.needs_approval and card.updated_at < untouched_since]
        return sorted(cards, key=lambda card: (card.updated_at, card.request_id))[:limit]

    async def with_words(self, text: str, *, limit: int) -> Sequence[UUID]:
        words = _words(text)
        cards = [(card, _words(card.title)) for card in await self._cards()]
        return [card.request_id for card, title in cards if words.strip() and words in title][:limit]

    async def counts(self) -> Mapping[str, int]:
        return {}

    async def _cards(self) -> Sequence[RequestCard]:
        return await self._views.rows(REQUEST_BOARD)


class FakeInvitations:
    """Implements `Invitations`."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[InvitationCard]:
        cards = await self._views.rows(INVITATIONS)
        return _page(sorted(cards, key=lambda card: (card.created_at, card.invitation_id), reverse=True), limit, after)


class FakeInbox:
    """Implements `Inbox`."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def find(self, notification_ids: Collection[UUID]) -> Sequence[InboxItem]:
        return [item for item in await self._views.rows(INBOX) if item.notification_id in notification_ids]

    async def list(
        self, recipient: UUID, *, is_unread: bool | None, limit: int, after: tuple[str, ...] | None
    ) -> Page[InboxItem]:
        return _page([item for item in await self._views.rows(INBOX) if item.recipient == recipient], limit, after)

    async def unread(self, recipient: UUID, *, limit: int) -> Sequence[UUID]:
        page = await self.list(recipient, is_unread=True, limit=limit, after=None)
        return [item.notification_id for item in page.items if item.status in ("queued", "delivered")]

    async def unread_count(self, recipient: UUID) -> int:
        return len(await self.unread(recipient, limit=EVERYTHING))


def _words(text: str) -> str:
    """The words in small letters, with a space on either side of each."""
    return f" {' '.join(re.findall(WORD, text.lower()))} "


def _page(items: Sequence[Any], limit: int, after: tuple[str, ...] | None) -> Page[Any]:
    start = int(after[0]) if after else 0
    end = start + limit
    return Page(items=items[start:end], next_key=(str(end),) if end < len(items) else None)
