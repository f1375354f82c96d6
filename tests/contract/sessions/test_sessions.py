"""Sessions as they are now, wherever they are kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.ports.sessions import RefreshRejected, RefreshReused, Session, Sighting, Whereabouts
from tests.fakes.sessions import FakeSessions

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
AFTER_GRACE = timedelta(seconds=21)
PHONE = Whereabouts(device="Firefox on Android", client="Mozilla/5.0", address="203.0.113.7")
Kept = PostgresSessions | FakeSessions


def a_session(user_id: UUID | None = None, session_id: UUID | None = None, **more: Any) -> Session:
    return Session(
        session_id=session_id or uuid4(), user_id=user_id or uuid4(), authenticated_at=more.pop("at", NOON), **more
    )


@pytest.fixture(params=["postgres", "fake"])
async def sessions(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    if request.param == "fake":
        yield FakeSessions()
        return
    async with Database(request.getfixturevalue("database_url"), max_size=4) as pool:
        yield PostgresSessions(pool, b"the secret of this test, long enough for it")


async def test_a_refresh_token_is_exchanged_for_the_next_one(sessions: Kept) -> None:
    begun = a_session()
    token = await sessions.open(begun, "password", PHONE)
    for minutes in range(3):
        session, following = await sessions.rotate(token, LATER + timedelta(minutes=minutes))
        assert session == begun
        assert following != token
        token = following
    assert await sessions.ended_since(NOON) == frozenset()


async def test_within_the_grace_the_same_token_gets_the_same_successor(sessions: Kept) -> None:
    token = await sessions.open(a_session(), "password", PHONE)
    outcomes = await asyncio.gather(*(sessions.rotate(token, LATER) for _ in range(8)))
    outcomes.append(await sessions.rotate(token, LATER + timedelta(seconds=20)))
    assert len({following for _, following in outcomes}) == 1
    assert await sessions.ended_since(NOON) == frozenset()
    _, following = outcomes[0]
    await sessions.rotate(following, LATER + timedelta(minutes=1))


async def test_a_token_used_again_after_the_grace_ends_its_session_and_no_other(sessions: Kept) -> None:
    person = uuid4()
    stolen, untouched = a_session(person), a_session(person)
    token = await sessions.open(stolen, "password", PHONE)
    elsewhere = await sessions.open(untouched, "password", PHONE)
    _, following = await sessions.rotate(token, LATER)
    with pytest.raises(RefreshReused) as reused:
        await sessions.rotate(token, LATER + AFTER_GRACE)
    assert reused.value.session == stolen
    for dead in (following, token):
        with pytest.raises(RefreshRejected):
            await sessions.rotate(dead, LATER + AFTER_GRACE)
    assert await sessions.ended_since(NOON) == {stolen.session_id}
    assert (await sessions.rotate(elsewhere, LATER))[0] == untouched


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "a" * 5000, "/0"])
async def test_a_token_that_was_never_issued_is_refused(sessions: Kept, token: str) -> None:
    with pytest.raises(RefreshRejected):
        await sessions.rotate(token, NOON)


async def test_a_session_ends_a_month_after_it_was_last_refreshed(sessions: Kept) -> None:
    one, other = a_session(), a_session()
    in_time, late = [await sessions.open(session, "password", PHONE) for session in (one, other)]
    month = timedelta(days=30)
    await sessions.rotate(in_time, NOON + month - timedelta(seconds=1))
    with pytest.raises(RefreshRejected):
        await sessions.rotate(late, NOON + month)
    assert await sessions.expired(NOON + month, limit=10) == [other]
    assert await sessions.of(other.user_id, NOON + month) == []
    assert len(await sessions.of(one.user_id, NOON + month)) == 1


async def test_a_session_ends_a_year_after_it_began_however_busy_it_is(sessions: Kept) -> None:
    session = a_session()
    token = await sessions.open(session, "password", PHONE)
    for day in range(25, 365, 25):
        _, token = await sessions.rotate(token, NOON + timedelta(days=day))
    with pytest.raises(RefreshRejected):
        await sessions.rotate(token, NOON + timedelta(days=365))
    assert await sessions.expired(NOON + timedelta(days=365), limit=10) == [session]


async def test_proving_again_who_one_is_counts_from_then_on(sessions: Kept) -> None:
    session = a_session()
    token = await sessions.open(session, "password", PHONE)
    confirmed = Session(session_id=session.session_id, user_id=session.user_id, authenticated_at=LATER)
    assert await sessions.confirm(session.session_id, LATER) == confirmed
    assert (await sessions.rotate(token, LATER))[0] == confirmed
    await sessions.end([session.session_id], LATER)
    assert await sessions.confirm(session.session_id, LATER) is None
    assert await sessions.confirm(uuid4(), LATER) is None


async def test_ended_sessions_are_told_from_when_they_ended(sessions: Kept) -> None:
    one, two = a_session(), a_session()
    token = await sessions.open(one, "password", PHONE)
    await sessions.open(two, "password", PHONE)
    await sessions.end([one.session_id], LATER)
    await sessions.end([one.session_id], LATER + timedelta(hours=1))  # already so: it ended when it ended
    await sessions.end([uuid4()], LATER)
    with pytest.raises(RefreshRejected):
        await sessions.rotate(token, LATER)
    assert await sessions.ended_since(LATER - timedelta(seconds=1)) == {one.session_id}
    assert await sessions.ended_since(LATER) == frozenset()


async def test_a_person_sees_their_open_sessions_the_latest_first(sessions: Kept) -> None:
    person = uuid4()
    phone, desk, over = a_session(person), a_session(person, at=LATER), a_session(person)
    await sessions.open(phone, "plex", PHONE)
    await sessions.open(desk, "password", Whereabouts())
    await sessions.open(over, "password", PHONE)
    await sessions.open(a_session(), "password", PHONE)
    await sessions.end([over.session_id], LATER)
    seen_at = LATER + timedelta(hours=1)
    await sessions.seen(
        {
            phone.session_id: Sighting(at=seen_at, address="198.51.100.9"),
            desk.session_id: Sighting(at=NOON, address=None),
            over.session_id: Sighting(at=seen_at, address="198.51.100.9"),
            uuid4(): Sighting(at=seen_at, address=None),
        }
    )
    first, second = await sessions.of(person, seen_at)
    assert (first.session_id, first.method, first.opened_at, first.last_seen_at) == (
        phone.session_id,
        "plex",
        NOON,
        seen_at,
    )
    assert first.whereabouts == Whereabouts(device=PHONE.device, client=PHONE.client, address="198.51.100.9")
    assert first.expires_at == seen_at + timedelta(days=30)
    assert (second.session_id, second.last_seen_at) == (desk.session_id, LATER)


async def test_all_sessions_of_a_person_are_told_page_by_page_with_when_they_ended(sessions: Kept) -> None:
    person = uuid4()
    begun = [a_session(person, at=NOON + timedelta(days=day // 2)) for day in range(5)]
    for session in begun:
        await sessions.open(session, "password", PHONE)
    await sessions.open(a_session(), "password", PHONE)
    await sessions.end([begun[1].session_id], LATER)
    found, after = [], None
    while True:
        page = await sessions.kept(person, limit=2, after=after)
        found += page.items
        if (after := page.next_key) is None:
            break
    newest_first = sorted(begun, key=lambda one: (one.authenticated_at, one.session_id), reverse=True)
    assert [one.session_id for one in found] == [one.session_id for one in newest_first]
    assert {one.session_id: one.ended_at for one in found if one.ended_at} == {begun[1].session_id: LATER}
    assert {one.whereabouts for one in found} == {PHONE}
    assert (await sessions.kept(uuid4(), limit=2, after=None)).items == []


async def test_a_device_is_known_once_it_was_used_also_after_its_session_ended(sessions: Kept) -> None:
    session = a_session()
    assert await sessions.has_used(session.user_id, PHONE.device) is None
    await sessions.open(session, "password", PHONE)
    await sessions.end([session.session_id], LATER)
    assert await sessions.has_used(session.user_id, PHONE.device) is True
    assert await sessions.has_used(session.user_id, "curl") is False
    assert await sessions.has_used(session.user_id, None) is False


async def test_forgetting_somebody_leaves_nothing_of_them(sessions: Kept) -> None:
    gone, stays = a_session(), a_session()
    tokens = [await sessions.open(session, "password", PHONE) for session in (gone, stays)]
    await sessions.forget(gone.user_id)
    assert await sessions.has_used(gone.user_id, PHONE.device) is None
    with pytest.raises(RefreshRejected):
        await sessions.rotate(tokens[0], LATER)
    assert (await sessions.rotate(tokens[1], LATER))[0] == stays


async def test_sweeping_leaves_what_is_in_use(sessions: Kept) -> None:
    old, live = a_session(), a_session()
    await sessions.open(old, "password", PHONE)
    token = await sessions.open(live, "password", PHONE)
    await sessions.end([old.session_id], NOON)
    _, token = await sessions.rotate(token, NOON + timedelta(days=29))
    await sessions.sweep(NOON + timedelta(days=30))
    assert await sessions.has_used(old.user_id, PHONE.device) is True
    _, token = await sessions.rotate(token, NOON + timedelta(days=58))
    await sessions.sweep(NOON + timedelta(days=90))
    assert await sessions.has_used(old.user_id, PHONE.device) is None
    assert await sessions.has_used(live.user_id, PHONE.device) is True


async def test_tokens_are_not_kept_in_clear(database_url: str) -> None:
    async with Database(database_url, max_size=2) as pool:
        sessions = PostgresSessions(pool, b"the secret of this test, long enough for it")
        token = await sessions.open(a_session(), "password", PHONE)
        _, following = await sessions.rotate(token, LATER)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT t::text, encode(token_hash, 'escape') FROM refresh_tokens t").fetchall()
    assert len(rows) == 2
    assert token not in str(rows)
    assert following not in str(rows)
