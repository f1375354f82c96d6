"""What happens, told at once to the people it concerns."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from uuid import UUID

import pytest

from medianest.application import live
from medianest.application.handlers import TellPeople
from medianest.application.live import LiveFeed, Message
from medianest.application.open_streams import OpenStreams
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.commands import ApproveRequest, CommentOnRequest, UnfollowRequest
from medianest.domain.user.vocabulary import Permission
from medianest.ports.failures import LogUnavailable
from tests.fakes.broadcast import FakeBroadcast
from tests.fakes.scripted_server import until
from tests.fakes.views import FakeInbox
from tests.unit.application.rig import Rig

PATIENCE = 5.0


@pytest.fixture
def streams() -> OpenStreams:
    return OpenStreams()


@pytest.fixture
async def feed(rig: Rig, streams: OpenStreams) -> AsyncIterator[LiveFeed]:
    feed = LiveFeed(rig.log, rig.views, rig.board, FakeInbox(rig.views), streams=streams, broadcast=FakeBroadcast())
    follower = asyncio.create_task(feed.follow())
    yield feed
    await end(follower)


def viewer(user_id: UUID, *permissions: Permission) -> Viewer:
    return Viewer(user_id=user_id, permissions=frozenset(permissions))


class Listener:
    """Hears what a stream says, from the moment it is made."""

    def __init__(self, feed: LiveFeed, who: Viewer, after: int | None = None) -> None:
        self._stream: AsyncGenerator[Message, None] = feed.listen(who, after=after)
        self._next: asyncio.Task[Message] = asyncio.ensure_future(self._stream.__anext__())

    async def hear(self) -> Message:
        message = await asyncio.wait_for(asyncio.shield(self._next), PATIENCE)
        self._next = asyncio.ensure_future(self._stream.__anext__())
        return message

    @property
    def has_heard(self) -> bool:
        return self._next.done()

    async def end(self) -> None:
        self._next.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await self._next
        await self._stream.aclose()

    async def is_over(self) -> bool:
        with suppress(StopAsyncIteration):
            await asyncio.wait_for(asyncio.shield(self._next), PATIENCE)
            return False
        return True


async def listening(rig: Rig, feed: LiveFeed, who: Viewer, after: int | None = None) -> Listener:
    """A listener that has begun, and hears of what comes `after` (or from now on)."""
    before = feed.listeners
    listener = Listener(feed, who, await rig.log.head() if after is None else after)
    await until(lambda: feed.listeners == before + 1)
    return listener


async def approve(rig: Rig, request_id: UUID) -> int:
    outcome = await rig.run(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    for recorded in outcome.recorded:
        await rig.run(TellPeople(actor=SYSTEM, at=rig.clock.now(), recorded=recorded))
    assert outcome.position is not None
    return outcome.position


async def test_an_owner_hears_of_their_request_and_of_their_news(rig: Rig, feed: LiveFeed) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    listener = await listening(rig, feed, viewer(ada))
    position = await approve(rig, request_id)
    first, second = await listener.hear(), await listener.hear()
    assert (first.kind, first.position, first.card.status) == ("request", position, "approved")  # type: ignore[union-attr]
    assert (second.kind, second.item.recipient) == ("notification", ada)  # type: ignore[union-attr]
    assert second.position > position
    await listener.end()
    assert feed.listeners == 0


async def test_an_outsider_hears_nothing_and_a_manager_of_every_request(rig: Rig, feed: LiveFeed) -> None:
    ada, bob, cat = [await rig.person() for _ in range(3)]
    outsider = await listening(rig, feed, viewer(bob))
    manager = await listening(rig, feed, viewer(cat, "manage_requests"))
    await approve(rig, await rig.ask(ada))
    assert (await manager.hear()).card.owner == ada  # type: ignore[union-attr]
    own = await rig.ask(bob, tmdb_id=8)
    assert (await outsider.hear()).card.request_id == own  # type: ignore[union-attr]
    for listener in (outsider, manager):
        await listener.end()


async def test_whoever_leaves_a_request_hears_of_it_once_more(rig: Rig, feed: LiveFeed) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    await rig.ask(bob)
    listener = await listening(rig, feed, viewer(bob))
    await rig.run(UnfollowRequest(**rig.by(bob), request_id=request_id))
    assert (await listener.hear()).card.followers == ()  # type: ignore[union-attr]
    await listener.end()


async def test_a_stream_goes_on_where_it_was_lost_without_a_gap_or_a_repetition(rig: Rig, feed: LiveFeed) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    seen = await rig.log.head()
    positions = []
    for number in range(6):
        outcome = await rig.run(
            CommentOnRequest(**rig.by(ada), request_id=request_id, comment_id=rig.ids.new(), text=str(number))
        )
        positions.append(outcome.position)
        if number == 2:
            listener = await listening(rig, feed, viewer(ada), after=seen)
    assert [(await listener.hear()).position for _ in range(6)] == positions
    await listener.end()


async def test_whoever_missed_too_much_is_told_to_look_again(
    rig: Rig, feed: LiveFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BACKLOG", 3)
    ada = await rig.person()
    request_id, seen = await rig.ask(ada), await rig.log.head()
    for _ in range(4):
        await comment(rig, ada, request_id)
    listener = await listening(rig, feed, viewer(ada), after=seen)
    reset = await listener.hear()
    assert (reset.kind, reset.position) == ("reset", await rig.log.head())
    later = await comment(rig, ada, request_id)
    assert (await listener.hear()).position == later
    await listener.end()


async def test_a_slow_listener_is_told_to_look_again_and_holds_nobody_up(
    rig: Rig, feed: LiveFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BACKLOG", 3)
    ada, bob = await rig.person(), await rig.person("manage_requests")
    request_id = await rig.ask(ada)
    async with aclosing(feed.listen(viewer(ada), after=None)) as slow:
        first = asyncio.ensure_future(slow.__anext__())
        await until(lambda: feed.listeners == 1)
        quick = await listening(rig, feed, viewer(bob, "manage_requests"))
        for _ in range(6):
            last = await comment(rig, ada, request_id)
            assert (await quick.hear()).position == last
        assert (await first).kind == "request"
        heard = [await anext(slow)]
        while heard[-1].position < last:
            heard.append(await anext(slow))
        assert heard[0].kind == "reset"
        assert len(heard) < 5
        await quick.end()


async def test_nobody_is_told_before_the_views_have_it(rig: Rig, feed: LiveFeed) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    listener = await listening(rig, feed, viewer(ada))
    rig.views.stands_at = await rig.log.head()
    position = await comment(rig, ada, request_id)
    asked = rig.views.asked
    await until(lambda: rig.views.asked > asked + 4)
    assert not listener.has_heard
    rig.views.stands_at = None
    assert (await listener.hear()).position == position
    await listener.end()


async def test_an_outage_only_delays_the_feed(rig: Rig, feed: LiveFeed) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    listener = await listening(rig, feed, viewer(ada))
    rig.views.outage = LogUnavailable()
    position = await comment(rig, ada, request_id)
    await until(lambda: rig.views.refused > 0)
    rig.views.outage = None
    assert (await listener.hear()).position == position
    await listener.end()


async def test_closing_ends_every_stream_also_one_that_begins_later(
    rig: Rig, feed: LiveFeed, streams: OpenStreams
) -> None:
    ada = await rig.person()
    listener = await listening(rig, feed, viewer(ada))
    streams.close()
    assert await listener.is_over()
    assert await Listener(feed, viewer(ada)).is_over()
    assert feed.listeners == 0


async def comment(rig: Rig, author: UUID, request_id: UUID) -> int:
    comment_id = rig.ids.new()
    outcome = await rig.run(
        CommentOnRequest(**rig.by(author), request_id=request_id, comment_id=comment_id, text="Please!")
    )
    assert outcome.position is not None
    return outcome.position


async def test_a_person_whose_rights_change_is_cut_off_and_nobody_else(
    rig: Rig, feed: LiveFeed, streams: OpenStreams
) -> None:
    ada, bob = await rig.person(), await rig.person()
    cut_off, stays = Listener(feed, viewer(ada)), Listener(feed, viewer(bob))
    await until(lambda: feed.listeners == 2)
    streams.end(ada)
    with pytest.raises(StopAsyncIteration):
        await cut_off.hear()
    assert not stays.has_heard
    for listener in (cut_off, stays):
        await listener.end()


async def test_with_a_beat_the_feed_says_that_it_listens_and_that_nothing_happens(rig: Rig, feed: LiveFeed) -> None:
    async with aclosing(feed.listen(viewer(await rig.person()), after=None, beat=0.001)) as stream:
        assert await anext(stream) is None
        assert feed.listeners == 1
        assert await anext(stream) is None
