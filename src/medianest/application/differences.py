"""What changed between two values as JSON holds them, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is a JSON Pointer (RFC 6901): `/parts/0/status`. What was added has no `before`, what was removed no
    `after`; a null on either side is a null."""

    field: str
    change: Literal["added", "removed", "changed"]
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET


def differences(before: Any, after: Any) -> Sequence[Difference]:
    """Every place where the two differ, as deep as both have it; objects by their keys in order, arrays by index.

    Empty if and only if they are equal. The other way round, the same places in the same order, each inverted.
    """
    return list(_differing(before, after, ""))


def _differing(before: Any, after: Any, place: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _at(before.get(key, UNSET), after.get(key, UNSET), f"{place}/{_escaped(key)}")
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for index in range(max(len(before), len(after))):
            yield from _at(_item(before, index), _item(after, index), f"{place}/{index}")
    # True is no 1, and 1 is no 1.0, though Python calls them equal.
    elif type(before) is not type(after) or before != after:
        yield Difference(field=place, change="changed", before=before, after=after)


def _at(before: Any, after: Any, place: str) -> Iterator[Difference]:
    if before is UNSET:
        yield Difference(field=place, change="added", after=after)
    elif after is UNSET:
        yield Difference(field=place, change="removed", before=before)
    else:
        yield from _differing(before, after, place)


def _item(array: Sequence[Any], index: int) -> Any:
    return array[index] if index < len(array) else UNSET


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
