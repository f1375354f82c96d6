"""What the directory of people promises."""

from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.directory import PostgresUserDirectory
from medianest.adapters.postgres.pool import Database
from medianest.domain.limits import UNLIMITED
from medianest.projections.user_directory import USER_DIRECTORY
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import a_person, at


@pytest.fixture
def directory(database: Database) -> PostgresUserDirectory:
    return PostgresUserDirectory(database)


async def test_a_person_is_read_back_as_written(directory: PostgresUserDirectory, fill: Fill) -> None:
    people = [
        a_person(1, permissions=("request", "view_audit"), last_seen_at=at(3), has_second_factor=True),
        a_person(2, email=None, name=None, is_deleted=True, permissions=(), quota=UNLIMITED),
    ]
    await fill(USER_DIRECTORY, people)
    assert [await directory.find(person.user_id) for person in people] == people
    assert await directory.find(uuid4()) is None


async def test_pages_hold_everybody_once_in_the_order_they_came(directory: PostgresUserDirectory, fill: Fill) -> None:
    people = [a_person(n, created_at=at(n // 4)) for n in range(1, 15)]
    await fill(USER_DIRECTORY, people)
    assert await all_pages(lambda after: directory.list(limit=4, after=after), 4) == people


async def test_those_may_who_were_granted_it_or_are_administrators_and_are_welcome(
    directory: PostgresUserDirectory, fill: Fill
) -> None:
    granted: tuple[str, ...] = ("manage_requests",)
    people = [
        a_person(1, permissions=granted),
        a_person(2, role="admin", permissions=()),
        a_person(3),
        a_person(4, permissions=granted, is_suspended=True),
        a_person(5, role="admin", is_suspended=True),
        a_person(6, role="admin", is_deleted=True, permissions=granted),
    ]
    await fill(USER_DIRECTORY, people)
    assert await directory.allowed("manage_requests") == [UUID(int=1), UUID(int=2)]


async def test_everyone_comes_with_the_position_of_the_view(
    directory: PostgresUserDirectory, database: Database, fill: Fill
) -> None:
    assert await directory.everyone() == ([], 0)
    async with database.connection() as connection:
        await connection.execute("UPDATE checkpoints SET position = 42 WHERE name = 'user_directory'")
    assert await directory.everyone() == ([], 42)
    people = [a_person(1), a_person(2)]
    await fill(USER_DIRECTORY, people)
    assert await directory.everyone() == (people, 42)


async def test_no_question_reads_the_whole_table(fill: Fill, plans: Plans) -> None:
    people = [a_person(n, permissions=("request", "view_audit") if n % 500 == 0 else ("request",)) for n in range(4000)]
    await fill(USER_DIRECTORY, [*people, a_person(5000, role="admin")])
    for seen in (
        await plans(PostgresUserDirectory, lambda directory: directory.find(people[5].user_id)),
        await plans(PostgresUserDirectory, lambda directory: directory.list(limit=20, after=None)),
        await plans(PostgresUserDirectory, lambda directory: directory.allowed("view_audit")),
    ):
        assert seen
        assert "Seq Scan" not in "".join(seen)
