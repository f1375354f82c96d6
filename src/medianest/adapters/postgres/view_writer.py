"""Applying a batch of events to a view: load the touched rows once, fold in memory, write back what changed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from medianest.adapters.postgres.view_table import ViewTable
from medianest.domain.kernel import Recorded
from medianest.projections.kernel import AnyProjection, Touch

Row = Any
Key = Any


class ViewWriter:
    """Writes one projection's rows into `table`, by default the projection's own. The caller holds the transaction
    and moves the checkpoint in it."""

    def __init__(self, projection: AnyProjection, table: str | None = None) -> None:
        self.projection = projection
        self._table: ViewTable[Any] = ViewTable(table or projection.name, projection.row, projection.key)
        self._counters = f"{self._table.name}_counters"
        self._events = projection.events

    def concerns(self, recorded: Recorded) -> bool:
        return self._events is None or isinstance(recorded.event, self._events)

    async def apply(self, connection: AsyncConnection[Any], batch: Sequence[Recorded]) -> None:
        """Fold `batch` into the table. Raises whatever the fold raises."""
        concerning = [recorded for recorded in batch if self.concerns(recorded)]
        if not concerning:
            return
        if self.projection.is_append_only:
            rows = [row for recorded in concerning if (row := self.projection.apply(None, recorded)) is not None]
            await connection.execute(self._table.upsert, self._table.arrays(rows))
            return
        touches = [(recorded, self.projection.touches(recorded)) for recorded in concerning]
        before = await self._load(connection, [touch for _, touched in touches for touch in touched])
        await self._write(connection, before, self._fold(touches, before))

    async def _load(self, connection: AsyncConnection[Any], touches: Sequence[Touch]) -> dict[Key, Row]:
        wanted: dict[str, set[Any]] = defaultdict(set)
        for touch in touches:
            wanted[touch.column].add(touch.value)
        found: dict[Key, Row] = {}
        for column, values in wanted.items():
            condition = f"WHERE {column} = ANY(%s::{self._table.type_of(column)}[])"
            cursor = await connection.execute(f"{self._table.select} {condition}", (list(values),))
            found.update((self._key(row), row) for row in self._table.read(await cursor.fetchall()))
        return found

    def _fold(
        self, touches: Sequence[tuple[Recorded, Sequence[Touch]]], before: dict[Key, Row]
    ) -> dict[Key, Row | None]:
        after: dict[Key, Row | None] = dict(before)
        for recorded, touched in touches:
            # A row that two touches of one event name is folded once.
            for key in dict.fromkeys(key for touch in touched for key in self._touched(touch, after)):
                after[key] = self.projection.apply(after.get(key), recorded)
        return after

    def _touched(self, touch: Touch, rows: dict[Key, Row | None]) -> list[Key]:
        """By another column: what was loaded for it, unless this batch has changed it, and what this batch has made."""
        if touch.column == self.projection.key:
            return [touch.value]
        return [k for k, row in rows.items() if row is not None and getattr(row, touch.column) == touch.value]

    async def _write(
        self, connection: AsyncConnection[Any], before: dict[Key, Row], after: dict[Key, Row | None]
    ) -> None:
        changed = {key: row for key, row in after.items() if row is not before.get(key)}
        if gone := [key for key, row in changed.items() if row is None]:
            await connection.execute(self._table.delete, (gone,))
        if present := [row for row in changed.values() if row is not None]:
            await connection.execute(self._table.upsert, self._table.arrays(present))
        if self.projection.counters is None:
            return
        delta: Counter[str] = Counter()
        for key, row in changed.items():
            if row is not None:
                delta.update(self.projection.counters(row))
            if (old := before.get(key)) is not None:
                delta.subtract(self.projection.counters(old))
        await self._count(connection, {name: n for name, n in delta.items() if n})

    async def _count(self, connection: AsyncConnection[Any], delta: dict[str, int]) -> None:
        if not delta:
            return
        await connection.execute(
            f"INSERT INTO {self._counters} AS old (counter, value) SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (counter) DO UPDATE SET value = old.value + excluded.value",
            (list(delta), list(delta.values())),
        )
        # A counter at zero is no row: a rebuild that never saw it above zero has none either.
        await connection.execute(f"DELETE FROM {self._counters} WHERE value = 0")

    def _key(self, row: Row) -> Key:
        return getattr(row, self.projection.key)
