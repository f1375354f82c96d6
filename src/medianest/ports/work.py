"""Work that happens later, and the people who are told at once."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work for later: a name that the worker knows, and arguments as JSON holds them.

    While a job with the same `lock` waits, another one is not added.
    """

    name: str
    args: Mapping[str, str | int | bool | None]
    lock: str | None = None


class Jobs(Protocol):
    async def defer(self, jobs: Sequence[Job]) -> None: ...

    async def figures(self) -> Mapping[str, int]:
        """How many jobs wait, run, and have failed for good."""
