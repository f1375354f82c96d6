"""A made-up history goes into the log whole, past the writer, or not at all."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import psycopg
import pytest
from tests.followers import MASTER, world

from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.main.demo.chronicle import Entry
from medianest.main.demo.fill import CHUNK, LogBegun, fill
from medianest.main.demo.script import demonstration
from medianest.main.demo.story import Story


class BrokenOff(Exception):
    """Somebody pressed Ctrl-C."""


def story(events: int = 2000) -> Sequence[Entry]:
    house = demonstration(events, datetime(2026, 3, 1, 20, tzinfo=UTC))
    return list(Story(1, house, HmacClaimIds(MASTER).of_email))


async def test_what_is_written_reads_back_as_what_was_decided(database_url: str) -> None:
    entries = story()
    written = await fill(database_url, MASTER, entries)
    decided = [event.tag for entry in entries for write in entry.append.writes for event in write.events]
    assert written == len(decided)
    async with world(database_url) as there:
        assert await there.log.head() == written
        read = [recorded async for batch in there.log.scan(after=0, until=written) for recorded in batch]
    assert [recorded.event.tag for recorded in read] == decided
    assert [recorded.position for recorded in read] == list(range(1, written + 1))


async def test_reactions_begin_behind_it(database_url: str) -> None:
    written = await fill(database_url, MASTER, story())
    with psycopg.connect(database_url) as link:
        assert link.execute("SELECT DISTINCT position FROM reaction_checkpoints").fetchall() == [(written,)]


async def test_one_that_broke_off_leaves_nothing_and_can_be_made_anew(database_url: str) -> None:
    entries = story(8000)
    assert len(entries) > 2 * CHUNK

    def broken_off() -> Iterator[Entry]:
        yield from entries[:-1]
        raise BrokenOff

    with pytest.raises(BrokenOff):
        await fill(database_url, MASTER, broken_off())
    with psycopg.connect(database_url) as link:
        assert link.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
    assert await fill(database_url, MASTER, entries) > 0


async def test_a_log_that_has_begun_is_left_as_it_is(database_url: str) -> None:
    written = await fill(database_url, MASTER, story())
    with pytest.raises(LogBegun):
        await fill(database_url, MASTER, story())
    with psycopg.connect(database_url) as link:
        assert link.execute("SELECT count(*), max(position) FROM events").fetchall() == [(written, written)]
