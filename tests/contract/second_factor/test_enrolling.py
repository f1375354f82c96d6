"""Enrolling on Postgres: of two seeds the one that counts, and one of which no code was ever shown."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pyotp

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.second_factor import WAITS, PostgresFactors
from medianest.adapters.postgres.vault import PostgresVault
from medianest.adapters.security.totp import TotpCodes

NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


async def test_a_seed_that_is_shown_a_moment_later_does_not_take_the_place_of_the_enrolled_one(
    shared_database_url: str,
) -> None:
    """The slower one has looked at their code already when the other one is begun, shown and enrolled."""
    async with Database(shared_database_url, max_size=8) as database:
        vault, person = PostgresVault(database, b"m" * 32, sealed_under), uuid4()
        quick = PostgresFactors(database, vault, TotpCodes())
        slow = pyotp.TOTP(await quick.begin(person))

        class Overtaken(PostgresVault):
            async def find(self, kind: str, owner: UUID) -> str | None:
                seed = await super().find(kind, owner)
                self.faster = pyotp.TOTP(await quick.begin(person))
                assert await quick.confirm(person, self.faster.at(NOON), NOON)
                return seed

        overtaken = Overtaken(database, b"m" * 32, sealed_under)
        assert not await PostgresFactors(database, overtaken, TotpCodes()).confirm(person, slow.at(NOON), NOON)
        later = NOON + 5 * STEP
        assert not await quick.verify(person, slow.at(later), later)
        assert await quick.verify(person, overtaken.faster.at(later), later)


async def test_a_seed_of_which_no_code_is_shown_ends_by_itself_and_enrolled_ones_stay(shared_database_url: str) -> None:
    async with Database(shared_database_url, max_size=2) as database:
        factors = PostgresFactors(database, PostgresVault(database, b"m" * 32, sealed_under), TotpCodes())
        enrolled, begun, now = uuid4(), uuid4(), datetime.now(UTC)
        app = pyotp.TOTP(await factors.begin(enrolled))
        assert await factors.confirm(enrolled, app.at(now), now)
        forgotten = pyotp.TOTP(await factors.begin(begun))
        await factors.sweep(now)
        assert await factors.is_begun_by(begun, forgotten.at(now), now), "somebody is looking for their phone"
        assert await factors.sweep(now + WAITS + timedelta(minutes=1)) >= 1
        assert not await factors.confirm(begun, forgotten.at(now), now)
        assert await factors.verify(enrolled, app.at(now + STEP), now + STEP)
