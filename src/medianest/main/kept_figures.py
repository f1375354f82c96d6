"""Figures for Prometheus about what is kept of upstreams' answers."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from medianest.adapters.system.memory_cache import MemoryCache
from medianest.application.kept_reads import ReadCounts


class KeptFigures(Collector):
    """Of this process, since its start."""

    def __init__(self, counts: ReadCounts, near: MemoryCache) -> None:
        self._counts = counts
        self._near = near

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        text = "Reads of upstreams by how they were answered."
        reads = CounterMetricFamily("medianest_kept_reads", text, labels=["upstream", "kind", "outcome"])
        for labels, number in sorted(self._counts.all().items()):
            reads.add_metric(labels, number)
        yield reads
        yield GaugeMetricFamily("medianest_cache_memory_bytes", "Answers kept in this process.", value=self._near.size)
