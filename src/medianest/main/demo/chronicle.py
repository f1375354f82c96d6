"""What happens in a made-up house, and what MediaNest does about it at once."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from medianest.adapters.eventlog.rows import event_id
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.media_request.events import RequestEvent
from medianest.domain.notification import MarkDelivered, QueueNotification
from medianest.domain.routing import recipients
from medianest.main.demo.agenda import Agenda
from medianest.main.demo.books import Books
from medianest.ports.event_log import Append, Context

MANAGERS: Final = 2
"""How many of the first people may decide on requests."""


class Entry(NamedTuple):
    """An append, and when the log took it."""

    append: Append
    recorded_at: datetime


class Chronicle:
    """Carries out commands; each becomes an entry, followed by the entries of the news that it is to people."""

    def __init__(self, chance: random.Random, beginning: datetime) -> None:
        self.chance = chance
        self.books = Books(chance)
        self.agenda = Agenda[Entry](beginning)
        self.people: list[UUID] = []
        """Those who have come, in their order; the first `MANAGERS` decide."""
        self.sessions: dict[UUID, UUID] = {}
        self.unread: defaultdict[UUID, list[UUID]] = defaultdict(list)
        """Notifications by the person they wait for."""
        self.theirs: defaultdict[UUID, dict[UUID, None]] = defaultdict(dict)
        """Requests by the people who had to do with them, in the order in which they first had."""
        self.follow_up: Callable[[RequestEvent, Context], None] = lambda _event, _thread: None
        """Is told what happens to requests, with the context of whatever comes of it."""

    def click(self, actor: UUID) -> Context:
        return Context(correlation_id=f"{self.chance.getrandbits(128):032x}", session_id=self.sessions.get(actor))

    def by(self, actor: UUID) -> dict[str, Any]:
        """The fields that every command has."""
        return {"actor": actor, "at": self.agenda.at}

    def do(self, context: Context, *commands: Command) -> Iterator[Entry]:
        yield from self.entered(self.books.run(commands, context))

    def entered(self, append: Append | None) -> Iterator[Entry]:
        if append is None:
            return
        self.agenda.pass_time(0.01)
        yield Entry(append, self.agenda.at)
        events = [event for write in append.writes for event in write.events]
        for number, event in enumerate(events):
            if isinstance(event, RequestEvent):
                self.theirs[append.actor][event.request_id] = None
                cause = event_id(append.command_id, number)
                thread = Context(correlation_id=append.context.correlation_id, causation_id=cause)
                self.follow_up(event, thread)
                yield from self._tell(event, append.actor, thread)

    def _tell(self, event: RequestEvent, actor: UUID, thread: Context) -> Iterator[Entry]:
        state = self.books.state(event.request_id)
        told = recipients(event, state, self.people[:MANAGERS], actor)
        news = [
            QueueNotification(
                **self.by(SYSTEM),
                notification_id=uuid5(thread.causation_id or event.request_id, str(person)),
                recipient=person,
                kind=kind,
                request_id=event.request_id,
                title=state.title,
                by=None if actor == SYSTEM else actor,
                seasons=tuple(getattr(event, "seasons", ())),
            )
            for person, kind in told.items()
        ]
        queued = self.books.run(news, thread) if news else None
        if queued is None:
            return
        self.agenda.pass_time(0.01)
        yield Entry(queued, self.agenda.at)
        for number, item in enumerate(news):
            cause = event_id(queued.command_id, number)
            delivery = Context(correlation_id=thread.correlation_id, causation_id=cause)
            yield from self.do(delivery, MarkDelivered(**self.by(SYSTEM), notification_id=item.notification_id))
            self.unread[item.recipient].append(item.notification_id)
