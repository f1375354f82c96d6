"""How far a rebuild is, told live."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from medianest.application.live import REBUILDS, LiveFeed, Message
from medianest.application.open_streams import OpenStreams
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.domain.user.vocabulary import Permission
from medianest.ports.rebuilds import RebuildStatus
from tests.fakes.broadcast import FakeBroadcast
from tests.fakes.scripted_server import until
from tests.fakes.views import FakeInbox
from tests.unit.application.rig import Rig

STATUS = RebuildStatus(
    rebuild_id=UUID(int=7),
    views=("inbox",),
    state="running",
    position=50,
    head=100,
    asked_by=None,
    asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    finished_at=None,
    error=None,
)


async def test_it_reaches_those_who_look_after_the_settings_and_nobody_else(rig: Rig) -> None:
    broadcast, streams = FakeBroadcast(), OpenStreams()
    feed = LiveFeed(rig.log, rig.views, rig.board, FakeInbox(rig.views), streams=streams, broadcast=broadcast)
    heard: dict[int, list[Message]] = {1: [], 2: []}

    async def listen(number: int, permission: Permission) -> None:
        viewer = Viewer(user_id=UUID(int=number), permissions=frozenset({permission}))
        async with aclosing(feed.listen(viewer, after=None)) as messages:
            async for message in messages:
                heard[number].append(message)

    tasks = [
        asyncio.create_task(feed.follow_rebuilds()),
        asyncio.create_task(listen(1, "manage_settings")),
        asyncio.create_task(listen(2, "manage_requests")),
    ]
    await until(lambda: feed.listeners == 2 and broadcast.listeners(REBUILDS) == 1)
    await broadcast.tell(REBUILDS, msgspec.json.encode(STATUS))
    await until(lambda: bool(heard[1]))
    assert [(message.kind, message.rebuild) for message in heard[1]] == [("rebuild", STATUS)]
    assert heard[2] == []
    await end(*tasks)
