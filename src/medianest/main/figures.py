"""Figures for Prometheus beside those of HTTP: the log, the views, the jobs, the streams and the upstreams."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from medianest.application.latencies import LAST, PER_DOUBLING, bound_of
from medianest.application.open_streams import OpenStreams
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.parked import ParkedEvents
from medianest.ports.views import ViewProgress
from medianest.ports.work import Jobs

BREAKER: Final = {"closed": 0, "half_open": 1, "open": 2}


class Upstream(Protocol):
    """How an upstream is doing, since the start of the process."""

    @property
    def name(self) -> str: ...

    @property
    def breaker(self) -> str: ...

    @property
    def calls(self) -> int: ...

    @property
    def failures(self) -> int: ...

    @property
    def latencies(self) -> Mapping[int, int]: ...

    @property
    def seconds(self) -> float: ...


class UpstreamTimes(Collector):
    """How long calls to upstreams took, as a histogram whose bounds double from 2 ms to 33 s."""

    BOUNDS: Final = range(PER_DOUBLING, LAST, PER_DOUBLING)

    def __init__(self, upstreams: Callable[[], Sequence[Upstream]]) -> None:
        self._upstreams = upstreams

    def collect(self) -> Iterator[HistogramMetricFamily]:
        text = "Calls of this process to an upstream, retries included."
        family = HistogramMetricFamily("medianest_upstream_seconds", text, labels=["upstream"])
        for upstream in self._upstreams():
            counts = dict(upstream.latencies)
            below = [
                (f"{bound_of(last):g}", sum(number for bucket, number in counts.items() if bucket <= last))
                for last in self.BOUNDS
            ]
            family.add_metric([upstream.name], [*below, ("+Inf", sum(counts.values()))], sum_value=upstream.seconds)
        yield family


class Figures:
    """Asked for when somebody reads them. While the database is away, those that come from it keep their last value
    and `medianest_database_up` is 0."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        log: EventLog,
        progress: ViewProgress,
        jobs: Jobs,
        parked: ParkedEvents,
        streams: OpenStreams,
        upstreams: Callable[[], Sequence[Upstream]],
    ) -> None:
        self._log, self._progress, self._jobs, self._parked = log, progress, jobs, parked
        self._open, self._upstreams = streams, upstreams

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"medianest_{name}", text, labels, registry=registry)

        self._database = gauge("database_up", "Whether the database answers.")
        self._position = gauge("log_position", "The last position of the event log.")
        self._lag = gauge("view_lag_events", "Events by which a view is behind the log.", "view")
        self._stopped = gauge("view_stopped", "1 for a view that stands still in front of an event.", "view")
        self._job = gauge("jobs", "Jobs by state.", "state")
        self._park = gauge("parked_events", "Events that a reaction could not handle.", "reaction")
        self._streams = gauge("live_streams", "Open live streams of this process.")
        self._breaker = gauge("upstream_breaker", "0 closed, 1 half open, 2 open.", "upstream")
        self._calls = gauge("upstream_calls", "Calls of this process to an upstream.", "upstream")
        registry.register(UpstreamTimes(upstreams))
        self._failures = gauge("upstream_failures", "Those without a usable answer.", "upstream")

    async def refresh(self) -> None:
        self._streams.set(len(self._open))
        for upstream in self._upstreams():
            self._breaker.labels(upstream.name).set(BREAKER[upstream.breaker])
            self._calls.labels(upstream.name).set(upstream.calls)
            self._failures.labels(upstream.name).set(upstream.failures)
        try:
            await self._refresh_from_database()
        except Unavailable:
            self._database.set(0)
        else:
            self._database.set(1)

    async def _refresh_from_database(self) -> None:
        self._position.set(await self._log.head())
        for view in await self._progress.states():
            self._lag.labels(view.name).set(view.lag)
            self._stopped.labels(view.name).set(view.error is not None)
        for state, number in (await self._jobs.figures()).items():
            self._job.labels(state).set(number)
        self._park.clear()
        for reaction, number in (await self._parked.counts()).items():
            self._park.labels(reaction).set(number)
