"""Which fields of an event are personal, and to whom."""

from collections.abc import Mapping
from typing import get_type_hints

from medianest.domain.kernel import Event, Personal


def personal_fields(event_type: type[Event]) -> Mapping[str, str]:
    """The personal fields of an event, each with the field that names its person.

    Raises TypeError for a mark on anything but text, or one whose `of` names no field of the event.
    """
    hints = get_type_hints(event_type, include_extras=True)
    found: dict[str, str] = {}
    for name, hint in hints.items():
        for mark in getattr(hint, "__metadata__", ()):
            if not isinstance(mark, Personal):
                continue
            if mark.of not in hints or hint.__origin__ not in (str, str | None):
                raise TypeError(f"{event_type.__name__}.{name}: Personal marks text, and `of` names a field beside it")
            found[name] = mark.of
    return found
