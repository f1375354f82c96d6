"""The rules of the house that people change while it runs: which there are, what each may be, and what it is at first.

A rule is one line of RULES. It is read under its key wherever it matters; that it was changed is an event
(`domain/setting.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Value = bool | int | str | tuple[str, ...]
"""What a rule may be, of whichever kind it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRule:
    """`form` completes "... has to be <form>". `is_weighty`: it says who may come in or what is asked of them, so that
    an administrator alone may change it, who has proved of late who they are."""

    key: str
    default: Value
    form: str
    allows: Callable[[Value], bool]
    is_weighty: bool = False


def switch(key: str, default: bool, *, is_weighty: bool = False) -> HouseRule:
    return HouseRule(
        key=key,
        default=default,
        form="true or false",
        allows=lambda value: isinstance(value, bool),
        is_weighty=is_weighty,
    )


def choice(key: str, *options: str, is_weighty: bool = False) -> HouseRule:
    """One of at least two options, of which the first is the default."""
    *others, last = options
    return HouseRule(
        key=key,
        default=options[0],
        form=f"{', '.join(others)} or {last}",
        allows=lambda value: isinstance(value, str) and value in options,
        is_weighty=is_weighty,
    )


RULES: Final[Mapping[str, HouseRule]] = MappingProxyType(
    {
        rule.key: rule
        for rule in (
            switch("open_registration", False, is_weighty=True),
            choice("require_second_factor", "off", "admins", "everybody", is_weighty=True),
        )
    }
)
"""By key. A key is stored in events: it is never given another meaning."""
