"""How much of a flood of refusals is written one by one, and the sum of the rest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from medianest.ports.security_log import CredentialKind, RefusedCredential

OF_ONE_ADDRESS: Final = 30
"""Entries that one address makes in a minute. Whoever signs in by hand makes fewer."""
OF_ALL: Final = 600
"""Entries that one process makes in a minute, whoever it is: some 50 MB a day at the worst, which the sweep bounds."""
SUMS: Final = 1_000
"""Different addresses, methods and reasons that are told apart among the rest."""

Row = tuple[RefusedCredential, int]
"""A refusal, and how many it stands for."""


class RefusalSums:
    """Of one process. A minute is one of the refusals' own times, so nothing here looks at a clock."""

    def __init__(self, *, of_one_address: int = OF_ONE_ADDRESS, of_all: int = OF_ALL, sums: int = SUMS) -> None:
        self._of_one_address = of_one_address
        self._of_all = of_all
        self._most = sums
        self._minute: datetime | None = None
        self._written: Counter[str | None] = Counter()
        self._sums: dict[tuple[CredentialKind, str, str | None], Row] = {}

    def rows(self, refused: RefusedCredential) -> Sequence[Row]:
        """What is to be written now: this one, unless there are too many of it; before it, the sums of a minute that is
        over."""
        due: Sequence[Row] = ()
        minute = refused.at.replace(second=0, microsecond=0)
        if self._minute is None or minute > self._minute:
            due = self.drain()
            self._minute, self._written = minute, Counter()
        if self._written.total() < self._of_all and self._written[refused.address] < self._of_one_address:
            self._written[refused.address] += 1
            return (*due, (refused, 1))
        self.add([(refused, 1)])
        return due

    def add(self, rows: Sequence[Row]) -> None:
        """Count these together with those that are like them."""
        for refused, times in rows:
            kind = (refused.method, refused.reason, refused.address)
            if kind not in self._sums and len(self._sums) >= self._most:
                kind = (refused.method, refused.reason, None)
            _, before = self._sums.get(kind, (refused, 0))
            method, reason, address = kind
            latest = RefusedCredential(at=refused.at, method=method, reason=reason, address=address)
            self._sums[kind] = (latest, before + times)

    def drain(self) -> Sequence[Row]:
        """All sums; they begin anew."""
        rows, self._sums = list(self._sums.values()), {}
        return rows
