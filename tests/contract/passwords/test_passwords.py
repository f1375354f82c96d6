"""What a password hasher promises."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from medianest.adapters.security.passwords import Argon2Passwords
from medianest.ports.failures import TooBusy


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    """Cheap settings: what is tested does not depend on the price."""
    hasher = Argon2Passwords(threads=2, memory=64, time=1)
    yield hasher
    hasher.close()


async def test_the_right_password_is_known_and_a_wrong_one_is_not(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("correct horse")
    assert kept.startswith("$argon2id$")
    assert "correct" not in kept
    assert await passwords.verify(kept, "correct horse")
    assert not await passwords.verify(kept, "correct horse ")
    assert kept != await passwords.hash("correct horse")


async def test_nobody_has_no_password_and_takes_as_long_to_refuse(passwords: Argon2Passwords) -> None:
    hasher = Argon2Passwords(threads=1, memory=8192, time=2)
    kept = await hasher.hash("somebody")

    async def shortest(password_hash: str | None) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            assert not await hasher.verify(password_hash, "a guess")
            times.append(time.perf_counter() - started)
        return min(times)

    somebody, nobody = await shortest(kept), await shortest(None)
    hasher.close()
    assert somebody / 3 < nobody < somebody * 3


async def test_a_composed_letter_is_the_same_letter(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("Ame\u0301lie \ufb01n")
    assert await passwords.verify(kept, "Am\u00e9lie fin")


@pytest.mark.parametrize("damaged", ["", "$argon2id$", "plain", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_a_damaged_hash_opens_nothing(passwords: Argon2Passwords, damaged: str) -> None:
    assert not await passwords.verify(damaged, "x")


async def test_an_older_price_asks_for_a_new_hash(passwords: Argon2Passwords) -> None:
    dearer = Argon2Passwords(threads=1, memory=128, time=2)
    kept = await passwords.hash("x")
    assert not passwords.needs_rehash(kept)
    assert dearer.needs_rehash(kept)
    assert await dearer.verify(kept, "x")
    dearer.close()


async def test_too_many_at_once_are_sent_away_and_places_come_back() -> None:
    hasher = Argon2Passwords(threads=1, waiting_per_thread=2, memory=64, time=1)
    gate = threading.Event()
    blocked = [asyncio.create_task(hasher._run(lambda: gate.wait(5))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await hasher.hash("x")
    blocked[2].cancel()  # somebody who gave up while waiting
    gate.set()
    await asyncio.gather(*blocked, return_exceptions=True)
    results = await asyncio.gather(*(hasher.hash("x") for _ in range(3)))
    assert len(set(results)) == 3
    hasher.close()
