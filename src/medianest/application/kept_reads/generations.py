"""Under which marks answers are kept now, as this process knows."""

from typing import Any, Final
from uuid import uuid4

from medianest.application.kept_reads.reads import Read, form_of
from medianest.ports.cache import Generations

LOOKED_AT: Final = 1.0
"""Seconds between two looks at the marks that all processes share; nobody looks where nobody reads."""


class Marks:
    def __init__(self, shared: Generations) -> None:
        self._shared = shared
        self._known: dict[str, str] = {}
        self._looked_at: float | None = None

    async def key(self, read: Read[Any], now: float) -> str:
        # A clock set back is a reason to look, not one to wait.
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOKED_AT:
            self._looked_at = now
            # Ours stay where the store was wiped: what we left behind is not taken up again.
            self._known |= await self._shared.all() or {}
        whole = self._known.get(read.upstream, "")
        part = self._known.get(_name(read.upstream, read.subject), "") if read.subject else ""
        return f"{read.upstream}:{whole}:{read.kind}:{form_of(read.shape)}:{read.subject}:{part}:{read.name}"

    async def renew(self, upstream: str, subject: str | None) -> None:
        name, mark = _name(upstream, subject), uuid4().hex
        self._known[name] = mark
        await self._shared.renew(name, mark)


def _name(upstream: str, subject: str | None) -> str:
    return f"{upstream}/{subject}" if subject else upstream
