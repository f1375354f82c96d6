"""Every setting as a person meets it: its variable, what it does, which values it takes. Taken from the struct."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from medianest.main.settings import PREFIX, Secret, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of `Settings`.

    `kind` is the type its value is converted to, `form` completes "... is not <form>", `pattern` is what a text has
    to match as a whole, and `default` is Markdown. `is_exact`: a slash at the end of an address belongs to it.
    """

    field: str
    kind: Any
    description: str
    form: str
    example: str
    pattern: str | None
    default: str
    is_exact: bool

    @property
    def variable(self) -> str:
        return PREFIX + self.field.upper()

    @property
    def is_secret(self) -> bool:
        return self.plain is Secret

    @property
    def plain(self) -> Any:
        """The type without None and without constraints."""
        kind = _bare(self.kind)
        if get_origin(kind) in (Union, UnionType):
            (kind,) = (_bare(part) for part in get_args(kind) if part is not type(None))
        return kind


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if hasattr(kind, "__metadata__") else kind


@cache
def settings_catalogue() -> Sequence[Setting]:
    """All settings, in the order of the struct."""
    hints = get_type_hints(Settings, include_extras=True)
    return [_setting(field, hints[field.name]) for field in msgspec.structs.fields(Settings)]


def _setting(field: msgspec.structs.FieldInfo, kind: Any) -> Setting:
    about = next(meta for meta in kind.__metadata__ if meta.description)
    return Setting(
        field=field.name,
        kind=kind,
        description=about.description,
        form=about.extra["form"],
        example=about.extra["example"],
        pattern=about.extra["pattern"],
        default=about.extra["default"] or _default(field.default),
        is_exact=about.extra["is_exact"],
    )


def _default(value: object) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return "`on`" if value else "`off`"
        case str() | int() | Path():
            return f"`{value}`"
    raise TypeError(f"No way to show the default {value!r}")
