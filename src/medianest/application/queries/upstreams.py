"""How the upstreams are doing, added up over all processes that call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from medianest.application.latencies import merged, percentile
from medianest.application.queries.bus import Answering
from medianest.application.upstream_watch import UpstreamWatch
from medianest.ports.front_door import Query
from medianest.ports.upstreams import (
    BreakerState,
    Saved,
    SharedFigures,
    TokenState,
    UpstreamNotFound,
    UpstreamSample,
    Window,
)

NEVER: Final = datetime.min.replace(tzinfo=UTC)
GOOD_TO_BAD: Final[Sequence[BreakerState]] = ("closed", "half_open", "open")
TOKENS: Final[Sequence[TokenState]] = ("none", "not_set", "untried", "accepted", "refused")
"""What counts where nobody has seen an answer: that of the one who calls, if there is one."""


Health = Literal["unknown", "up", "down"]
"""`unknown`: nobody has called it yet. `down`: it is not called for now, or its last answer was none."""


class WindowSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`error_rate` from 0 to 1, and the percentiles in seconds; None without calls."""

    calls: int
    failures: int
    retries: int
    error_rate: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class UpstreamSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`sample` has the worst breaker of all, the last of what each process has seen last, and sums."""

    sample: UpstreamSample
    short: WindowSeen
    long: WindowSeen


class UpstreamsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`scope` is `process` while the others cannot be heard; `processes` says how many this is made of."""

    scope: Literal["process", "all"]
    processes: int
    items: Sequence[UpstreamSeen]


@dataclass(frozen=True, slots=True)
class ListUpstreams(Query[UpstreamsSeen]):
    """Every one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindUpstream(Query[UpstreamSeen]):
    name: str


class UpstreamsDesk:
    """`watch` speaks for this very process: what it knows now counts, not what it published a moment ago."""

    def __init__(self, watch: UpstreamWatch, shared: SharedFigures) -> None:
        self._watch = watch
        self._shared = shared

    def answering(self) -> Answering:
        return {ListUpstreams: self.list, FindUpstream: self.find}

    async def list(self, _query: ListUpstreams) -> UpstreamsSeen:
        own = self._watch.report()
        said = await self._shared.reports()
        others = [report for report in said or () if report.process_id != own.process_id]
        by_name: dict[str, list[UpstreamSample]] = {sample.name: [] for sample in own.samples}
        for report in (own, *others):
            for sample in report.samples:
                by_name.setdefault(sample.name, []).append(sample)
        return UpstreamsSeen(
            scope="process" if said is None else "all",
            processes=1 + len(others),
            items=[_seen(together(samples)) for samples in by_name.values()],
        )

    async def find(self, query: FindUpstream) -> UpstreamSeen:
        """Raises UpstreamNotFound."""
        for seen in (await self.list(ListUpstreams())).items:
            if seen.sample.name == query.name:
                return seen
        raise UpstreamNotFound


def together(samples: Sequence[UpstreamSample]) -> UpstreamSample:
    """What several processes say of one upstream."""
    failed = max(samples, key=lambda each: each.last_failure_at or NEVER)
    token = max(samples, key=lambda each: (each.token_seen_at or NEVER, TOKENS.index(each.token)))
    return UpstreamSample(
        name=samples[0].name,
        breaker=max((each.breaker for each in samples), key=GOOD_TO_BAD.index),
        token=token.token,
        token_seen_at=token.token_seen_at,
        last_success_at=max((at for each in samples if (at := each.last_success_at) is not None), default=None),
        last_failure_at=failed.last_failure_at,
        last_failure_reason=failed.last_failure_reason,
        held_back=sum(each.held_back for each in samples),
        short=_sum([each.short for each in samples]),
        long=_sum([each.long for each in samples]),
        saved=Saved(
            hits=sum(each.saved.hits for each in samples),
            stale=sum(each.saved.stale for each in samples),
            joined=sum(each.saved.joined for each in samples),
        ),
    )


def health_of(sample: UpstreamSample | None) -> Health:
    if sample is None or (sample.last_success_at is None and sample.last_failure_at is None):
        return "unknown"
    has_failed = (sample.last_failure_at or NEVER) > (sample.last_success_at or NEVER)
    return "down" if has_failed or sample.breaker == "open" else "up"


def _sum(windows: Sequence[Window]) -> Window:
    return Window(
        calls=sum(each.calls for each in windows),
        failures=sum(each.failures for each in windows),
        retries=sum(each.retries for each in windows),
        latencies=merged(each.latencies for each in windows),
    )


def _seen(sample: UpstreamSample) -> UpstreamSeen:
    return UpstreamSeen(sample=sample, short=_figures(sample.short), long=_figures(sample.long))


def _figures(window: Window) -> WindowSeen:
    counts: Mapping[int, int] = window.latencies
    return WindowSeen(
        calls=window.calls,
        failures=window.failures,
        retries=window.retries,
        error_rate=window.failures / window.calls if window.calls else None,
        p50=percentile(counts, 0.5),
        p95=percentile(counts, 0.95),
        p99=percentile(counts, 0.99),
    )
