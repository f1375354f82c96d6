"""What a copy of the table tells, what somebody who writes into it can do, and how keys are changed."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.vault import PostgresVault
from medianest.ports.failures import SealBroken

ADA, BOB = UUID(int=1), UUID(int=2)
IN_LINE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def database(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=4) as opened:
        await rows(opened, "TRUNCATE secrets, vault_keys")
        yield opened


@pytest.fixture
def vault(database: Database) -> PostgresVault:
    return PostgresVault(database, b"m" * 32, sealed_under)


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with database.connection() as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def test_no_secret_and_no_key_is_kept_in_clear(vault: PostgresVault, database: Database) -> None:
    await vault.put("totp", ADA, "PE33PIZZ5G3MDTHA")
    [(sealed,)] = await rows(database, "SELECT sealed FROM secrets")
    assert isinstance(sealed, bytes)
    assert b"PE33" not in sealed
    with pytest.raises(SealBroken):
        await PostgresVault(database, b"another master key, of 32 bytes!", sealed_under).find("totp", ADA)


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE owner = '{BOB}' AND kind = 'totp')",
        f"UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE owner = '{ADA}' AND kind = 'plex')",
        "UPDATE secrets SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)",
        "UPDATE secrets SET sealed = ''",
        "UPDATE vault_keys SET wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)",
    ],
    ids=["another's", "of another kind", "one bit", "nothing", "the key"],
)
async def test_a_value_that_was_changed_or_moved_to_another_row_does_not_open(
    vault: PostgresVault, database: Database, change: str
) -> None:
    for kind, owner in (("totp", ADA), ("plex", ADA), ("totp", BOB)):
        await vault.put(kind, owner, f"{kind} of {owner}")
    await rows(database, change)
    with pytest.raises(SealBroken) as broken:
        await vault.find("totp", ADA)
    assert "totp of" in str(broken.value)


async def test_a_value_does_not_open_under_another_key_of_the_ring(vault: PostgresVault, database: Database) -> None:
    await vault.put("totp", ADA, "seed")
    await rows(database, "INSERT INTO vault_keys (wrapped_key) SELECT wrapped_key FROM vault_keys")
    await rows(database, "UPDATE secrets SET key_id = (SELECT max(key_id) FROM vault_keys)")
    with pytest.raises(SealBroken):
        await vault.find("totp", ADA)


async def test_those_who_come_first_together_make_one_key(vault: PostgresVault, database: Database) -> None:
    await asyncio.gather(*(vault.put("totp", UUID(int=number), "seed") for number in range(8)))
    assert await rows(database, "SELECT count(*) FROM vault_keys") == [(1,)]


async def test_rotation_seals_every_row_anew_and_deletes_the_key_before(
    vault: PostgresVault, database: Database
) -> None:
    await vault.put("totp", ADA, "seed")
    await vault.put("plex", ADA, "token")
    before = await rows(database, "SELECT kind, sealed, changed_at FROM secrets ORDER BY kind")
    [(first,)] = await rows(database, "SELECT key_id FROM vault_keys")
    assert await vault.rotate() == 2
    after = await rows(database, "SELECT kind, sealed, changed_at FROM secrets ORDER BY kind")
    assert all(old[1] != new[1] and old[2] == new[2] for old, new in zip(before, after, strict=True))
    [(key_id,)] = await rows(database, "SELECT key_id FROM vault_keys")
    assert key_id != first
    assert await rows(database, "SELECT DISTINCT key_id FROM secrets") == [(key_id,)]


async def test_nothing_is_lost_where_secrets_are_written_while_two_rotate(
    vault: PostgresVault, database: Database
) -> None:
    people = [UUID(int=number) for number in range(1, 31)]
    for person in people:
        await vault.put("totp", person, "0")
    is_over = asyncio.Event()

    async def write(some: list[UUID]) -> int:
        turn = 0
        while not is_over.is_set():
            turn += 1
            for person in some:
                await vault.put("totp", person, str(turn))
        return turn

    writing = [asyncio.create_task(write(people[begin::2])) for begin in (0, 1)]
    for _ in range(3):
        await asyncio.gather(vault.rotate(), vault.rotate())
    is_over.set()
    even, odd = await asyncio.gather(*writing)
    found = [await vault.find("totp", person) for person in people]
    assert found == [str(even), str(odd)] * 15
    assert await rows(database, "SELECT count(*) FROM vault_keys") == [(1,)]
    assert (await rows(database, "SELECT DISTINCT key_id FROM secrets")) == await rows(
        database, "SELECT key_id FROM vault_keys"
    )


async def test_a_rotation_waits_for_a_secret_that_is_being_written_under_the_key_before(
    vault: PostgresVault, database: Database
) -> None:
    async def waiting(number: int) -> None:
        while await rows(database, IN_LINE) != [(number,)]:
            await asyncio.sleep(0.005)

    await vault.put("totp", ADA, "seed")
    async with asyncio.timeout(20), database.connection() as holder:
        async with holder.transaction(force_rollback=True):
            # In the way of the row that is written next, until this is rolled back.
            await holder.execute("INSERT INTO secrets SELECT kind, %s, key_id, sealed FROM secrets", (BOB,))
            writing = asyncio.create_task(vault.put("totp", BOB, "another seed"))
            await waiting(1)
            rotating = asyncio.create_task(vault.rotate())
            await waiting(2)
        await writing
        assert await rotating == 2
    assert await vault.find("totp", BOB) == "another seed"
    assert await rows(database, "SELECT count(*) FROM vault_keys") == [(1,)]


async def test_a_secret_that_does_not_open_holds_up_no_other(vault: PostgresVault, database: Database) -> None:
    for owner in (ADA, BOB):
        await vault.put("totp", owner, "seed")
    await rows(database, f"UPDATE secrets SET sealed = '' WHERE owner = '{ADA}'")
    with pytest.raises(SealBroken, match=f"anew: 1.*totp of {ADA}"):
        await vault.rotate()
    assert await vault.find("totp", BOB) == "seed"
    assert await rows(database, "SELECT count(*) FROM vault_keys") == [(2,)], "its key stays, should a backup come"
