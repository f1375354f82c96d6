"""Who did what, when and why, and what it looked like then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.sentences import told
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import Recorded, Refused, fold
from medianest.ports.event_log import EventLog
from medianest.ports.front_door import Query
from medianest.ports.views import AuditFilter, AuditTrail, Page, ViewProgress, ViewState


class StreamNotFound(Refused):
    code, kind = "stream_not_found", "missing"
    text = "The log holds no such stream, or not that version of it."


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its words. `body` is what it says, personal fields of forgotten people as "(forgotten)"."""

    recorded: Recorded
    actor_name: str | None
    sentence: str
    body: dict[str, Any]


class StreamThen(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as it was at `version`: its events so far, and the state they fold to."""

    category: str
    stream_id: UUID
    version: int
    latest_version: int
    events: Sequence[AuditLine]
    state: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit(Query[Page[AuditLine]]):
    criteria: AuditFilter = field(default_factory=AuditFilter)
    limit: int = 20
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStream(Query[StreamThen]):
    """`version` None: as it is now."""

    category: str
    stream_id: UUID
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ListViews(Query[Sequence[ViewState]]):
    pass


class AuditDesk:
    def __init__(self, trail: AuditTrail, log: EventLog, progress: ViewProgress, people: PeopleBook) -> None:
        self._trail = trail
        self._log = log
        self._progress = progress
        self._people = people

    def answering(self) -> Answering:
        return {ListAudit: self.list, ReadStream: self.read_stream, ListViews: self.views}

    async def list(self, query: ListAudit) -> Page[AuditLine]:
        page = await self._trail.list(query.criteria, limit=query.limit, before=query.before)
        bodies = await self._log.read_positions([entry.position for entry in page.items])
        by_position = {recorded.position: recorded for recorded in bodies}
        return Page(items=[self._line(by_position[entry.position]) for entry in page.items], next_key=page.next_key)

    async def read_stream(self, query: ReadStream) -> StreamThen:
        aggregate = AGGREGATES.get(query.category)
        everything = await self._log.read_stream(query.category, query.stream_id) if aggregate else ()
        version = len(everything) if query.version is None else query.version
        if aggregate is None or not 1 <= version <= len(everything):
            raise StreamNotFound
        events = everything[:version]
        state = fold(aggregate, (recorded.event for recorded in events))
        return StreamThen(
            category=query.category,
            stream_id=query.stream_id,
            version=version,
            latest_version=len(everything),
            events=[self._line(recorded) for recorded in events],
            state=_plain(state) if state is not None else None,
        )

    async def views(self, _query: ListViews) -> Sequence[ViewState]:
        return await self._progress.states()

    def _line(self, recorded: Recorded) -> AuditLine:
        return AuditLine(
            recorded=recorded,
            actor_name=self._people.name(recorded.actor),
            sentence=told(recorded, self._people.name),
            body=_plain(recorded.event),
        )


def _plain(value: object) -> dict[str, Any]:
    """A dataclass as JSON would hold it."""
    plain: dict[str, Any] = msgspec.to_builtins(value, str_keys=True, enc_hook=_text)
    return plain


def _text(value: object) -> str:
    """msgspec knows `str` and none of its kinds, of which `Forgotten` is one."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(type(value))
