"""A log that is measured at size is several of a smaller one's, and keeps every promise of a log."""

from collections import Counter
from itertools import groupby, pairwise

import psycopg
import pytest
from benchmarks.enlarge import MOST, enlarge
from tests.followers import MASTER, world
from tests.integration.test_filling import story
from tests.servers import RunServers

from medianest.domain.kernel import SYSTEM
from medianest.main.demo.fill import fill

TIMES = 3
DEFINITIONS = "SELECT indexdef FROM pg_indexes WHERE tablename = 'events' ORDER BY 1"


async def test_an_enlarged_log_holds_every_append_so_often_each_of_other_people(servers: RunServers) -> None:
    with servers.database(migrated=True) as source, servers.database(migrated=True) as target:
        written = await fill(source, MASTER, story(600))
        assert enlarge(source, target, TIMES) == TIMES * written
        async with world(source) as there:
            before = [recorded async for batch in there.log.scan(after=0, until=written) for recorded in batch]
        async with world(target) as there:
            after = [recorded async for batch in there.log.scan(after=0, until=TIMES * written) for recorded in batch]
        with psycopg.connect(source) as one, psycopg.connect(target) as other:
            assert one.execute(DEFINITIONS).fetchall() == other.execute(DEFINITIONS).fetchall()
            assert other.execute("SELECT DISTINCT position FROM reaction_checkpoints").fetchall() == [(len(after),)]
    assert [recorded.position for recorded in after] == list(range(1, TIMES * written + 1))
    assert all(first.recorded_at <= second.recorded_at for first, second in pairwise(after))
    assert Counter(recorded.event.tag for recorded in after) == {
        tag: TIMES * count for tag, count in Counter(recorded.event.tag for recorded in before).items()
    }
    assert len({recorded.stream_id for recorded in after}) == TIMES * len({one.stream_id for one in before})
    people = {recorded.actor for recorded in before} - {SYSTEM}
    assert len({recorded.actor for recorded in after} - {SYSTEM}) == TIMES * len(people)
    clicks = [click for click, _ in groupby((recorded.correlation_id, recorded.occurred_at) for recorded in after)]
    appends = [click for click, _ in groupby((one.correlation_id, one.occurred_at) for one in before)]
    assert len(clicks) == TIMES * len(appends)  # none is torn apart by another


async def test_the_bodies_name_the_people_and_requests_of_their_own_house(servers: RunServers) -> None:
    with servers.database(migrated=True) as source, servers.database(migrated=True) as target:
        await fill(source, MASTER, story(600))
        enlarge(source, target, TIMES)
        with psycopg.connect(target) as link:
            accounts, strangers = link.execute(
                """SELECT count(*) FILTER (WHERE category = 'user'),
                     count(*) FILTER (WHERE category IN ('user', 'media_request')
                       AND body->>(category || '_id') <> stream_id::text
                       OR body->>'request_id' <> stream_id::text AND category = 'media_request')
                   FROM events"""
            ).fetchall()[0]
    assert accounts > 0
    assert strangers == 0


def test_a_log_is_not_enlarged_further_than_there_are_other_ids(database_url: str) -> None:
    with pytest.raises(ValueError, match="times"):
        enlarge(database_url, database_url, MOST + 1)
