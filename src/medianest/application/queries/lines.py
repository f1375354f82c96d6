"""An event as people read it: with the name of whoever did it, a sentence, and what it says."""

from collections.abc import Iterable
from typing import Any

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.sentences import told
from medianest.domain.kernel import Recorded


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its words. `body` is what it says, personal fields of forgotten people as "(forgotten)"."""

    recorded: Recorded
    actor_name: str | None
    sentence: str
    body: dict[str, Any]


def line_of(recorded: Recorded, people: PeopleBook) -> AuditLine:
    return AuditLine(
        recorded=recorded,
        actor_name=people.name(recorded.actor),
        sentence=told(recorded, people.name),
        body=plain(recorded.event),
    )


def plain(value: object) -> dict[str, Any]:
    """A dataclass as JSON would hold it; sets in an order of their own, so that equal values stay equal."""
    built: dict[str, Any] = msgspec.to_builtins(value, str_keys=True, enc_hook=_built_in, order="deterministic")
    return built


def _built_in(value: object) -> object:
    """msgspec knows `str` and none of its kinds, of which `Forgotten` is one, and no collections of ours."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Iterable):
        return [*value]
    raise NotImplementedError(type(value))
