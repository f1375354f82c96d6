"""A thing as it was: its state at any version or time, its events so far, and what changed between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.application.differences import Difference, differences
from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.queries.lines import AuditLine, line_of, plain
from medianest.application.states import SNAPSHOT_EVERY
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import AnyAggregate, Recorded, Refused, fold
from medianest.ports.event_log import EventLog, Snapshots, StreamVersions
from medianest.ports.front_door import Query

PAGE: Final = 100
"""Events in one answer, unless another number is asked for."""


class StreamNotFound(Refused):
    code, kind = "stream_not_found", "missing"
    text = "The log holds no such thing."


class VersionNotFound(Refused):
    code, kind = "version_not_found", "missing"
    text = "The thing has no such version."


class NotThereYet(Refused):
    code, kind = "stream_not_there_yet", "missing"
    text = "The thing did not exist at that time."


class StreamThen(msgspec.Struct, frozen=True, kw_only=True):
    """A thing as it was at `version`: a page of its events so far, the oldest first, and the state that all of them
    fold to (None: there is none, or no longer). `next_after` is the version after which the next page begins."""

    category: str
    stream_id: UUID
    version: int
    latest_version: int
    events: Sequence[AuditLine]
    next_after: int | None
    state: dict[str, Any] | None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is different at `to_version` from how it was at `from_version`, and a page of the events in between, the
    oldest first, whichever version is the later one."""

    category: str
    stream_id: UUID
    from_version: int
    to_version: int
    latest_version: int
    differences: Sequence[Difference]
    events: Sequence[AuditLine]
    next_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStream(Query[StreamThen]):
    """`moment`: a version, a time (aware: what had been recorded by then), or None for now. Events after version
    `after`, or the last `limit` of them."""

    category: str
    stream_id: UUID
    moment: int | datetime | None = None
    limit: int = PAGE
    after: int = 0
    is_tail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDifferences(Query[Changes]):
    """From one moment (see `ReadStream`) to another. Version 0 is before the beginning, when nothing was there."""

    category: str
    stream_id: UUID
    from_version: int
    to: int | datetime | None = None
    limit: int = PAGE
    after: int = 0


class StreamDesk:
    def __init__(self, log: EventLog, versions: StreamVersions, snapshots: Snapshots, people: PeopleBook) -> None:
        self._log = log
        self._versions = versions
        self._snapshots = snapshots
        self._people = people

    def answering(self) -> Answering:
        return {ReadStream: self.read, ReadDifferences: self.compare}

    async def read(self, query: ReadStream) -> StreamThen:
        """Raises StreamNotFound, VersionNotFound, NotThereYet."""
        aggregate = _aggregate(query.category)
        version, latest = await self._resolve(query.category, query.stream_id, query.moment)
        state, read = await self._state(aggregate, query.stream_id, version)
        after = max(0, version - query.limit) if query.is_tail else query.after
        events, next_after = await self._page(query, after, version, read)
        return StreamThen(
            category=query.category,
            stream_id=query.stream_id,
            version=version,
            latest_version=latest,
            events=events,
            next_after=next_after,
            state=None if state is None else plain(state),
        )

    async def compare(self, query: ReadDifferences) -> Changes:
        """Raises StreamNotFound, VersionNotFound, NotThereYet."""
        aggregate = _aggregate(query.category)
        to_version, latest = await self._resolve(query.category, query.stream_id, query.to)
        if not 0 <= query.from_version <= latest:
            raise _no_version(query.from_version, latest)
        earlier, later = sorted((query.from_version, to_version))
        state, _ = await self._state(aggregate, query.stream_id, earlier)
        between = await self._log.read_stream(query.category, query.stream_id, after=earlier, until=later)
        after_all = fold(aggregate, (recorded.event for recorded in between), state)
        sides = [{} if one is None else plain(one) for one in (state, after_all)]
        if to_version < query.from_version:
            sides.reverse()
        events, next_after = await self._page(query, max(earlier, query.after), later, between)
        return Changes(
            category=query.category,
            stream_id=query.stream_id,
            from_version=query.from_version,
            to_version=to_version,
            latest_version=latest,
            differences=differences(*sides),
            events=events,
            next_after=next_after,
        )

    async def _resolve(self, category: str, stream_id: UUID, moment: int | datetime | None) -> tuple[int, int]:
        """The version that is meant, and the latest."""
        latest = await self._versions.latest(category, stream_id)
        if latest == 0:
            raise StreamNotFound
        if moment is None:
            return latest, latest
        if isinstance(moment, int):
            if not 1 <= moment <= latest:
                raise _no_version(moment, latest)
            return moment, latest
        version = await self._versions.latest(category, stream_id, by=moment)
        if version == 0:
            (first,) = await self._log.read_stream(category, stream_id, until=1)
            raise NotThereYet(f"It did not exist at that time. It begins at {_time(first.recorded_at)}.")
        return version, latest

    async def _state(
        self, aggregate: AnyAggregate, stream_id: UUID, version: int
    ) -> tuple[object | None, Sequence[Recorded]]:
        """The state at `version`, and the events that were read for it. A snapshot holds the newest state alone, so it
        helps only where it is no newer than what is asked for."""
        state, after = None, 0
        if version > SNAPSHOT_EVERY and (snapshot := await self._snapshots.load(aggregate, stream_id)) is not None:
            state, after = snapshot if snapshot[1] <= version else (None, 0)
        events = await self._log.read_stream(aggregate.category, stream_id, after=after, until=version)
        return fold(aggregate, (recorded.event for recorded in events), state), events

    async def _page(
        self, query: ReadStream | ReadDifferences, after: int, until: int, read: Sequence[Recorded]
    ) -> tuple[Sequence[AuditLine], int | None]:
        """The events after version `after`, and where the next page begins; from what was read where it is there."""
        last = min(until, after + query.limit)
        if read and read[0].version <= after + 1:
            wanted: Sequence[Recorded] = [recorded for recorded in read if after < recorded.version <= last]
        else:
            wanted = await self._log.read_stream(query.category, query.stream_id, after=after, until=last)
        return [line_of(recorded, self._people) for recorded in wanted], last if last < until else None


def _aggregate(category: str) -> AnyAggregate:
    aggregate = AGGREGATES.get(category)
    if aggregate is None:
        raise StreamNotFound(f"There is no such category. There are: {', '.join(AGGREGATES)}.")
    return aggregate


def _no_version(version: int, latest: int) -> VersionNotFound:
    return VersionNotFound(f"There is no version {version}: it has the versions 1 to {latest}.")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
