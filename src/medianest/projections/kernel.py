"""The shape of every projection: a typed row, which rows an event touches, and a pure fold per row.

The adapter applies batches: it loads the touched rows once, folds in memory, writes them back in one statement and
moves the checkpoint, in one transaction. A fold uses nothing but the row and the event, so that a rebuild equals the
live view row by row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from medianest.domain.kernel import Event, Recorded

V = TypeVar("V", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Touch:
    """The rows whose `column` equals `value`. By the key: one row, which need not exist yet. By another (indexed)
    column: all rows there are, such as everything a forgotten person wrote."""

    column: str
    value: UUID | int | str


@dataclass(frozen=True, slots=True)
class Index:
    """How a view is looked up: by `columns` (or expressions of them) in this order, among the rows that fulfil
    `where`. `finds_touched`: events touch rows by it, so it is there while the view is being built, too."""

    columns: str
    where: str | None = None
    method: Literal["btree", "gin"] = "btree"
    finds_touched: bool = False


@dataclass(frozen=True, slots=True)
class PersonalColumns:
    """`columns` hold what the person in the column `of` is called or wrote, and are empty once they are forgotten."""

    columns: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Generic[V]):
    """A view: `row` is a msgspec Struct whose fields are the columns of the table `<name>_v<shape>`, `key` its
    primary key, `indexes` its other ones.

    `shape` grows with every change of the row, the indexes or the fold: the new view is then built beside the old
    one, which is read until its last reader is gone. `events` are the types it folds. `counters`, if given, names the
    counters under which a row counts once each; the adapter keeps them in `<name>_v<shape>_counters(counter, value)`.
    `personal` names every column with words of a person: the database keeps no statistics of these.
    """

    name: str
    shape: int
    row: type[V]
    key: str
    events: tuple[type[Event], ...]
    touches: Callable[[Recorded], Sequence[Touch]]
    apply: Callable[[V | None, Recorded], V | None]
    counters: Callable[[V], Sequence[str]] | None = None
    indexes: tuple[Index, ...] = ()
    personal: tuple[PersonalColumns, ...] = ()

    @property
    def table(self) -> str:
        return f"{self.name}_v{self.shape}"


AnyProjection = Projection[Any]
