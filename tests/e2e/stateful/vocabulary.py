"""The words of a house as these tests know them, written down apart from the domain: people, requests, rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

CLOSED = {"rejected", "cancelled", "expired"}
OPEN = {"pending", "approved", "handed_on", "failed"}
ALL_PERMISSIONS = frozenset(
    [
        "request",
        "request_4k",
        "auto_approve",
        "manage_requests",
        "download",
        "manage_downloads",
        "manage_users",
        "manage_services",
        "view_audit",
        "manage_settings",
    ]
)
STEPS = {
    "approved": ({"pending"}, "approved"),
    "rejected": (OPEN, "rejected"),
    "cancelled": (OPEN, "cancelled"),
    "expired": ({"pending"}, "expired"),
    "reopened": (CLOSED, "pending"),
    "handed_on": ({"approved"}, "handed_on"),
    "failed": ({"approved", "handed_on"}, "failed"),
    "retried": ({"failed"}, "approved"),
    "completed": (OPEN, "available"),
}
"""By the last word of an event's name: what a part has to be before, and what it is afterwards."""

ROWS = """
SELECT position, category, stream_id, version, tag, actor, session_id, correlation_id, causation_id, occurred_at,
       recorded_at, event_id, body
FROM events WHERE position > %s ORDER BY position"""


class Row(NamedTuple):
    """One row of the log, `body` as it is stored."""

    position: int
    category: str
    stream: UUID
    version: int
    tag: str
    actor: UUID
    session: UUID | None
    correlation: str
    causation: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    event_id: UUID
    body: dict[str, Any]

    @property
    def word(self) -> str:
        return self.tag.partition(".")[2]


def appends(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows of each append: what they have in common, no two appends that follow one another have."""

    def together(row: Row) -> Any:
        return row.session, row.correlation, row.causation, row.actor, row.occurred_at, row.recorded_at

    for _, appended in groupby(rows, key=together):
        yield list(appended)


Title = tuple[str, int, bool]
"""Media type, TMDB id, whether in 4K."""


@dataclass
class Person:
    role: str
    granted: set[str]
    email: str
    limits: dict[str, Any] = field(default_factory=dict)
    is_suspended: bool = False
    is_deleted: bool = False

    @property
    def is_welcome(self) -> bool:
        return not self.is_suspended and not self.is_deleted

    @property
    def may(self) -> frozenset[str]:
        return ALL_PERMISSIONS if self.role == "admin" else frozenset(self.granted)


@dataclass
class Request:
    title: Title
    owner: UUID
    parts: dict[int, str]
    asked_by: dict[int, UUID]
    followers: list[UUID] = field(default_factory=list)

    def numbers(self, *statuses: str) -> list[int]:
        return sorted(number for number, status in self.parts.items() if status in statuses)

    @property
    def status(self) -> str:
        alive = [status for status in self.parts.values() if status not in CLOSED]
        if not alive:
            return next(s for s in ("cancelled", "rejected", "expired") if s in self.parts.values())
        if set(alive) == {"available"}:
            return "available"
        if "available" in alive:
            return "partially_available"
        return next(s for s in ("failed", "handed_on", "approved", "pending") if s in alive)

    @property
    def is_live(self) -> bool:
        return self.status not in CLOSED | {"available"}

    @property
    def people(self) -> list[UUID]:
        return [self.owner, *self.followers]
