"""How large a made-up house is, how lively, and what in it is not left to chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from medianest.domain.kernel import Command
from medianest.domain.limits import MediaType
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.domain.user.vocabulary import Permission


class Character(NamedTuple):
    """Somebody who can sign in. `kind` says what for; `came` is the day of the story on which they were registered."""

    kind: str
    came: float
    permissions: frozenset[Permission] = frozenset({"request"})


class Wanted(NamedTuple):
    """What somebody asks for; of a series the first `seasons`, as far as there are so many."""

    media_type: MediaType
    tmdb_id: int
    is_4k: bool = False
    note: str | None = None
    seasons: int = 4


class Wish(NamedTuple):
    """Somebody asks for a title, and it gets as far as `fate`. People are numbers: the first one is 0."""

    days_before: float
    """Before the end of the story."""
    who: int
    what: Wanted
    fate: RequestStatus
    joined_by: Sequence[int] = ()
    comments: Sequence[tuple[int, str]] = ()


class Order(NamedTuple):
    """The administrator does something about somebody's account; `command` is given the fields that all have."""

    days_before: float
    whom: int
    command: Callable[..., Command]
    fields: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple, which nobody changes


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A house of so many `people`; those of the cast come first and are left to the script.

    They come one after the other within `arriving` seconds, look in every `visits` seconds on average, and come upon
    `titles` films and as many series, which the metadata stand-in knows, from the id `first_title` on.
    """

    beginning: datetime
    people: int
    titles: int
    first_title: int
    arriving: float
    visits: float
    cast: Sequence[Character] = ()
    script: Sequence[Wish | Order] = ()
    ending: datetime | None = None

    def seconds_until(self, days_before: float) -> float:
        """From the beginning to so many days before the end."""
        if self.ending is None:
            raise ValueError("a story without an end has no days before it")
        return (self.ending - timedelta(days=days_before) - self.beginning).total_seconds()
