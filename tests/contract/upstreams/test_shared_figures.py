"""What every store of shared figures promises; and what becomes of one whose server is away."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from redis.asyncio import Redis

from medianest.adapters.redis.connection import connect
from medianest.adapters.redis.upstreams import PREFIX, SPEAKERS, RedisSharedFigures
from medianest.ports.upstreams import ProcessReport, Saved, UpstreamSample, Window
from tests.fakes.shared_figures import FakeSharedFigures
from tests.followers import eventually

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
WHOLE = UpstreamSample(
    name="plex.tv",
    breaker="half_open",
    token="refused",
    token_seen_at=NOON,
    last_success_at=NOON,
    last_failure_at=NOON,
    last_failure_reason="It did not answer in time.",
    held_back=3,
    short=Window(calls=2, failures=1, retries=4, latencies={0: 1, 96: 1}),
    long=Window(calls=9, latencies={40: 9}),
    saved=Saved(hits=1, stale=2, joined=3),
)
HERE, THERE = (ProcessReport(process_id=UUID(int=number), samples=[WHOLE]) for number in (1, 2))


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.delete(SPEAKERS)
    await client.aclose()


@pytest.fixture(params=["fake", "redis"])
def figures(request: pytest.FixtureRequest, client: Redis) -> FakeSharedFigures | RedisSharedFigures:
    return FakeSharedFigures() if request.param == "fake" else RedisSharedFigures(client)


Figures = FakeSharedFigures | RedisSharedFigures


def ids_of(reports: object) -> list[UUID]:
    assert isinstance(reports, list)
    return sorted(report.process_id for report in reports)


async def test_what_each_process_says_is_heard_whole(figures: Figures) -> None:
    assert await figures.reports() == []
    await figures.publish(HERE)
    await figures.publish(THERE)
    reports = await figures.reports() or []
    assert sorted(reports, key=lambda report: report.process_id) == [HERE, THERE]


async def test_what_a_process_says_replaces_what_it_said(figures: Figures) -> None:
    await figures.publish(HERE)
    later = ProcessReport(process_id=HERE.process_id, samples=[])
    await figures.publish(later)
    assert await figures.reports() == [later]


async def test_a_process_that_says_nothing_any_more_is_forgotten(client: Redis) -> None:
    figures = RedisSharedFigures(client, ttl=0.05)
    await figures.publish(HERE)

    async def is_forgotten() -> bool:
        return await figures.reports() == []

    await eventually(is_forgotten)
    assert await client.smembers(SPEAKERS) == set()


NO_TEXT = msgspec.msgpack.encode(HERE).replace(b"It did", b"\xff\xfe did")


@pytest.mark.parametrize("words", [b"\xc1 not of this world", NO_TEXT], ids=["no msgpack", "no text"])
async def test_what_another_release_wrote_in_another_way_is_left_out(client: Redis, words: bytes) -> None:
    figures = RedisSharedFigures(client)
    await figures.publish(HERE)
    await figures.publish(THERE)
    await client.set(PREFIX + str(HERE.process_id), words, px=5000)
    assert ids_of(await figures.reports()) == [THERE.process_id]


async def test_while_the_server_is_away_nothing_is_heard_and_nothing_raised() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    client = connect(url)
    figures = RedisSharedFigures(client)
    await asyncio.wait_for(figures.publish(HERE), 2)
    assert await asyncio.wait_for(figures.reports(), 2) is None
    await client.aclose()
