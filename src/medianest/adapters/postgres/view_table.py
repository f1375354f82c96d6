"""A projection's row type as a Postgres table: columns, arrays to write many rows at once, and rows read back.

Columns follow the annotations: UUID, int, bool, str (or a Literal), datetime and their optional forms are native,
`tuple[UUID, ...]` is uuid[], `tuple[str, ...]` is text[], anything else is jsonb.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Final, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

V = TypeVar("V", bound=msgspec.Struct)

Transform = Callable[[Any], Any]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`type` is the column's; `wire` is what a whole column travels as, one array of which is unnested. An array
    cannot be unnested by one level only, so array columns travel as text."""

    name: str
    type: str
    wire: str
    encode: Transform | None = None
    decode: Transform | None = None
    is_optional: bool = False

    @property
    def selected(self) -> str:
        return f"{self.name}::text" if self.type == "jsonb" else self.name

    @property
    def definition(self) -> str:
        return f"{self.name} {self.type}" if self.is_optional else f"{self.name} {self.type} NOT NULL"


def _text(value: str) -> str:
    """Text in Postgres cannot hold NUL, and a view must not stand still because somebody typed one."""
    return value.replace("\x00", "")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _uuids(value: tuple[UUID, ...]) -> str:
    return "{" + ",".join(map(str, value)) + "}"


def _texts(value: tuple[str, ...]) -> str:
    quoted = (_text(item).replace("\\", "\\\\").replace('"', '\\"') for item in value)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_NATIVE: Final[Mapping[type, tuple[str, Transform | None, Transform | None]]] = {
    UUID: ("uuid", None, None),
    int: ("bigint", None, None),
    bool: ("boolean", None, None),
    str: ("text", _text, None),
    datetime: ("timestamptz", None, _utc),
}


def _column(name: str, annotation: Any) -> Column:
    kind, is_optional = annotation, False
    if get_origin(kind) in {Union, UnionType}:
        members = [member for member in get_args(kind) if member is not type(None)]
        is_optional = len(members) < len(get_args(kind))
        kind = members[0] if len(members) == 1 else kind
    if get_origin(kind) is Literal:
        kind = str
    type_, encode, decode = _NATIVE.get(kind) or _made(kind, annotation)
    wire = "text" if type_ in {"uuid[]", "text[]", "jsonb"} else type_
    return Column(name=name, type=type_, wire=wire, encode=encode, decode=decode, is_optional=is_optional)


def _made(kind: Any, annotation: Any) -> tuple[str, Transform | None, Transform | None]:
    if kind == tuple[UUID, ...]:
        return "uuid[]", _uuids, tuple
    if get_origin(kind) is tuple and _are_texts(get_args(kind)):
        return "text[]", _texts, tuple
    return "jsonb", _json, msgspec.json.Decoder(annotation).decode


def _are_texts(members: tuple[Any, ...]) -> bool:
    return len(members) == 2 and members[1] is Ellipsis and (members[0] is str or get_origin(members[0]) is Literal)


class ViewTable(Generic[V]):
    """The table of one row type. `name` is trusted: it comes from the catalogue of projections."""

    def __init__(self, name: str, row: type[V], key: str) -> None:
        hints = get_type_hints(row)
        self.name = name
        self.key = key
        self._row = row
        self.columns = tuple(_column(field, hints[field]) for field in row.__struct_fields__)
        self._decoders = tuple(column.decode for column in self.columns)
        self.select_list = ", ".join(column.selected for column in self.columns)
        names = ", ".join(column.name for column in self.columns)
        values = ", ".join(f"{c.name}::{c.type}" if c.wire != c.type else c.name for c in self.columns)
        arrays = ", ".join(f"%b::{column.wire}[]" for column in self.columns)
        updates = ", ".join(f"{c.name} = excluded.{c.name}" for c in self.columns if c.name != key)
        self.names = names
        self.select = f"SELECT {self.select_list} FROM {name}"
        self._overwriting = f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
        self.upsert = (
            f"INSERT INTO {name} ({names}) SELECT {values} FROM unnest({arrays}) AS fresh ({names}) {self._overwriting}"
        )
        self.delete = f"DELETE FROM {name} WHERE {key} = ANY(%s)"

    def upsert_from(self, table: str) -> str:
        """The statement that writes all rows of another table with the same columns."""
        return f"INSERT INTO {self.name} ({self.names}) SELECT {self.names} FROM {table} {self._overwriting}"

    def type_of(self, column: str) -> str:
        return next(c.type for c in self.columns if c.name == column)

    def arrays(self, rows: Sequence[V]) -> list[list[Any]]:
        """The parameters of `upsert`: an array per column."""
        return [
            [None if (value := getattr(row, column.name)) is None else _encoded(column.encode, value) for row in rows]
            for column in self.columns
        ]

    def read(self, rows: Iterable[Sequence[Any]]) -> list[V]:
        """Rows as selected by `select_list`."""
        row_type, decoders = self._row, self._decoders
        return [
            row_type(
                **{
                    column.name: value if decode is None or value is None else decode(value)
                    for column, decode, value in zip(self.columns, decoders, row, strict=True)
                }
            )
            for row in rows
        ]


def _encoded(encode: Transform | None, value: Any) -> Any:
    return value if encode is None else encode(value)
