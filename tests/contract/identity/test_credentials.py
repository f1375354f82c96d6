"""What whoever keeps password hashes promises to those who replace one; on Postgres and as a fake."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.pool import Database
from medianest.ports.identity import Credentials
from tests.fakes.identity import FakeCredentials


@pytest.fixture(params=["fake", "postgres"])
async def credentials(request: pytest.FixtureRequest) -> AsyncIterator[Credentials]:
    if request.param == "fake":
        yield FakeCredentials()
        return
    async with Database(request.getfixturevalue("shared_database_url"), max_size=8) as database:
        yield PostgresCredentials(database)


async def test_a_hash_is_replaced_by_whoever_saw_the_one_that_is_there(credentials: Credentials) -> None:
    person = uuid4()
    assert await credentials.replace(person, None, "first")
    assert await credentials.replace(person, "first", "second")
    assert await credentials.find(person) == "second"
    assert await credentials.replace(person, "second", None)
    assert await credentials.find(person) is None


async def test_nobody_overwrites_a_hash_that_they_have_not_seen(credentials: Credentials) -> None:
    person = uuid4()
    await credentials.put(person, "of the reset")
    for was, becomes in (("before it", "a rehash"), (None, "the first"), ("before it", None), (None, None)):
        assert not await credentials.replace(person, was, becomes)
    assert await credentials.find(person) == "of the reset"
    nobody = uuid4()
    assert not await credentials.replace(nobody, "of somebody else", "another")
    assert await credentials.find(nobody) is None


@pytest.mark.parametrize("was", [None, "the old one"])
async def test_of_forty_who_replace_the_same_hash_at_once_one_does(credentials: Credentials, was: str | None) -> None:
    person = uuid4()
    if was is not None:
        await credentials.put(person, was)
    names = [f"hash {number}" for number in range(40)]
    done = await asyncio.gather(*(credentials.replace(person, was, name) for name in names))
    assert [name for name, is_theirs in zip(names, done, strict=True) if is_theirs] == [await credentials.find(person)]
