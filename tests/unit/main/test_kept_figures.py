"""What `/metrics` says of kept answers."""

from prometheus_client import CollectorRegistry, generate_latest

from medianest.adapters.system.memory_cache import MemoryCache
from medianest.main.kept_figures import KeptFigures
from tests.unit.application.upstream import World


async def test_reads_are_counted_by_upstream_kind_and_outcome() -> None:
    world = World()
    reads = world.process()
    for _ in range(3):
        await reads.get(world.upstream.read())
    near = MemoryCache(10_000)
    near.keep("a", b"x", ttl=60)
    registry = CollectorRegistry()
    registry.register(KeptFigures(reads.counts, near))
    lines = generate_latest(registry).decode().splitlines()
    assert 'medianest_kept_reads_total{kind="word",outcome="hit",upstream="up"} 2.0' in lines
    assert 'medianest_kept_reads_total{kind="word",outcome="miss",upstream="up"} 1.0' in lines
    assert f"medianest_cache_memory_bytes {near.size:.1f}" in lines
