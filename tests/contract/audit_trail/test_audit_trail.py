"""What every audit trail promises."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medianest.domain.kernel import Recorded
from medianest.ports.audit import AuditFilter
from medianest.ports.event_log import Unread
from tests.contract.audit_trail.trails import TrailParts, wanted
from tests.contract.event_log.logs import an_append, write
from tests.newer_release import SomethingNew, record

COMMANDS = 120
NOBODY = UUID(int=2**128 - 1)


def criteria_of(draw: st.DataObject, everything: Sequence[Recorded]) -> AuditFilter:
    """Any filter of what is there, and of some that is not. Most fit one event at least."""
    actors = [*sorted({one.actor for one in everything}), NOBODY]
    streams = [*sorted({one.stream_id for one in everything}), NOBODY]
    tags = sorted({one.event.tag for one in everything})
    target = draw.draw(st.sampled_from(everything), label="target")
    moment = st.sampled_from([one.recorded_at for one in everything])

    def some(values: Sequence[Any], *good: Any) -> st.SearchStrategy[frozenset[Any]]:
        several = st.frozensets(st.sampled_from(values), max_size=4)
        return st.one_of(several, *(several.map(frozenset({one}).union) for one in good))

    about = some([*actors, *streams], target.actor, target.stream_id)
    fields = {
        "actors": some(actors, target.actor),
        "tags": some(tags, target.event.tag),
        "streams": some(streams, target.stream_id),
        "about": st.lists(about, max_size=2).map(tuple),
        "without_actors": some(actors),
        "without_streams": some(streams),
        "correlation": st.just(target.correlation_id),
        "causation": st.just(target.causation_id),
        "session": st.just(target.session_id),
        "since": st.one_of(moment, st.just(target.recorded_at)),
        "until": st.one_of(moment, st.just(target.recorded_at + timedelta(microseconds=1))),
    }
    # A few of them at once: all together fit next to nothing.
    names = draw.draw(st.sets(st.sampled_from(sorted(fields)), max_size=4))
    return AuditFilter(**{name: draw.draw(fields[name], label=name) for name in sorted(names)})


@settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.data())
async def test_any_filter_finds_what_plain_python_finds(parts: TrailParts, draw: st.DataObject) -> None:
    everything = await parts.log.read(after=0, limit=10_000) or await parts.live(COMMANDS)
    criteria = criteria_of(draw, everything)
    right = wanted(criteria, everything)
    limit = draw.draw(st.integers(1, 30), label="limit")
    border = draw.draw(st.one_of(st.none(), st.integers(0, len(everything) + 5)), label="border")

    page = await parts.trail.latest(criteria, limit=limit, before=border)
    older = [one for one in right if border is None or one.position < border]
    assert list(page.items) == older[::-1][:limit]
    assert page.next_key == ((str(page.items[-1].position),) if len(older) > limit else None)

    newer = [one for one in right if one.position > 20 and (border is None or one.position <= border)]
    assert list(await parts.trail.onward(criteria, after=20, until=border, limit=limit)) == newer[:limit]

    counted = right[::-1][:limit]
    assert await parts.trail.streams(criteria, at_most=limit) == {one.stream_id for one in counted}

    facets = await parts.trail.facets(criteria, at_most=limit)
    assert facets.categories == Counter(one.category for one in counted)
    assert facets.actions == Counter(one.event.tag for one in counted)
    assert facets.actors == Counter(one.actor for one in counted)
    assert (facets.counted, facets.is_all) == (len(counted), len(right) <= limit)


async def test_an_empty_log_has_an_empty_trail(parts: TrailParts) -> None:
    assert (await parts.trail.latest(AuditFilter(), limit=5, before=None)).items == []
    assert await parts.trail.onward(AuditFilter(), after=0, until=None, limit=5) == []
    assert await parts.trail.streams(AuditFilter(), at_most=5) == frozenset()
    facets = await parts.trail.facets(AuditFilter(actors=frozenset({NOBODY})), at_most=5)
    assert (facets.categories, facets.counted, facets.is_all) == ({}, 0, True)


async def test_a_list_goes_on_where_it_was_although_events_arrive(parts: TrailParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, count=6)))
    criteria = AuditFilter(streams=frozenset({stream}))
    first = await parts.trail.latest(criteria, limit=3, before=None)
    await parts.log.append(an_append(write(stream, 6, count=4)))
    assert first.next_key is not None
    second = await parts.trail.latest(criteria, limit=3, before=int(first.next_key[0]))
    assert [one.version for one in (*first.items, *second.items)] == [6, 5, 4, 3, 2, 1]
    assert second.next_key is None


async def test_the_most_frequent_comes_first_among_the_facets(parts: TrailParts) -> None:
    await parts.live(COMMANDS)
    facets = await parts.trail.facets(AuditFilter(), at_most=10_000)
    for counts in (facets.categories, facets.actions, facets.actors):
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


async def test_of_what_cannot_be_read_it_is_still_known_who_did_it_where_and_when(parts: TrailParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, count=1)))
    await record(parts.log, "media_request", stream, SomethingNew())
    await parts.log.append(an_append(write(stream, 2, count=1)))
    criteria = AuditFilter(streams=frozenset({stream}))
    onward = await parts.trail.onward(criteria, after=0, until=None, limit=9)
    page = await parts.trail.latest(criteria, limit=9, before=None)
    assert [one.version for one in onward] == [one.version for one in page.items[::-1]] == [1, 2, 3]
    assert onward[1].event == Unread(tag=SomethingNew.tag)
    assert (await parts.trail.facets(criteria, at_most=9)).actions[SomethingNew.tag] == 1
