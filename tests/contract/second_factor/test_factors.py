"""What second factors promise: the fakes and the tables, with the codes of a real authenticator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pyotp
import pytest

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.second_factor import (
    PostgresFactors,
    PostgresRecoveryCodes,
    PostgresRememberedDevices,
)
from medianest.adapters.postgres.vault import PostgresVault
from medianest.adapters.security.totp import TotpCodes
from medianest.domain.second_factor import SecondFactorNotEnrolled, SecondFactorThere
from medianest.ports.second_factor import Factors, RecoveryCodes, RememberedDevices
from tests.fakes.factors import FakeFactors, FakeRecoveryCodes, FakeRememberedDevices

NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)
MONTH = timedelta(days=30)


class Kept(NamedTuple):
    factors: Factors
    recovery: RecoveryCodes
    devices: RememberedDevices

    async def enrolled(self) -> tuple[UUID, pyotp.TOTP]:
        """Somebody, and their app. The code of `NOON` is used up."""
        person = uuid4()
        app = pyotp.TOTP(await self.factors.begin(person))
        assert await self.factors.confirm(person, app.at(NOON), NOON)
        return person, app


@pytest.fixture(params=["fake", "postgres"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    if request.param == "fake":
        recovery, devices = FakeRecoveryCodes(), FakeRememberedDevices()
        yield Kept(FakeFactors(TotpCodes(), recovery, devices), recovery, devices)
        return
    async with Database(request.getfixturevalue("shared_database_url"), max_size=8) as database:
        vault = PostgresVault(database, b"m" * 32, sealed_under)
        factors = PostgresFactors(database, vault, TotpCodes())
        yield Kept(factors, PostgresRecoveryCodes(database), PostgresRememberedDevices(database))


async def test_a_factor_counts_once_a_code_of_it_was_shown(kept: Kept) -> None:
    person = uuid4()
    app = pyotp.TOTP(await kept.factors.begin(person))
    assert not await kept.factors.is_enrolled(person)
    assert not await kept.factors.verify(person, app.at(NOON), NOON)
    assert not await kept.factors.confirm(person, _another(app.at(NOON)), NOON)
    assert await kept.factors.confirm(person, app.at(NOON), NOON)
    assert await kept.factors.is_enrolled(person)
    assert not await kept.factors.is_enrolled(uuid4())


async def test_a_first_code_can_be_looked_at_without_being_used_up(kept: Kept) -> None:
    person = uuid4()
    assert not await kept.factors.is_begun_by(person, "123456", NOON)
    app = pyotp.TOTP(await kept.factors.begin(person))
    assert not await kept.factors.is_begun_by(person, _another(app.at(NOON)), NOON)
    for _ in range(2):
        assert await kept.factors.is_begun_by(person, app.at(NOON), NOON)
    assert not await kept.factors.is_enrolled(person)
    assert await kept.factors.confirm(person, app.at(NOON), NOON)
    assert not await kept.factors.is_begun_by(person, app.at(NOON), NOON)


async def test_of_two_that_were_begun_the_last_one_can_be_confirmed(kept: Kept) -> None:
    person = uuid4()
    first, last = [pyotp.TOTP(await kept.factors.begin(person)) for _ in range(2)]
    assert first.secret != last.secret
    assert not await kept.factors.confirm(person, first.at(NOON), NOON)
    assert await kept.factors.confirm(person, last.at(NOON), NOON)


async def test_twenty_who_confirm_the_same_seed_at_once_are_one_enrolment(kept: Kept) -> None:
    person = uuid4()
    app = pyotp.TOTP(await kept.factors.begin(person))
    tries = [kept.factors.confirm(person, app.at(NOON), NOON) for _ in range(20)]
    shown = await asyncio.gather(*tries, return_exceptions=True)
    assert shown.count(True) == 1
    assert all(it is False or isinstance(it, SecondFactorThere) for it in shown if it is not True)
    assert await kept.factors.verify(person, app.at(NOON + STEP), NOON + STEP)


async def test_whoever_is_enrolled_begins_and_confirms_no_other(kept: Kept) -> None:
    person, app = await kept.enrolled()
    with pytest.raises(SecondFactorThere):
        await kept.factors.begin(person)
    with pytest.raises(SecondFactorThere):
        await kept.factors.confirm(person, app.at(NOON + STEP), NOON + STEP)
    assert await kept.factors.verify(person, app.at(NOON + STEP), NOON + STEP)


async def test_a_code_is_taken_once_and_none_from_before_it(kept: Kept) -> None:
    person, app = await kept.enrolled()
    later = NOON + 5 * STEP
    assert not await kept.factors.verify(person, app.at(NOON), NOON), "it was shown to enrol"
    assert await kept.factors.verify(person, app.at(later), later)
    assert not await kept.factors.verify(person, app.at(later), later)
    assert not await kept.factors.verify(person, app.at(later - STEP), later)
    assert await kept.factors.verify(person, app.at(later + STEP), later)


@pytest.mark.parametrize(("away", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_differ_by_one_step(kept: Kept, away: int, is_good: bool) -> None:
    person, app = await kept.enrolled()
    later = NOON + 10 * STEP
    assert await kept.factors.verify(person, app.at(later + away * STEP), later) is is_good


async def test_of_two_hundred_who_show_the_right_code_at_once_one_is_let_through(kept: Kept) -> None:
    person, app = await kept.enrolled()
    later = NOON + 5 * STEP
    shown = await asyncio.gather(*(kept.factors.verify(person, app.at(later), later) for _ in range(200)))
    assert shown.count(True) == 1


async def test_anothers_code_is_wrong(kept: Kept) -> None:
    (ada, _), (_, app) = await kept.enrolled(), await kept.enrolled()
    later = NOON + 5 * STEP
    assert not await kept.factors.verify(ada, app.at(later), later)


async def test_a_factor_that_is_removed_takes_its_codes_and_devices_along(kept: Kept) -> None:
    person, app = await kept.enrolled()
    (code, *_), token = await kept.recovery.make(person), await kept.devices.remember(person, NOON)
    await kept.factors.remove(person)
    later = NOON + 5 * STEP
    assert not await kept.factors.is_enrolled(person)
    assert not await kept.factors.verify(person, app.at(later), later)
    assert not await kept.recovery.spend(person, code)
    assert not await kept.devices.knows(person, token, NOON)
    await kept.factors.remove(person)
    again = pyotp.TOTP(await kept.factors.begin(person))
    assert await kept.factors.confirm(person, again.at(NOON), NOON)
    assert await kept.recovery.left(person) == 0


async def test_there_are_ten_recovery_codes_and_each_is_good_once(kept: Kept) -> None:
    person, _ = await kept.enrolled()
    codes = await kept.recovery.make(person)
    assert len({*codes}) == await kept.recovery.left(person) == 10
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    assert [await kept.recovery.spend(person, codes[0]) for _ in range(2)] == [True, False]
    assert await kept.recovery.spend(person, codes[1].lower().replace("-", " "))
    assert not await kept.recovery.spend(person, codes[2][:-1])
    assert not await kept.recovery.spend(uuid4(), codes[2])
    assert await kept.recovery.left(person) == 8


async def test_of_fifty_who_spend_a_recovery_code_at_once_one_gets_in(kept: Kept) -> None:
    person, _ = await kept.enrolled()
    code = (await kept.recovery.make(person))[0]
    spent = await asyncio.gather(*(kept.recovery.spend(person, code) for _ in range(50)))
    assert spent.count(True) == 1


async def test_new_recovery_codes_are_in_place_of_the_old_ones(kept: Kept) -> None:
    person, _ = await kept.enrolled()
    old, new = [await kept.recovery.make(person) for _ in range(2)]
    assert not await kept.recovery.spend(person, old[0])
    assert await kept.recovery.spend(person, new[0])
    await asyncio.gather(*(kept.recovery.make(person) for _ in range(4)))
    assert await kept.recovery.left(person) == 10


async def test_without_a_factor_there_are_no_recovery_codes(kept: Kept) -> None:
    person = uuid4()
    await kept.factors.begin(person)
    with pytest.raises(SecondFactorNotEnrolled):
        await kept.recovery.make(person)
    assert await kept.recovery.left(person) == 0


async def test_a_device_is_remembered_for_thirty_days_and_for_its_person(kept: Kept) -> None:
    ada, bob = uuid4(), uuid4()
    token = await kept.devices.remember(ada, NOON)
    assert len(token) == 43
    assert await kept.devices.knows(ada, token, NOON + MONTH - STEP)
    assert not await kept.devices.knows(ada, token, NOON + MONTH)
    assert not await kept.devices.knows(bob, token, NOON)
    for wrong in ("", "\ud800", token[:-1]):
        assert not await kept.devices.knows(ada, wrong, NOON)


async def test_all_devices_of_a_person_are_forgotten_and_nobody_elses(kept: Kept) -> None:
    ada, bob = uuid4(), uuid4()
    remembered = [(person, await kept.devices.remember(person, NOON)) for person in (ada, ada, bob)]
    await kept.devices.forget(ada)
    known = [await kept.devices.knows(person, token, NOON) for person, token in remembered]
    assert known == [False, False, True]


async def test_sweeping_takes_devices_whose_time_is_over(kept: Kept) -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    person = uuid4()
    await kept.devices.remember(person, early)
    token = await kept.devices.remember(person, early + STEP)
    assert [await kept.devices.sweep(early + MONTH) for _ in range(2)] == [1, 0]
    assert await kept.devices.knows(person, token, early + MONTH)


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
