"""What happens, told at once to the people it concerns.

One reader per process follows the log behind the views, so that whoever is told and looks finds it there, and hands
each event to the open streams of those whom it concerns. A stream that lost its line goes on from the position it saw
last.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar
from uuid import UUID

import msgspec
import structlog

from medianest.application.audience import Audience
from medianest.application.library.reading import SCANS, ScanProgress
from medianest.application.mailbox import Mailbox
from medianest.application.open_streams import OpenStreams
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Recorded
from medianest.domain.media_request.events import OwnerChanged, RequestUnfollowed
from medianest.domain.notification import NotificationQueued
from medianest.domain.user.vocabulary import Permission
from medianest.ports.cache import Broadcast
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.rebuilds import RebuildStatus
from medianest.ports.views import Inbox, RequestBoard, ViewProgress
from medianest.projections.inbox import InboxItem
from medianest.projections.request_board import RequestCard

T = TypeVar("T")

log = structlog.stdlib.get_logger("medianest.live")

VIEWS: Final = ("request_board", "inbox")
CATEGORIES: Final = ("media_request", "notification")
REBUILDS: Final = "rebuilds"
"""The topic of the broadcast under which every rebuild tells how far it is."""
PASSING: Final = ("rebuild", "scan")
"""Kinds of messages that are of no event: they are told to whoever listens, and never again."""
FOR_ALL_WHO_MAY: Final[Mapping[str, Permission]] = {
    "request": "manage_requests",
    "rebuild": "manage_settings",
    "scan": "manage_services",
}
"""Kinds of messages that concern not only the people they are about."""
BATCH: Final = 200
BACKLOG: Final = 500
"""Messages that wait for one slow listener before it is told to look for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`reset`: too much happened in between; read the lists again and go on from here."""

    kind: Literal["notification", "request", "rebuild", "scan", "reset"]
    position: int
    item: InboxItem | None = None
    card: RequestCard | None = None
    rebuild: RebuildStatus | None = None
    scan: ScanProgress | None = None
    audience: frozenset[UUID] = frozenset()

    def concerns(self, viewer: Viewer) -> bool:
        return viewer.user_id in self.audience or FOR_ALL_WHO_MAY.get(self.kind) in viewer.permissions


class LiveFeed:
    def __init__(
        self,
        log: EventLog,
        progress: ViewProgress,
        board: RequestBoard,
        inbox: Inbox,
        *,
        streams: OpenStreams,
        broadcast: Broadcast,
    ) -> None:
        self._log = log
        self._progress = progress
        self._board = board
        self._inbox = inbox
        self._streams = streams
        self._broadcast = broadcast
        self._listeners = Audience[Mailbox[Message]]()
        self._position = -1

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    @property
    def position(self) -> int | None:
        """What came up to here has been told; None before the beginning."""
        return self._position if self._position >= 0 else None

    async def follow(self) -> None:
        """Feed the open streams until cancelled. A database that is away only delays it."""
        while True:
            try:
                if self._position < 0:
                    self._position = await self._progress.position(VIEWS)
                await self._progress.wait(VIEWS, position=self._position + 1, timeout=1.0)
                await self._advance()
            except Unavailable:
                await asyncio.sleep(0.5)

    async def follow_rebuilds(self) -> None:
        """Pass on, until cancelled, how far views are that are being built anew."""
        async for status in self._told(REBUILDS, RebuildStatus):
            self._hand_out(Message(kind="rebuild", position=max(self._position, 0), rebuild=status))

    async def follow_scans(self) -> None:
        """Pass on, until cancelled, how far libraries are that are being scanned."""
        async for progress in self._told(SCANS, ScanProgress):
            self._hand_out(Message(kind="scan", position=max(self._position, 0), scan=progress))

    async def _told(self, topic: str, kind: type[T]) -> AsyncIterator[T]:
        """What is told under a topic. What another release words otherwise is passed over, and logged once."""
        is_logged = False
        async for message in self._broadcast.listen(topic):
            try:
                told = msgspec.json.decode(message, type=kind)
            except ValueError as failure:  # of the library, or of a text that is none
                if not is_logged:
                    log.warning("message_passed_over", topic=topic, reason=type(failure).__name__)
                is_logged = True
            else:
                yield told

    async def listen(
        self, viewer: Viewer, *, after: int | None, beat: float | None = None
    ) -> AsyncGenerator[Message | None, None]:
        """Messages for one viewer, from `after` on or from now. Ends when the open streams are to. With `beat` None
        comes as soon as it listens, and whenever nothing else came for so many seconds."""
        mailbox = Mailbox[Message](BACKLOG)
        with (
            self._streams.opened(viewer.user_id, mailbox.end, session_id=viewer.session_id),
            self._listeners.joined(mailbox, viewer),
        ):
            if beat is not None:
                yield None
            seen = after if after is not None else -1
            if after is not None:
                async for message in self._missed(viewer, after):
                    seen = message.position
                    yield message
            while not mailbox.is_over:
                waiting = await mailbox.take(beat)
                if waiting is None:
                    if not mailbox.is_over:
                        yield None
                elif waiting.position > seen or waiting.kind in PASSING:
                    yield waiting

    async def _missed(self, viewer: Viewer, after: int) -> AsyncIterator[Message]:
        until = await self._progress.position(VIEWS)
        if after > until:  # a position of another log, or of before a backup was put back
            yield Message(kind="reset", position=until)
            return
        missed = await self._read(after, until, BACKLOG + 1)
        if len(missed) > BACKLOG:
            yield Message(kind="reset", position=until)
            return
        for message in await self._messages(missed):
            if message.concerns(viewer):
                yield message

    async def _advance(self) -> None:
        until = await self._progress.position(VIEWS)
        if not self._listeners:
            self._position = max(self._position, until)
        while self._position < until:
            batch = await self._read(self._position, until, BATCH)
            if self._listeners:
                for message in await self._messages(batch):
                    self._hand_out(message)
            self._position = batch[-1].position if len(batch) == BATCH else until

    async def _read(self, after: int, until: int, limit: int) -> Sequence[Recorded]:
        return await self._log.read(after=after, until=until, limit=limit, categories=CATEGORIES, is_lenient=True)

    def _hand_out(self, message: Message) -> None:
        reset = Message(kind="reset", position=message.position)
        for mailbox in self._listeners.concerned(message.audience, FOR_ALL_WHO_MAY.get(message.kind)):
            mailbox.put(message, instead=reset)

    async def _messages(self, batch: Sequence[Recorded]) -> Sequence[Message]:
        """One message an event, with the card or the notification as the views hold it now."""
        requests = {r.stream_id for r in batch if r.category == "media_request"}
        queued = {r.stream_id for r in batch if isinstance(r.event, NotificationQueued)}
        cards = await self._board.those(requests)
        items = {item.notification_id: item for item in await self._inbox.find(queued)} if queued else {}
        messages: list[Message] = []
        for recorded in batch:
            if isinstance(recorded.event, NotificationQueued) and (item := items.get(recorded.stream_id)):
                audience = frozenset({item.recipient})
                messages.append(Message(kind="notification", position=recorded.position, item=item, audience=audience))
            elif card := cards.get(recorded.stream_id):
                audience = frozenset({card.owner, *card.followers, *_leaving(recorded)})
                messages.append(Message(kind="request", position=recorded.position, card=card, audience=audience))
        return messages


def _leaving(recorded: Recorded) -> Sequence[UUID]:
    """Those whom the event takes off the request: they hear of it once more."""
    match recorded.event:
        case OwnerChanged(previous=person) | RequestUnfollowed(user_id=person):
            return [person]
    return []
