"""What was written in an old shape is read as today's, from the log as it lies on the disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import pytest
from tests.contract.event_log.logs import MASTER, an_append, write

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.upcasters import Body
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import FORGOTTEN, Event, Personal
from medianest.ports.failures import UnreadableEvent

TAG = "greeting.sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstGreeting(Event):
    """As it was once: a year, and words."""

    tag: ClassVar[str] = TAG
    user_id: UUID
    words: Annotated[str, Personal(of="user_id")]
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting(Event):
    """As it is today: a season in place of the year, and how warm it was."""

    tag: ClassVar[str] = TAG
    schema: ClassVar[int] = 3
    user_id: UUID
    words: Annotated[str, Personal(of="user_id")]
    season: str
    is_warm: bool


def season_for_year(body: Body) -> Body:
    return {"user_id": body["user_id"], "words": body["words"], "season": f"summer of {body['year']}"}


def warmth(body: Body) -> Body:
    return {**body, "is_warm": True}


UPCASTERS = {(TAG, 1): season_for_year, (TAG, 2): warmth}


@asynccontextmanager
async def a_build(
    url: str, greeting: type[Event], upcasters: dict[Any, Any]
) -> AsyncIterator[tuple[PostgresEventLog, PostgresKeyring]]:
    """The log as a release of MediaNest sees it that knows greetings in this shape."""
    async with Database(url) as pool, AppendWriter(url) as writer, Signals(url, [LOG_CHANNEL]) as signals:
        keyring = PostgresKeyring(pool, MASTER)
        codec = EventCodec({TAG: greeting}, keyring, upcasters)
        async with PostgresEventLog(pool, writer, codec, signals) as log:
            yield log, keyring


async def test_an_event_of_an_old_build_is_read_in_the_shape_of_today(database_url: str) -> None:
    stream, ada = uuid4(), uuid4()
    async with a_build(database_url, FirstGreeting, {}) as (log, keyring):
        await keyring.create(ada)
        old = FirstGreeting(user_id=ada, words="Dear Ada", year=2019)
        await log.append(an_append(write(stream, 0, old, category="greeting")))
    expected = Greeting(user_id=ada, words="Dear Ada", season="summer of 2019", is_warm=True)
    async with a_build(database_url, Greeting, UPCASTERS) as (log, keyring):
        new = Greeting(user_id=ada, words="Dear Ada again", season="winter", is_warm=False)
        await log.append(an_append(write(stream, 1, new, category="greeting")))
        in_stream = await log.read_stream("greeting", stream)
        assert [one.event for one in in_stream] == [expected, new]
        assert list(await log.read(after=0, limit=10)) == list(in_stream)
        assert [one async for batch in log.scan(after=0, until=10) for one in batch] == list(in_stream)
        await keyring.destroy(ada)
        words = [
            one.event.words for one in await log.read_stream("greeting", stream) if isinstance(one.event, Greeting)
        ]
        assert words == [FORGOTTEN, FORGOTTEN], "an old shape keeps no word of who was forgotten"


async def test_a_shape_without_a_way_to_today_is_an_error_and_not_a_guess(database_url: str) -> None:
    stream, ada = uuid4(), uuid4()
    async with a_build(database_url, FirstGreeting, {}) as (log, keyring):
        await keyring.create(ada)
        await log.append(
            an_append(write(stream, 0, FirstGreeting(user_id=ada, words="Hello", year=1), category="greeting"))
        )
    async with a_build(database_url, Greeting, {(TAG, 2): warmth}) as (log, _):
        with pytest.raises(UnreadableEvent, match="nothing leads from 1 to 2"):
            await log.read_stream("greeting", stream)
