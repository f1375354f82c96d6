"""What a vault promises: the fake and the table."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.vault import PostgresVault
from medianest.ports.vault import Vault
from tests.fakes.vault import FakeVault

ADA, BOB = UUID(int=1), UUID(int=2)


@pytest.fixture(params=["fake", "postgres"])
async def vault(request: pytest.FixtureRequest) -> AsyncIterator[Vault]:
    if request.param == "fake":
        yield FakeVault()
        return
    async with Database(request.getfixturevalue("shared_database_url"), max_size=2) as database:
        async with database.connection() as connection:
            await connection.execute("TRUNCATE secrets, vault_keys")
        yield PostgresVault(database, b"m" * 32, sealed_under)


async def test_a_secret_is_found_by_its_kind_and_owner_alone(vault: Vault) -> None:
    await vault.put("totp", ADA, "seed")
    assert await vault.find("totp", ADA) == "seed"
    assert await vault.find("totp", BOB) is None
    assert await vault.find("plex", ADA) is None


@pytest.mark.parametrize("secret", ["", "пароль 👀", "x" * 100_000])
async def test_a_secret_is_any_text_and_the_last_one_counts(vault: Vault, secret: str) -> None:
    await vault.put("plex", ADA, "the one before")
    await vault.put("plex", ADA, secret)
    assert await vault.find("plex", ADA) == secret


async def test_one_kind_is_forgotten_or_all_of_an_owner_and_nobody_elses(vault: Vault) -> None:
    for kind in ("plex", "totp"):
        for owner in (ADA, BOB):
            await vault.put(kind, owner, "secret")
    await vault.forget(ADA, "plex")
    assert [await vault.find(kind, ADA) for kind in ("plex", "totp")] == [None, "secret"]
    await vault.forget(ADA)
    assert [await vault.find(kind, ADA) for kind in ("plex", "totp")] == [None, None]
    assert [await vault.find(kind, BOB) for kind in ("plex", "totp")] == ["secret", "secret"]
    await vault.forget(uuid4())


async def test_what_was_put_before_a_moment_is_swept_of_one_kind(vault: Vault) -> None:
    for kind, owner in (("begun", ADA), ("begun", BOB), ("totp", ADA)):
        await vault.put(kind, owner, "secret")
    now = datetime.now(UTC)
    assert await vault.sweep("begun", now - timedelta(hours=1)) == 0
    assert [await vault.sweep("begun", now + timedelta(hours=1)) for _ in range(2)] == [2, 0]
    assert await vault.find("totp", ADA) == "secret"


async def test_what_there_is_of_each_kind_is_counted(vault: Vault) -> None:
    assert await vault.counts() == {}
    for kind, owner in (("totp", ADA), ("plex", ADA), ("totp", BOB)):
        await vault.put(kind, owner, "secret")
    assert list((await vault.counts()).items()) == [("plex", 1), ("totp", 2)]


async def test_rotation_changes_nothing_that_can_be_seen(vault: Vault) -> None:
    assert await vault.rotate() == 0
    for number in range(120):
        await vault.put("totp", UUID(int=number), f"seed {number}")
    heard: list[tuple[int, int]] = []
    assert await vault.rotate(lambda done, total: heard.append((done, total))) == 120
    assert heard[-1] == (120, 120)
    assert [await vault.find("totp", UUID(int=number)) for number in (0, 99, 119)] == ["seed 0", "seed 99", "seed 119"]
