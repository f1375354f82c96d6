"""Whether something stale was among what an answer was made of, for whoever gives that answer.

with ages_noted() as noted:      # at the edge
    ...                          # anything that reads through KeptReads
    noted.stalest                # when the oldest stale part came; None where all was fresh
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medianest.application.kept_reads.reads import Kept


@dataclass(slots=True)
class AgesNoted:
    stalest: datetime | None = None


_noted: Final[ContextVar[AgesNoted | None]] = ContextVar("medianest_ages", default=None)


@contextmanager
def ages_noted() -> Iterator[AgesNoted]:
    """Tasks that are started within note down in the same place."""
    noted = AgesNoted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(kept: Kept[Any]) -> None:
    noted = _noted.get()
    if noted is not None and kept.is_stale:
        noted.stalest = min(noted.stalest or kept.stored_at, kept.stored_at)
