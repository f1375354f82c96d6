"""Second factors and secrets that are read again go with a log that is copied with its keys, and with no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pyotp
from tests.contract.event_log.logs import MASTER, an_append, postgres_log, write
from tests.integration.transfer.copies import exported, imported, tables
from tests.servers import RunServers

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.second_factor import PostgresFactors, PostgresRecoveryCodes
from medianest.adapters.postgres.vault import PostgresVault
from medianest.adapters.security.totp import TotpCodes
from medianest.domain.kernel import SYSTEM

ADA, BOB = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


class Ada(NamedTuple):
    app: pyotp.TOTP
    code: str


async def enrolled(url: str) -> Ada:
    """Somebody with a second factor, in a log of one event, after the keys were changed once."""
    async with postgres_log(url) as parts, Database(url) as pool:
        await parts.log.append(an_append(write(SYSTEM, 0, count=1)))
        vault = PostgresVault(pool, MASTER, sealed_under)
        factors = PostgresFactors(pool, vault, TotpCodes())
        app = pyotp.TOTP(await factors.begin(ADA))
        assert await factors.confirm(ADA, app.at(NOON), NOON)
        await vault.put("plex", ADA, "a token")
        await vault.rotate()
        return Ada(app, (await PostgresRecoveryCodes(pool).make(ADA))[0])


async def test_with_its_keys_second_factors_and_secrets_go_on_there(
    database_url: str, servers: RunServers, tmp_path: Path
) -> None:
    ada = await enrolled(database_url)
    await exported(database_url, tmp_path / "log")
    text = (tmp_path / "log").read_text("utf-8")
    assert not any(secret in text for secret in (ada.app.secret, "a token", "totp", "plex"))
    with servers.database(migrated=True) as target:
        await imported(target, tmp_path / "log")
        assert tables(target) == tables(database_url)
        async with Database(target) as pool:
            vault = PostgresVault(pool, MASTER, sealed_under)
            factors = PostgresFactors(pool, vault, TotpCodes())
            assert not await factors.verify(ADA, ada.app.at(NOON), NOON), "it was used up in the place before"
            assert await factors.verify(ADA, ada.app.at(LATER), LATER)
            assert await PostgresRecoveryCodes(pool).spend(ADA, ada.code)
            assert await vault.rotate() == 2
            assert await vault.find("plex", ADA) == "a token"


async def test_without_its_keys_no_secret_leaves(database_url: str, servers: RunServers, tmp_path: Path) -> None:
    await enrolled(database_url)
    await exported(database_url, tmp_path / "log", keys=None)
    with servers.database(migrated=True) as target:
        async with Database(target) as pool:
            await PostgresVault(pool, MASTER, sealed_under).put("totp", BOB, "of a registration that broke off")
        await imported(target, tmp_path / "log")
        assert tables(target)[-4:] == [[], [], [], []]
