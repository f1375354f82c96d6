"""A log that is copied to another installation is the same one, to the byte, and goes on there."""

import asyncio
import gzip
import json
import stat
from pathlib import Path

import psycopg
from tests.contract.event_log.logs import MASTER, WallClock, an_append, postgres_log, write
from tests.integration.transfer.copies import KEYS, PASSPHRASE, Place, exported, imported, live, tables
from tests.servers import RunServers

from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.eventlog.seals.verifying import SealVerifier
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import FORGOTTEN, SYSTEM
from medianest.domain.user.events import UserRegistered, UserRenamed


async def test_with_its_keys_a_log_is_the_same_one_to_the_byte(
    database_url: str, servers: RunServers, tmp_path: Path
) -> None:
    await live(database_url)
    file, place = tmp_path / "log.gz", Place()
    copied = await exported(database_url, file)
    with servers.database(migrated=True) as target:
        with psycopg.connect(target) as connection:
            connection.execute("INSERT INTO reaction_checkpoints (name, position) VALUES ('tell_people', 0)")
        assert await imported(target, file, place=place) == copied
        assert tables(target) == tables(database_url)
        assert place.installed == [MASTER]
        report = await SealVerifier(target, MASTER).verify()
        assert (report.fault, report.seals, report.unsealed) == (None, copied.seals, 1)
        assert copied.seals > 2
        with psycopg.connect(target) as connection:
            answered = connection.execute("SELECT DISTINCT position FROM reaction_checkpoints").fetchall()
            assert answered == [(copied.head,)], "nobody is told again"
        async with postgres_log(target) as parts:
            first = (await parts.log.read(after=0, limit=1))[0]
            assert isinstance(first.event, UserRegistered)
            assert first.event.email.endswith("@example.org")
            (new,) = await parts.log.append(an_append(write(SYSTEM, 0, count=1)))
            assert new.position > copied.head


async def test_without_its_keys_everybody_in_it_is_forgotten(
    database_url: str, servers: RunServers, tmp_path: Path
) -> None:
    await live(database_url)
    copied = await exported(database_url, tmp_path / "log", keys=None)
    text = (tmp_path / "log").read_text("utf-8")
    assert "@example.org" not in text
    assert '"line":"secret"' not in text
    place = Place()
    with servers.database(migrated=True) as target:
        assert await imported(target, tmp_path / "log", passphrase=_nobody_asks, place=place) == copied
        events, seals, seal_keys, _, credentials, *_ = tables(target)
        assert events == tables(database_url)[0]
        assert (seals, seal_keys, credentials, place.installed) == ([], [], [], [])
        async with postgres_log(target) as parts:
            first = (await parts.log.read(after=0, limit=1))[0]
            assert isinstance(first.event, UserRegistered)
            assert (first.event.name, first.event.email) == (FORGOTTEN, FORGOTTEN)
            # Life goes on around them, and whatever is said of them is forgotten as well.
            renamed = UserRenamed(user_id=first.stream_id, name="Anna")
            version = len(await parts.log.read_stream("user", first.stream_id))
            await parts.log.append(an_append(write(first.stream_id, version, renamed, category="user")))
            assert (await parts.log.read_stream("user", first.stream_id))[-1].event.name == FORGOTTEN


async def test_an_empty_log_is_copied_too(database_url: str, servers: RunServers, tmp_path: Path) -> None:
    copied = await exported(database_url, tmp_path / "log")
    assert (copied.events, copied.head) == (0, 0)
    with servers.database(migrated=True) as target:
        assert await imported(target, tmp_path / "log") == copied


async def test_the_file_is_for_its_owner_alone_and_shows_no_secret(database_url: str, tmp_path: Path) -> None:
    await live(database_url, 20)
    await exported(database_url, tmp_path / "log.gz")
    assert stat.S_IMODE((tmp_path / "log.gz").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["log.gz"], "nothing is left beside it"
    lines = gzip.decompress((tmp_path / "log.gz").read_bytes())
    assert all(secret not in lines for secret in (MASTER, MASTER.hex().encode(), b"a hash", PASSPHRASE.encode()))
    header, *_, end = (json.loads(line) for line in lines.splitlines())
    assert (header["format"], header["formatVersion"], header["medianest"]) == ("medianest-log", 1, "1.0")
    assert (header["keys"]["kdf"], end["line"]) == ("scrypt", "end")
    assert KEYS.wrapping.n == header["keys"]["n"]


def _nobody_asks() -> str:
    raise AssertionError("there is nothing to open")


async def test_a_copy_of_a_log_that_goes_on_is_whole_all_the_same(
    database_url: str, servers: RunServers, tmp_path: Path
) -> None:
    await live(database_url, 20)
    async with postgres_log(database_url) as parts, Database(database_url) as pool:
        sealer = Sealer(pool, parts.log, MASTER, WallClock(), most=3)

        async def go_on() -> None:
            for number in range(40):
                await parts.log.append(an_append(write(SYSTEM, number, count=1)))
                await sealer.catch_up()

        appending = asyncio.create_task(go_on())
        copies = [await exported(database_url, tmp_path / f"{number}.gz") for number in range(4)]
        await appending
    assert copies[0].head < copies[-1].head
    for number, copied in enumerate(copies):
        with servers.database(migrated=True) as target:
            assert await imported(target, tmp_path / f"{number}.gz") == copied
            assert (await SealVerifier(target, MASTER).verify()).fault is None
