"""The words of a request: media types, part numbers, statuses, and how the one is read off the others."""

from collections.abc import Collection
from typing import Final, Literal

from medianest.domain.limits import FILM, MediaType

__all__ = [
    "CLOSED",
    "FILM",
    "MOST_COMMENTS",
    "OPEN",
    "SETTLED",
    "MediaType",
    "PartStatus",
    "RequestStatus",
    "parts_of",
    "status_of",
]

PartStatus = Literal["pending", "approved", "handed_on", "available", "failed", "rejected", "cancelled", "expired"]
RequestStatus = Literal[
    "pending",
    "approved",
    "handed_on",
    "partially_available",
    "available",
    "failed",
    "rejected",
    "cancelled",
    "expired",
]

CLOSED: Final[frozenset[str]] = frozenset({"rejected", "cancelled", "expired"})
OPEN: Final[frozenset[str]] = frozenset({"pending", "approved", "handed_on", "failed"})
SETTLED: Final[frozenset[str]] = CLOSED | {"available"}
"""Statuses of a request that is no longer live: its claim on the title is released."""

MOST_COMMENTS: Final = 1_000
"""Of one request: each is remembered with it, and its story is read again and again."""


def parts_of(media_type: MediaType, seasons: Collection[int]) -> tuple[int, ...]:
    """The parts that `seasons` speak of, in order; a film has one whatever is said."""
    return (FILM,) if media_type == "movie" else tuple(sorted(set(seasons)))


def status_of(parts: Collection[PartStatus]) -> RequestStatus:
    """The status of a request whose parts have these statuses.

    Closed parts do not count while another part lives. What has come is shown first, then what went wrong, then the
    furthest that any part has got: that something still waits for a decision is said beside the status.
    """
    alive = [status for status in parts if status not in CLOSED]
    if not alive:
        return "cancelled" if "cancelled" in parts else "rejected" if "rejected" in parts else "expired"
    if all(status == "available" for status in alive):
        return "available"
    if "available" in alive:
        return "partially_available"
    return next(status for status in ("failed", "handed_on", "approved", "pending") if status in alive)
