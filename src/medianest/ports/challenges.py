"""What is handed out once and comes back once: links to reset a password, invitations, sign-ins half-way through."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


class Challenges(Protocol):
    """Each has a token of 256 random bits, which alone opens it: whoever reads the table can neither use nor read what
    is in it. `kind` keeps a token for one purpose from serving another."""

    async def open(self, kind: str, payload: bytes, *, lifetime: timedelta, subject: UUID | None = None) -> str:
        """The token, 43 characters that an address can hold. `subject`: the person it is about."""

    async def look(self, kind: str, token: str) -> bytes | None:
        """The payload; None for a token that is unknown, spent, expired or of another kind."""

    async def spend(self, kind: str, token: str) -> bytes | None:
        """The payload, once: of many who come at the same moment one gets it."""

    async def drop(self, kind: str | None, subject: UUID) -> None:
        """Delete those about a person: of one kind, or of all."""

    async def sweep(self, now: datetime) -> int:
        """Delete those that have expired. How many."""
