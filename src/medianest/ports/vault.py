"""Secrets that have to be read again: seeds of second factors, tokens of other services. Anything that only has to be
recognised is kept as a hash instead."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Vault(Protocol):
    """One secret of each kind for each owner: a person, or whatever else the secret belongs to. Sealed where it lies,
    and bound to its kind and owner."""

    async def put(self, kind: str, owner: UUID, secret: str) -> None:
        """In place of the one that is there."""

    async def find(self, kind: str, owner: UUID) -> str | None:
        """Raises SealBroken where it does not open."""

    async def forget(self, owner: UUID, kind: str | None = None) -> None:
        """Delete what is kept for an owner: of one kind, or of all."""

    async def sweep(self, kind: str, before: datetime) -> int:
        """Delete those of a kind that were put before this moment. How many."""

    async def rotate(self, on_progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        """Seal everything anew under a new key, and delete the keys that nothing is sealed under any more; how many
        secrets. `on_progress` is told (secrets done, secrets in all). Others may write meanwhile.

        Raises SealBroken at the end, when everything else is done, where one does not open.
        """

    async def counts(self) -> Mapping[str, int]:
        """How many there are of each kind."""
