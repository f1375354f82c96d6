"""What the arithmetic of an authenticator app promises: the real one and the fake."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.etree import ElementTree

import pyotp
import pytest

from medianest.adapters.security.totp import TotpCodes
from medianest.ports.second_factor import OneTimeCodes
from tests.fakes.factors import FakeOneTimeCodes

NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)
PRESENT = int(NOON.timestamp()) // 30


class Arithmetic(NamedTuple):
    codes: OneTimeCodes
    shown: Callable[[str, datetime], str]
    """What an app with this seed shows at this time."""


@pytest.fixture(params=["fake", "pyotp"])
def arithmetic(request: pytest.FixtureRequest) -> Arithmetic:
    if request.param == "fake":
        fake = FakeOneTimeCodes()
        return Arithmetic(fake, fake.code)
    return Arithmetic(TotpCodes(), lambda seed, now: pyotp.TOTP(seed).at(now))


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_the_step_of_a_code_is_found_within_one_of_the_present(arithmetic: Arithmetic, away: int) -> None:
    seed = arithmetic.codes.seed()
    code = arithmetic.shown(seed, NOON + away * STEP)
    assert arithmetic.codes.step(seed, code, NOON) == PRESENT + away
    assert arithmetic.codes.step(seed, f" {code[:3]} {code[3:]}", NOON) == PRESENT + away


@pytest.mark.parametrize("away", [-2, 2])
def test_two_steps_away_a_code_is_none(arithmetic: Arithmetic, away: int) -> None:
    seed = arithmetic.codes.seed()
    assert arithmetic.codes.step(seed, arithmetic.shown(seed, NOON + away * STEP), NOON) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef"])
def test_what_is_no_code_has_no_step(arithmetic: Arithmetic, code: str) -> None:
    assert arithmetic.codes.step(arithmetic.codes.seed(), code, NOON) is None


def test_each_seed_is_another_one_and_has_its_own_codes(arithmetic: Arithmetic) -> None:
    ours, theirs = arithmetic.codes.seed(), arithmetic.codes.seed()
    assert ours != theirs
    assert arithmetic.codes.step(ours, arithmetic.shown(theirs, NOON), NOON) is None


def test_an_app_is_told_the_seed_by_an_address_and_a_picture_of_it(arithmetic: Arithmetic) -> None:
    seed = arithmetic.codes.seed()
    uri = arithmetic.codes.uri(seed, "ada")
    assert uri.startswith("otpauth://totp/")
    assert seed in uri
    assert ElementTree.fromstring(arithmetic.codes.picture(uri)).tag.endswith("svg")
