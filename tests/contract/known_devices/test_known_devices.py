"""What tokens of known devices promise: the fake and the sealed ones."""

import pytest

from medianest.adapters.security.known_devices import LIFETIME, HmacKnownDevices
from medianest.ports.identity import KnownDevices
from tests.fakes.clock import FakeClock
from tests.fakes.identity import FakeKnownDevices

ADA, BOB = "an account", "another account"
MASTER = b"m" * 32


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["fake", "sealed"])
def devices(request: pytest.FixtureRequest, clock: FakeClock) -> KnownDevices:
    return FakeKnownDevices() if request.param == "fake" else HmacKnownDevices(MASTER, clock)


def test_a_device_is_the_same_each_time_and_another_one_is_not(devices: KnownDevices) -> None:
    first, second = [devices.issue(ADA, "hash") for _ in range(2)]
    names = [devices.read(token, ADA, "hash") for token in (first, first, second)]
    assert names[0] == names[1] is not None
    assert names[2] not in (names[0], None)


def test_a_device_is_known_to_its_account_alone_and_until_another_password(devices: KnownDevices) -> None:
    token = devices.issue(ADA, "hash")
    assert devices.read(token, BOB, "hash") is None
    assert devices.read(token, ADA, "hash of another one") is None


@pytest.mark.parametrize("text", ["", "x", "=", "\ud800", "é" * 75, "A" * 72, "a" * 512])
def test_a_text_that_is_no_token_is_no_device(devices: KnownDevices, text: str) -> None:
    assert devices.read(text, ADA, "hash") is None


def test_a_token_of_which_anything_was_changed_is_none(clock: FakeClock) -> None:
    devices = HmacKnownDevices(MASTER, clock)
    token = devices.issue(ADA, "hash")
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert devices.read(token[:place] + other + token[place + 1 :], ADA, "hash") is None
    assert HmacKnownDevices(b"n" * 32, clock).read(token, ADA, "hash") is None


def test_a_device_is_known_for_half_a_year(clock: FakeClock) -> None:
    devices = HmacKnownDevices(MASTER, clock)
    token = devices.issue(ADA, "hash")
    clock.advance(LIFETIME.total_seconds() - 1)
    assert devices.read(token, ADA, "hash") is not None
    clock.advance(1)
    assert devices.read(token, ADA, "hash") is None
