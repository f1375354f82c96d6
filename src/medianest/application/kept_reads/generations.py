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
        self._unsent: dict[str, str] = {}
        """Ours of which it is not certain that others know them: over these the store has no say."""
        self._renewals = 0
        self._renewed: dict[str, int] = {}
        """Which renewal was the last that concerned a name."""

    async def key(self, read: Read[Any], now: float) -> str:
        # A clock set back is a reason to look, not one to wait.
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOKED_AT:
            self._looked_at = now
            await self._look()
        whole = self._known.get(read.upstream, "")
        part = self._known.get(_name(read.upstream, read.subject), "") if read.subject else ""
        return f"{read.upstream}:{whole}:{read.kind}:{form_of(read.shape)}:{read.subject}:{part}:{read.name}"

    async def renew(self, upstream: str, subject: str | None) -> None:
        """Count for this process at once, and for the others as soon as the store takes it."""
        name, mark = _name(upstream, subject), uuid4().hex
        self._known[name] = self._unsent[name] = mark
        await self._send(name, mark)

    async def _look(self) -> None:
        begun = self._renewals
        found = await self._shared.all()
        if found is None:
            return
        # Ours stay where the store was wiped: what we left behind is not taken up again. Nor is what was read before
        # the store had a mark of ours.
        self._known |= {
            name: mark
            for name, mark in found.items()
            if name not in self._unsent and self._renewed.get(name, 0) <= begun
        }
        for name in list(self._unsent):
            # A new one, under which nobody keeps anything: the store may have had the first all the same, and somebody
            # else may have left that behind since.
            if not await self._send(name, uuid4().hex):
                return

    async def _send(self, name: str, mark: str) -> bool:
        unsent = self._unsent.get(name)
        is_sent = await self._shared.renew(name, mark)
        if is_sent and unsent is not None and self._unsent.get(name) == unsent:
            del self._unsent[name]
            self._known[name] = mark
            self._renewals += 1
            self._renewed[name] = self._renewals
        return is_sent


def _name(upstream: str, subject: str | None) -> str:
    return f"{upstream}/{subject}" if subject else upstream
