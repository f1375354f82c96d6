"""Everybody of the house in memory, never behind for whoever asks twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest

from medianest.application.people import TOKEN_LIFE, PeopleBook, permissions_of
from medianest.domain.kernel import SYSTEM
from medianest.domain.second_factor import second_factor_id
from medianest.domain.session import EndSession, OpenSession, SessionEnded
from medianest.domain.setting import SettingChanged, setting_id
from medianest.domain.user.commands import DeleteUser, RenameUser, SuspendUser
from medianest.domain.user.events import UserRenamed, UserSuspended
from medianest.ports.failures import LogUnavailable, ViewNotBuilt
from medianest.ports.sessions import Session, Whereabouts
from tests.fakes.scripted_server import until
from tests.fakes.sessions import FakeSessions
from tests.newer_release import SomethingNew, record, reshaped
from tests.unit.application.rig import Rig


@pytest.fixture
def sessions() -> FakeSessions:
    return FakeSessions()


@pytest.fixture
def book(rig: Rig, sessions: FakeSessions) -> PeopleBook:
    return PeopleBook(rig.log, rig.directory, sessions, rig.clock)


@asynccontextmanager
async def following(book: PeopleBook) -> AsyncIterator[None]:
    task = asyncio.create_task(book.follow())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def a_session(rig: Rig, user_id: UUID) -> tuple[UUID, UUID]:
    """Whose, and which."""
    return user_id, rig.ids.new()


async def test_somebody_who_came_a_moment_ago_is_known(rig: Rig, book: PeopleBook) -> None:
    await book.catch_up()
    ada = await rig.person("auto_approve")
    person = await book.admit(ada, rig.ids.new())
    assert person is not None
    assert permissions_of(person) == {"request", "auto_approve"}
    assert book.find(ada) == person


async def test_a_stranger_is_not_admitted(rig: Rig, book: PeopleBook) -> None:
    assert await book.admit(rig.ids.new(), rig.ids.new()) is None


async def test_a_suspension_counts_at_once_and_without_a_question(rig: Rig, book: PeopleBook) -> None:
    ada = await rig.person()
    session = a_session(rig, ada)
    async with following(book):
        await until(lambda: book.find(ada) is not None)
        assert await book.admit(*session) is not None
        await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=ada))
        await until(lambda: book.find(ada).is_suspended)  # type: ignore[union-attr]
        assert await book.admit(*session) is None


async def test_signing_out_ends_that_session_alone(rig: Rig, book: PeopleBook) -> None:
    ada = await rig.person()
    here, there = a_session(rig, ada), a_session(rig, ada)
    await book.catch_up()
    await rig.run(
        OpenSession(**rig.by(ada), session_id=here[1], user_id=ada, method="password"),
        EndSession(**rig.by(ada), session_id=here[1], reason="signed_out"),
    )
    await book.catch_up()
    assert await book.admit(*here) is None
    assert await book.admit(*there) is not None


async def test_a_process_that_starts_knows_the_sessions_that_ended_before(
    rig: Rig, book: PeopleBook, sessions: FakeSessions
) -> None:
    ada = await rig.person()
    lately, long_ago = a_session(rig, ada), a_session(rig, ada)
    for (user_id, session_id), ended_at in ((long_ago, rig.clock.now() - TOKEN_LIFE), (lately, rig.clock.now())):
        session = Session(session_id=session_id, user_id=user_id, authenticated_at=ended_at - timedelta(hours=1))
        await sessions.open(session, "password", Whereabouts())
        await sessions.end([session_id], ended_at)
    assert await book.admit(*lately) is None
    assert await book.admit(*long_ago) is not None  # no token of it lives any more


async def test_names_are_those_of_today_and_of_the_forgotten_none(rig: Rig, book: PeopleBook) -> None:
    ada, bob = await rig.person(name="Ada"), await rig.person(name="Bob")
    await book.catch_up()
    await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Countess"))
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=bob))
    await book.catch_up()
    assert (book.name(ada), book.name(bob), book.name(rig.ids.new())) == ("Countess", None, None)
    assert await book.admit(*a_session(rig, bob)) is None


async def test_a_view_that_is_behind_is_made_good_from_the_log(rig: Rig, book: PeopleBook) -> None:
    ada = await rig.person()
    rig.views.stands_at = await rig.log.head()
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=ada))
    bob = await rig.person()
    assert await book.admit(ada, rig.ids.new()) is None
    assert await book.admit(*a_session(rig, bob)) is not None


async def test_while_the_view_is_being_built_everybody_is_known_from_the_log(rig: Rig, book: PeopleBook) -> None:
    ada, bob = await rig.person("auto_approve"), await rig.person()
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=bob))
    rig.views.outage = ViewNotBuilt()
    assert await book.admit(ada, rig.ids.new()) is not None
    assert await book.admit(*a_session(rig, bob)) is None
    assert rig.views.refused == 1


async def test_a_database_that_is_away_only_delays_it(
    rig: Rig, book: PeopleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await rig.person()
    rig.views.outage = LogUnavailable()
    async with following(book):
        with pytest.raises(LogUnavailable):
            await book.admit(ada, rig.ids.new())
        rig.views.outage = None
        await until(lambda: book.find(ada) is not None)
        head = rig.log.head

        async def away() -> int:
            raise LogUnavailable

        with monkeypatch.context() as outage:
            outage.setattr(rig.log, "head", away)
            bob = await rig.person()
            assert await book.admit(ada, rig.ids.new()) is not None  # who is known needs no database
        assert rig.log.head == head
        await until(lambda: book.find(bob) is not None)


async def test_many_who_ask_for_a_stranger_at_once_read_the_log_once(rig: Rig, book: PeopleBook) -> None:
    ada = await rig.person()
    admitted = await asyncio.gather(*(book.admit(*a_session(rig, ada)) for _ in range(10)))
    assert all(person is not None and person.user_id == ada for person in admitted)


async def test_there_is_an_administrator_from_the_moment_of_the_record_until_the_last_is_deleted(
    rig: Rig, book: PeopleBook
) -> None:
    assert not await book.has_administrator()
    await rig.person()
    ada = await rig.person(role="admin")
    assert await book.has_administrator()
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=ada))
    assert not await book.has_administrator()


async def test_watchers_hear_of_those_whose_rights_or_sessions_change(rig: Rig, book: PeopleBook) -> None:
    ada, bob = await rig.person(), await rig.person()
    await book.catch_up()
    heard: list[UUID] = []
    book.watch(heard.append)
    await rig.run(RenameUser(**rig.by(ada), user_id=ada, name="Countess"))
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=bob))
    session_id = rig.ids.new()
    await rig.run(
        OpenSession(**rig.by(ada), session_id=session_id, user_id=ada, method="password"),
        EndSession(**rig.by(ada), session_id=session_id, reason="signed_out"),
    )
    await book.catch_up()
    assert heard == [bob, ada]


async def test_what_only_a_newer_release_knows_is_passed_over_and_a_later_suspension_counts(
    rig: Rig, book: PeopleBook
) -> None:
    ada, bob = await rig.person(), await rig.person()
    async with following(book):
        await until(lambda: book.find(bob) is not None)
        await record(rig.log, "user", ada, SomethingNew(), reshaped(UserRenamed.tag))
        await record(rig.log, "setting", rig.ids.new(), SomethingNew())
        await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=bob))
        await until(lambda: book.find(bob).is_suspended)  # type: ignore[union-attr]
        assert await book.admit(*a_session(rig, ada)) is not None


async def test_a_release_that_is_put_back_begins_behind_what_it_cannot_read(rig: Rig, book: PeopleBook) -> None:
    rig.views.stands_at = await rig.log.head()  # in front of it, as a view stops
    ada = await rig.person(role="admin")
    await record(rig.log, "user", ada, SomethingNew())
    await record(rig.log, "setting", setting_id("open_registration"), reshaped(SettingChanged.tag))
    assert await book.has_administrator()
    assert await book.admit(*a_session(rig, ada)) is not None


@pytest.mark.parametrize("tag", [UserSuspended.tag, "second_factor.removed"])
async def test_whose_rights_a_newer_release_took_in_a_shape_of_its_own_is_not_admitted_here(
    rig: Rig, book: PeopleBook, tag: str
) -> None:
    ada, bob = await rig.person(), await rig.person()
    await book.catch_up()
    heard: list[UUID] = []
    book.watch(heard.append)
    category = tag.partition(".")[0]
    await record(rig.log, category, ada if category == "user" else second_factor_id(ada), reshaped(tag))
    await book.catch_up()
    assert await book.admit(*a_session(rig, ada)) is None
    assert await book.admit(*a_session(rig, bob)) is not None
    assert heard == [ada], "whoever is connected is asked who they are"


async def test_a_session_that_a_newer_release_ended_in_a_shape_of_its_own_is_over_here(
    rig: Rig, book: PeopleBook
) -> None:
    ada = await rig.person()
    here, there = a_session(rig, ada), a_session(rig, ada)
    await book.catch_up()
    heard: list[UUID] = []
    book.watch(heard.append, ended=heard.append)
    await record(rig.log, "session", here[1], reshaped(SessionEnded.tag))
    await book.catch_up()
    assert await book.admit(*here) is None
    assert await book.admit(*there) is not None
    assert heard == [here[1]]
