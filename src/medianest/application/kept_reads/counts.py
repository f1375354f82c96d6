"""How reads were answered, since the start of the process."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from medianest.application.kept_reads.reads import Read

Outcome = Literal["hit", "stale", "kept", "miss", "joined", "negative", "away", "refreshed", "prefetched", "dropped"]
"""`hit` fresh, `negative` known not to be there, `stale` given while asked for anew, `kept` given because the upstream
is away, `miss` asked for, `joined` answered by what somebody else asked for, `away` not answered: each read is one of
these. Behind them: `refreshed`, `prefetched`, and `dropped`, which was not worth the trouble."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


class ReadCounts:
    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, Outcome]] = Counter()

    def add(self, read: Read[Any], outcome: Outcome) -> None:
        self._counts[read.upstream, read.kind, outcome] += 1

    def all(self) -> Mapping[tuple[str, str, Outcome], int]:
        """By upstream, kind of read and outcome."""
        return self._counts

    def of(self, upstream: str, outcome: Outcome) -> int:
        return sum(n for (name, _, what), n in self._counts.items() if (name, what) == (upstream, outcome))
