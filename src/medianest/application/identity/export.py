"""All that is kept about one person, for them to take with them; and nothing of anybody else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from medianest.application.identity.factors import FactorDesk
from medianest.application.identity.keys import KeyDesk
from medianest.application.narrowing import tags_of_category
from medianest.application.people import PeopleBook
from medianest.application.queries.belongings import Belongings, is_somebody_elses
from medianest.application.queries.lines import plain
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import Recorded
from medianest.domain.personal import personal_fields
from medianest.ports.audit import AuditFilter, AuditTrail
from medianest.ports.event_log import EventLog, Unread
from medianest.ports.sessions import SessionArchive
from medianest.ports.views import BoardFilter, Inbox, Page, RequestBoard

PIECE: Final = 200
"""Lines that are held at once."""

TOLD: Final = frozenset(EVENT_TYPES) - tags_of_category("notification")
"""Notifications have lines of their own."""

_OTHERS: Final[Mapping[str, Mapping[str, str]]] = {tag: personal_fields(event) for tag, event in EVENT_TYPES.items()}

Kind = Literal["account", "second_factor", "session", "api_key", "notification", "event", "end"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is JSON as it stands; ids are all there is in it of other people."""

    kind: Kind
    body: Mapping[str, Any]


class PersonalExport:
    def __init__(
        self,
        log: EventLog,
        trail: AuditTrail,
        board: RequestBoard,
        inbox: Inbox,
        people: PeopleBook,
        *,
        sessions: SessionArchive,
        factors: FactorDesk,
        keys: KeyDesk,
    ) -> None:
        self._log = log
        self._trail = trail
        self._belongings = Belongings(trail)
        self._board = board
        self._inbox = inbox
        self._people = people
        self._sessions = sessions
        self._factors = factors
        self._keys = keys

    async def of(self, user_id: UUID, *, is_welcome: Callable[[], Awaitable[bool]]) -> AsyncIterator[Sequence[Line]]:
        """Everything until now, in pieces; the last line of the last one says that it is all. `is_welcome` is asked
        before each piece, and once it says no there is no such line."""
        until = await self._log.head()
        yield await self._now(user_id)
        async for piece in self._pages("session", partial(self._sessions.kept, user_id)):
            yield piece
        async for piece in self._pages("api_key", partial(self._keys.of, user_id)):
            yield piece
        async for piece in self._pages("notification", partial(self._inbox.list, user_id, is_unread=None)):
            if not await is_welcome():
                return
            yield piece
        count, after = 0, 0
        criteria = AuditFilter(tags=TOLD, about=(await self._theirs(user_id, until),))
        while events := await self._trail.onward(criteria, after=after, until=until, limit=PIECE):
            if not await is_welcome():
                return
            theirs = [recorded for recorded in events if not is_somebody_elses(recorded, user_id)]
            yield [Line(kind="event", body=_event(recorded, user_id)) for recorded in theirs]
            after, count = events[-1].position, count + len(theirs)
        yield [Line(kind="end", body={"events": count})]

    async def _now(self, user_id: UUID) -> Sequence[Line]:
        """What is the case now. Hashes and seeds are in no export: nobody needs them who has what they are of."""
        lines: list[Line] = []
        if (person := self._people.find(user_id)) is not None:
            lines.append(Line(kind="account", body=plain(person)))
        factor = {
            "is_enrolled": await self._factors.is_enrolled(user_id),
            "codes_left": await self._factors.codes_left(user_id),
        }
        lines.append(Line(kind="second_factor", body=factor))
        return lines

    async def _pages(self, kind: Kind, read: Callable[..., Awaitable[Page[Any]]]) -> AsyncIterator[Sequence[Line]]:
        key: tuple[str, ...] | None = None
        while True:
            page = await read(limit=PIECE, after=key)
            yield [Line(kind=kind, body=plain(item)) for item in page.items]
            if (key := page.next_key) is None:
                return

    async def _theirs(self, user_id: UUID, until: int) -> frozenset[UUID]:
        """The person and the streams that are about what is theirs, whoever acted there."""
        found = {user_id, *await self._belongings.every(user_id, until=until, piece=PIECE)}
        key: tuple[str, ...] | None = None
        while True:
            page = await self._board.list(BoardFilter(requested_by=user_id), sort="oldest", limit=PIECE, after=key)
            found |= {card.request_id for card in page.items}
            if (key := page.next_key) is None:
                return frozenset(found)


def _event(recorded: Recorded, user_id: UUID) -> Mapping[str, Any]:
    event = recorded.event
    body = plain(event)
    others = {} if isinstance(event, Unread) else _OTHERS[event.tag]
    for name, of in others.items():
        if getattr(event, of) != user_id:
            body[name] = None
    return {
        "position": recorded.position,
        "at": recorded.occurred_at,
        "actor": recorded.actor,
        "action": event.tag,
        "category": recorded.category,
        "stream": recorded.stream_id,
        "session": recorded.session_id if recorded.actor == user_id else None,
        "body": body,
    }
