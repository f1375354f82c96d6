"""The live feed of one release beside what another one records and tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

import msgspec
import pytest
from structlog.testing import capture_logs

from medianest.application.library.reading import SCANS, ScanProgress
from medianest.application.live import REBUILDS, LiveFeed
from medianest.application.open_streams import OpenStreams
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from tests.fakes.broadcast import FakeBroadcast
from tests.fakes.scripted_server import until
from tests.fakes.views import FakeInbox
from tests.newer_release import SomethingNew, record
from tests.unit.application.rig import Rig
from tests.unit.application.test_live_rebuilds import STATUS

SCAN = ScanProgress(server="plex", uuid="films", title="Films", done=3, total=9, is_over=True, trouble="incomplete")
MANAGER = Viewer(user_id=UUID(int=1), permissions=frozenset({"manage_settings", "manage_services", "manage_requests"}))


@pytest.fixture
def broadcast() -> FakeBroadcast:
    return FakeBroadcast()


@pytest.fixture
async def feed(rig: Rig, broadcast: FakeBroadcast) -> AsyncIterator[LiveFeed]:
    feed = LiveFeed(rig.log, rig.views, rig.board, FakeInbox(rig.views), streams=OpenStreams(), broadcast=broadcast)
    follows = [asyncio.create_task(each()) for each in (feed.follow, feed.follow_rebuilds, feed.follow_scans)]
    yield feed
    assert not any(each.done() for each in follows), "none of them ends by itself"
    await end(*follows)


@pytest.mark.parametrize(
    ("topic", "told", "unknown"), [(REBUILDS, STATUS, b'"running"'), (SCANS, SCAN, b'"incomplete"')]
)
async def test_what_another_release_words_otherwise_is_passed_over_and_the_next_message_told(
    feed: LiveFeed, broadcast: FakeBroadcast, topic: str, told: msgspec.Struct, unknown: bytes
) -> None:
    message = msgspec.json.encode(told)
    assert unknown in message
    puzzling = (b"{}", b"no JSON", message.replace(b'"', b'"\xff'), message.replace(unknown, b'"puzzled"'))
    with capture_logs() as said:
        async with asyncio.timeout(5), aclosing(feed.listen(MANAGER, after=None, beat=60)) as heard:
            assert await anext(heard) is None
            await until(lambda: broadcast.listeners(topic) == 1)
            for words in (*puzzling, message):
                await broadcast.tell(topic, words)
            first = await anext(heard)
            assert first is not None
            assert told in (first.rebuild, first.scan)
    assert [(line["event"], line["topic"]) for line in said] == [("message_passed_over", topic)]


async def test_of_what_only_a_newer_release_can_read_the_card_is_told_and_all_that_follows(
    rig: Rig, feed: LiveFeed
) -> None:
    ada = await rig.person()
    request_id, seen = await rig.ask(ada), await rig.log.head()
    await until(lambda: feed.position == seen)
    async with asyncio.timeout(5), aclosing(feed.listen(MANAGER, after=None, beat=60)) as heard:
        assert await anext(heard) is None
        (new,) = await record(rig.log, "media_request", request_id, SomethingNew())
        other = await rig.ask(ada, tmdb_id=8)
        expected = [request_id, other]
        live = [await anext(heard) for _ in expected]
    async with asyncio.timeout(5), aclosing(feed.listen(MANAGER, after=seen)) as heard:
        missed = [await anext(heard) for _ in expected]
    for told in (live, missed):
        assert [each.card.request_id for each in told] == expected  # type: ignore[union-attr]
        assert told[0].position == new.position  # type: ignore[union-attr]
