"""The shape of every projection: a typed row, which rows an event touches, and a pure fold per row.

The adapter applies batches: it loads the touched rows once, folds in memory, writes them back in one statement and
moves the checkpoint, in one transaction. A fold uses nothing but the row and the event, so that a rebuild equals the
live view row by row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Generic[V]):
    """A view: `row` is a msgspec Struct whose fields are the columns of the table `name`, `key` its primary key.

    `shape` grows when the view must be built anew. `events` are the types it folds (None: all).
    `counters`, if given, names the counters under which a row counts once each; the adapter keeps them in the table
    `<name>_counters(counter, value)`. `is_append_only`: every event makes a row of its own that is never touched
    again, so the adapter need not look for it first.
    """

    name: str
    shape: int
    row: type[V]
    key: str
    events: tuple[type[Event], ...] | None
    touches: Callable[[Recorded], Sequence[Touch]]
    apply: Callable[[V | None, Recorded], V | None]
    counters: Callable[[V], Sequence[str]] | None = None
    is_append_only: bool = False


AnyProjection = Projection[Any]
