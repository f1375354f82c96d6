"""Applying events to a view: load the rows they touch, fold in memory, write back what changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.pq import PipelineStatus

from medianest.adapters.postgres.binary_copy import HEADER, TRAILER, rows_as_bytes
from medianest.adapters.postgres.view_schema import counters_of
from medianest.adapters.postgres.view_table import ViewTable
from medianest.domain.kernel import Recorded
from medianest.projections.kernel import AnyProjection, Touch

Row = Any
Key = Any

BLOCK: Final = 1000
"""Rows that are sent to COPY at a time."""

MANY: Final = 100
"""Rows from which on COPY pays: for fewer, one statement is quicker than three."""


class ViewWriter:
    """Writes one projection's rows into `table`, by default the projection's own. The caller holds the transaction
    and moves the checkpoint in it.

    Without `remember` it knows nothing from one batch to the next, as suits a view that others may change in between.
    A table that nobody else writes (`remember` > 0) keeps rows in memory, up to so many after each `flush`, and takes
    new ones by COPY; as long as it `is_empty` at first and nothing of it was forgotten, nothing need be loaded.
    """

    def __init__(
        self, projection: AnyProjection, table: str | None = None, *, remember: int = 0, is_empty: bool = False
    ) -> None:
        self.projection = projection
        self._table: ViewTable[Any] = ViewTable(table or projection.table, projection.row, projection.key)
        self._counters = counters_of(self._table.name)
        self._remember = remember
        self._as_bytes = rows_as_bytes(self._table)
        self._concerning = frozenset(projection.events)
        self._is_all_known = is_empty
        self._rows: dict[Key, Row | None] = {}
        self._stored: dict[Key, Row | None] = {}
        """What the table holds of the rows that were changed since the last flush."""
        self._finding = {
            index.columns: defaultdict[Any, set[Key]](set) for index in projection.indexes if index.finds_touched
        }
        """Keys of the rows in memory by the other columns that events find them by."""

    async def apply(self, connection: AsyncConnection[Any], batch: Sequence[Recorded]) -> None:
        """Fold `batch` into the table. Raises whatever the fold raises; then nothing is remembered of it."""
        try:
            await self.fold(connection, batch)
            await self.flush(connection)
        finally:
            self._stored.clear()
            self._forget(len(self._rows))

    async def fold(self, connection: AsyncConnection[Any], batch: Sequence[Recorded]) -> None:
        """Fold `batch` in memory, having loaded what is not there. Raises whatever the fold raises."""
        touches = [
            (recorded, self.projection.touches(recorded))
            for recorded in batch
            if type(recorded.event) in self._concerning
        ]
        if touches and not self._is_all_known:
            await self._load(connection, (touch for _, touched in touches for touch in touched))
        apply, key_column = self.projection.apply, self.projection.key
        for recorded, touched in touches:
            if len(touched) == 1 and touched[0].column == key_column:
                keys: Iterable[Key] = (touched[0].value,)
            else:  # a row that two touches of one event name is folded once
                keys = dict.fromkeys(key for touch in touched for key in self._touched(touch))
            for key in keys:
                old = self._rows.get(key)
                if (new := apply(old, recorded)) is not old:
                    self._change(key, old, new)

    async def flush(self, connection: AsyncConnection[Any]) -> None:
        """Write what changed since the last time."""
        changed = {key: (old, self._rows[key]) for key, old in self._stored.items()}
        if gone := [key for key, (old, new) in changed.items() if new is None and old is not None]:
            await connection.execute(self._table.delete, (gone,))
        fresh = [new for old, new in changed.values() if old is None and new is not None]
        other = [new for old, new in changed.values() if old is not None and new is not None]
        if self._remember:
            await self._copy(connection, self._table.name, fresh)
        else:
            other = fresh + other
        await self._overwrite(connection, other)
        await self._count(connection, changed.values())
        self._stored.clear()
        self._forget(len(self._rows) - self._remember)

    async def _load(self, connection: AsyncConnection[Any], touches: Iterable[Touch]) -> None:
        wanted: dict[str, set[Any]] = defaultdict(set)
        for touch in touches:
            if touch.column != self.projection.key or touch.value not in self._rows:
                wanted[touch.column].add(touch.value)
        for column, values in wanted.items():
            condition = f"WHERE {column} = ANY(%b::{self._table.type_of(column)}[])"
            cursor = await connection.execute(f"{self._table.select} {condition}", (list(values),))
            for row in self._table.read(await cursor.fetchall()):
                key = getattr(row, self.projection.key)
                if key not in self._rows:  # what is in memory may be newer
                    self._remember_row(key, None, row)

    def _touched(self, touch: Touch) -> Sequence[Key]:
        return [touch.value] if touch.column == self.projection.key else list(self._finding[touch.column][touch.value])

    def _change(self, key: Key, old: Row | None, new: Row | None) -> None:
        self._stored.setdefault(key, old)
        self._remember_row(key, old, new)

    def _remember_row(self, key: Key, old: Row | None, new: Row | None) -> None:
        self._rows[key] = new
        for column, keys in self._finding.items():
            before = None if old is None else getattr(old, column)
            after = None if new is None else getattr(new, column)
            if before != after:
                if before is not None:
                    keys[before].discard(key)
                if after is not None:
                    keys[after].add(key)

    def _forget(self, number: int) -> None:
        if number <= 0:
            return
        for key in list(islice(self._rows, number)):
            row = self._rows.pop(key)
            for column, keys in self._finding.items():
                if row is not None and (value := getattr(row, column)) is not None:
                    keys[value].discard(key)
        self._is_all_known = False

    async def _overwrite(self, connection: AsyncConnection[Any], rows: Sequence[Row]) -> None:
        """Write rows that may be there already. In a pipeline there is no COPY."""
        if len(rows) < MANY or connection.pgconn.pipeline_status != PipelineStatus.OFF:
            if rows:
                await connection.execute(self._table.upsert, self._table.arrays(rows))
            return
        staged = f"staged_{self._table.name}"
        await connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE {self._table.name})")
        await self._copy(connection, staged, rows)
        await connection.execute(self._table.upsert_from(staged))
        await connection.execute(f"TRUNCATE {staged}")  # there may be a next time in this transaction

    async def _copy(self, connection: AsyncConnection[Any], table: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        async with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({self._table.names}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            await copy.write(HEADER)
            for block in _blocks(rows):
                await copy.write(self._as_bytes(block))
            await copy.write(TRAILER)

    async def _count(self, connection: AsyncConnection[Any], changed: Iterable[tuple[Row | None, Row | None]]) -> None:
        if self.projection.counters is None:
            return
        delta: Counter[str] = Counter()
        for old, new in changed:
            if new is not None:
                delta.update(self.projection.counters(new))
            if old is not None:
                delta.subtract(self.projection.counters(old))
        moved: Mapping[str, int] = {name: number for name, number in delta.items() if number}
        if not moved:
            return
        await connection.execute(
            f"INSERT INTO {self._counters} AS old (counter, value) SELECT * FROM unnest(%s::text[], %s::bigint[]) "
            "ON CONFLICT (counter) DO UPDATE SET value = old.value + excluded.value",
            (list(moved), list(moved.values())),
        )
        if min(moved.values()) < 0:
            # A counter at zero is no row: a rebuild that never saw it above zero has none either.
            await connection.execute(f"DELETE FROM {self._counters} WHERE value = 0")


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
