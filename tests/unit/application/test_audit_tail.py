"""The audit trail as it grows, and what it is asked with."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from uuid import UUID

import pytest

from medianest.adapters.eventlog.memory_trail import MemoryAuditTrail
from medianest.application.audit_tail import AuditTail, Heard
from medianest.application.open_streams import OpenStreams
from medianest.application.people import PeopleBook
from medianest.application.phrase import PhraseInvalid
from medianest.application.queries.audit import AuditDesk, ReadPhrase
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Recorded
from medianest.domain.user.commands import RenameUser
from medianest.ports.audit import AuditFilter
from medianest.ports.failures import LogUnavailable
from tests.fakes.scripted_server import until
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import Rig

PATIENCE = 5.0


class CountedTrail(MemoryAuditTrail):
    looks = 0

    async def onward(self, criteria: AuditFilter, *, after: int, until: int | None, limit: int) -> Sequence[Recorded]:
        self.looks += 1
        return await super().onward(criteria, after=after, until=until, limit=limit)


@pytest.fixture
def desk(rig: Rig) -> AuditDesk:
    people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)
    return AuditDesk(MemoryAuditTrail(rig.log), rig.board, people)


@pytest.fixture
def streams() -> OpenStreams:
    return OpenStreams()


@pytest.fixture
def tail(rig: Rig, desk: AuditDesk, streams: OpenStreams) -> AuditTail:
    return AuditTail(desk, rig.log, rig.views, streams)


def somebody(user_id: UUID) -> Viewer:
    return Viewer(user_id=user_id, permissions=frozenset({"view_audit"}))


@asynccontextmanager
async def following(tail: AuditTail, who: UUID, phrase: str, after: int) -> AsyncIterator[AsyncGenerator[Heard, None]]:
    heard = tail.follow(somebody(who), ReadPhrase(phrase=phrase), after=after)
    try:
        yield heard
    finally:
        await heard.aclose()


async def hear(heard: AsyncGenerator[Heard, None]) -> str:
    async with asyncio.timeout(PATIENCE):
        line = (await anext(heard)).line
    assert line is not None
    return line.recorded.event.tag


async def test_what_fits_is_heard_in_order_and_nothing_else(rig: Rig, tail: AuditTail) -> None:
    ada = await rig.person(name="Ada")
    begin = await tail.reach(ReadPhrase(phrase=""))
    async with following(tail, ada, "category:media_request actor:ada", begin) as heard:
        waiting = asyncio.ensure_future(hear(heard))
        bob = await rig.person(name="Bob")
        await rig.ask(bob)
        assert not waiting.done()
        await rig.ask(ada, 1)
        assert await waiting == "media_request.submitted"
    async with following(tail, ada, "-category:*claim -category:quota actor:bob", begin) as heard:
        assert await hear(heard) == "user.registered"
        assert await hear(heard) == "media_request.submitted"


async def test_what_is_recorded_in_quick_succession_is_read_together(rig: Rig, streams: OpenStreams) -> None:
    ada = await rig.person()
    trail = CountedTrail(rig.log)
    desk = AuditDesk(trail, rig.board, PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock))
    tail = AuditTail(desk, rig.log, rig.views, streams)
    async with following(tail, ada, "", await rig.log.head()) as heard:

        async def listen() -> list[str]:
            return [await hear(heard) for _ in range(50)]

        listening = asyncio.create_task(listen())
        for number in range(50):
            await rig.run(RenameUser(**rig.by(ada), user_id=ada, name=f"Ada {number}"))
            for _ in range(20):
                await asyncio.sleep(0)
        assert await listening == ["user.renamed"] * 50
    assert trail.looks < 10, "each look is a question to the database, and there may be many tails"


async def test_a_text_is_looked_for_in_titles_that_come_later(rig: Rig, tail: AuditTail) -> None:
    ada = await rig.person()
    rig.views.stands_at = await rig.log.head()
    asked = ReadPhrase(phrase='"the long winter" category:media_request')
    begin = await tail.reach(asked)
    async with following(tail, ada, asked.phrase, begin) as heard:
        waiting = asyncio.ensure_future(hear(heard))
        await rig.ask(ada)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done(), "the board does not know the title yet"
        rig.views.stands_at = None
        assert await waiting == "media_request.submitted"


async def test_a_position_that_is_not_of_this_log_begins_again_at_its_end(rig: Rig, tail: AuditTail) -> None:
    ada = await rig.person()
    head = await rig.log.head()
    async with following(tail, ada, "", head + 1000) as heard:
        assert await anext(heard) == Heard(position=head, line=None)
        waiting = asyncio.ensure_future(hear(heard))
        await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Adele"))
        assert await waiting == "user.renamed"


async def test_it_ends_with_its_person_and_with_the_server(rig: Rig, tail: AuditTail, streams: OpenStreams) -> None:
    ada, bob = await rig.person(), await rig.person()
    head = await rig.log.head()
    async with following(tail, ada, "", head) as hers, following(tail, bob, "", head) as his:
        waiting = {who: asyncio.ensure_future(anext(heard)) for who, heard in ((ada, hers), (bob, his))}
        await until(lambda: len(streams) == 2)
        assert streams.of(ada) == 1
        streams.end(ada)
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting[ada], PATIENCE)
        assert not waiting[bob].done()
        streams.close()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting[bob], PATIENCE)
    assert len(streams) == 0
    async with following(tail, ada, "", head) as late:
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(late), PATIENCE)


async def test_it_ends_when_its_phrase_means_nothing_any_more(rig: Rig, tail: AuditTail) -> None:
    ada = await rig.person(name="Ada")
    async with following(tail, ada, "actor:ada", await rig.log.head()) as heard:
        waiting = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0)
        await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Eve"))
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting, PATIENCE)


async def test_a_database_that_is_away_only_delays_it(
    rig: Rig, tail: AuditTail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medianest.application.audit_tail.PAUSE", 0.01)
    ada = await rig.person()
    phrase = '"long winter"'
    begin = await tail.reach(ReadPhrase(phrase=phrase))
    rig.views.outage = LogUnavailable()
    async with following(tail, ada, phrase, begin) as heard:
        waiting = asyncio.ensure_future(hear(heard))
        await until(lambda: rig.views.refused > 1)
        await rig.ask(ada)
        rig.views.outage = None
        assert await waiting == "media_request.submitted"
        await end(waiting)


async def test_a_text_that_too_many_titles_hold_is_refused(
    rig: Rig, desk: AuditDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medianest.application.queries.audit.TITLES", 1)
    ada = await rig.person()
    await rig.run(rig.wish(ada, tmdb_id=1))
    assert len((await desk.read_phrase(ReadPhrase(phrase="winter"))).about[0]) == 1
    await rig.run(rig.wish(ada, tmdb_id=2))
    with pytest.raises(PhraseInvalid, match="too many titles"):
        await desk.read_phrase(ReadPhrase(phrase="winter"))


async def test_a_phrase_narrows_what_is_asked_beside_it(rig: Rig, desk: AuditDesk) -> None:
    ada = await rig.person(name="Ada")
    beside = AuditFilter(tags=frozenset({"user.registered", "user.renamed"}))
    criteria = await desk.read_phrase(ReadPhrase(phrase="actor:me action:*.registered", me=ada, criteria=beside))
    assert criteria == AuditFilter(actors=frozenset({ada}), tags=frozenset({"user.registered"}))


async def test_with_a_beat_the_tail_says_that_it_listens_and_that_nothing_happens(rig: Rig, tail: AuditTail) -> None:
    ada = await rig.person(name="Ada")
    asked = ReadPhrase(phrase="")
    async with aclosing(tail.follow(somebody(ada), asked, after=await tail.reach(asked), beat=0.001)) as heard:
        async with asyncio.timeout(PATIENCE):
            assert await anext(heard) is None
            assert await anext(heard) is None
