"""Guessing, as hard as a machine can: never more is looked at than the limit says, whatever is tried beside it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import count
from uuid import UUID

import httpx
import pyotp
import pytest
import pytest_asyncio

from medianest.application.identity.denials import CodeRejected, TooManyAttempts
from medianest.application.identity.devices import Arrival
from medianest.main.container import opened
from medianest.ports.event_log import Context
from medianest.ports.sessions import Whereabouts
from tests.e2e.house import KEY, PASSWORD, House, Json, Person, ok, opened_house, refused

ADDRESSES = count(1)
LIMIT = 5
FIRST, SECOND = 15 * 60, 30 * 60
"""Seconds that the first lockout lasts, and the next."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(house_database: str, house_cache: str) -> AsyncIterator[House]:
    """With the limits of every house; who guesses here comes from another address each time."""
    async with opened_house(house_database, house_cache, rate_limits=True) as standing:
        yield standing


async def test_of_two_hundred_wrong_passwords_at_once_five_are_looked_at(house: House) -> None:
    person = await house.someone()
    answers = await guessed(house, person.email, times=200)
    assert looked_at(answers) == LIMIT
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert len(turned_away) == 200 - LIMIT
    assert is_about(FIRST, refused(turned_away[0], 429, "too_many_attempts"), turned_away[0])

    right = await log_in(house, person.email, PASSWORD)
    refused(right, 429, "too_many_attempts")
    ok(await person.get("/auth/me"))  # whoever is signed in stays so

    await pass_lockouts(house)
    assert looked_at(await guessed(house, person.email, times=8)) == LIMIT
    again = await log_in(house, person.email, PASSWORD)
    assert is_about(SECOND, refused(again, 429, "too_many_attempts"), again)


async def test_an_address_that_nobody_has_is_answered_and_locked_alike(house: House) -> None:
    person = await house.someone()
    known, unknown = [await guessed(house, email, times=8) for email in (person.email, "nobody@example.org")]
    assert looked_at(known) == looked_at(unknown) == LIMIT
    assert {shape(answer) for answer in known} == {shape(answer) for answer in unknown}


async def test_from_one_address_five_are_looked_at_whoever_they_are_about(house: House) -> None:
    emails = [f"guess{number}@example.org" for number in range(12)]
    here = next(ADDRESSES)
    answers = await asyncio.gather(*(log_in(house, email, "a wrong guess", here) for email in emails))
    assert looked_at(answers) == LIMIT
    assert all(answer.status_code == 429 for answer in answers if answer.status_code != 401)


async def test_a_lockout_outlives_the_process_that_made_it(house: House) -> None:
    person = await house.someone()
    assert looked_at(await guessed(house, person.email, times=LIMIT)) == LIMIT
    async with opened(house.container.settings(), KEY) as restarted:
        sign_in = restarted.identity().sign_in
        with pytest.raises(TooManyAttempts):
            await sign_in.with_password(person.email, PASSWORD, arriving(next(ADDRESSES)))


async def test_on_a_device_that_is_known_nobody_is_kept_out_by_a_strangers_fifty_guesses(house: House) -> None:
    person = await house.someone()
    known = ok(await log_in(house, person.email, PASSWORD))["knownDevice"]
    assert looked_at(await guessed(house, person.email, times=50)) == LIMIT
    refused(await log_in(house, person.email, PASSWORD), 429, "too_many_attempts")
    for _ in range(2):
        wish = {"email": person.email, "password": PASSWORD, "knownDevice": known}
        ok(await house.public.post("/auth/login", json=wish, headers=came_from(next(ADDRESSES))))
    refused(await log_in(house, person.email, PASSWORD), 429, "too_many_attempts")  # to anybody else it stays shut
    nobody = {"email": f"not-{person.email}", "password": "a wrong guess", "knownDevice": known}
    refused(
        await house.public.post("/auth/login", json=nobody, headers=came_from(next(ADDRESSES))),
        401,
        "invalid_credentials",
    )


async def test_an_administrator_unlocks_and_the_next_right_password_opens(house: House) -> None:
    ada, person = await house.admin(), await house.someone()
    await guessed(house, person.email, times=LIMIT)
    locked = ok(await ada.get("/admin/lockouts"))["items"]
    assert [it["kind"] for it in locked if it["user"] == person.id] == ["account"]
    refused(await person.delete(f"/admin/users/{person.id}/lockout"), 403, "not_allowed")
    ok(await ada.delete(f"/admin/users/{person.id}/lockout"), 204)
    ok(await log_in(house, person.email, PASSWORD))


async def test_of_two_hundred_wrong_codes_at_once_five_are_looked_at(house: House) -> None:
    person = await house.someone()
    codes = await enrolled(house, person)
    challenge = refused(await log_in(house, person.email, PASSWORD), 401, "second_factor_required")["challenge"]
    show_code = house.container.identity().sign_in.with_second_factor  # one step behind the door: two hundred fit there
    guesses = (show_code(challenge, f"{number:06d}", arriving(next(ADDRESSES))) for number in range(200))
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert Counter(map(type, answers)) == {CodeRejected: LIMIT, TooManyAttempts: 200 - LIMIT}

    refused(await show(house, challenge, codes[0]), 429, "too_many_attempts")
    ok(await (await house.admin()).delete(f"/admin/users/{person.id}/lockout"), 204)
    ok(await show(house, challenge, codes[0]))
    refused(await show(house, challenge, codes[1]), 401, "sign_in_expired")


async def log_in(house: House, email: str, password: str, address: int | None = None) -> httpx.Response:
    headers = came_from(next(ADDRESSES) if address is None else address)
    return await house.public.post("/auth/login", json={"email": email, "password": password}, headers=headers)


async def guessed(house: House, email: str, *, times: int) -> Sequence[httpx.Response]:
    """So many wrong passwords at the same moment, each from an address of its own."""
    return await asyncio.gather(*(log_in(house, email, f"wrong guess {number}") for number in range(times)))


async def show(house: House, challenge: str, code: str) -> httpx.Response:
    wish = {"challenge": challenge, "code": code}
    return await house.public.post("/auth/second-factor", json=wish, headers=came_from(next(ADDRESSES)))


async def enrolled(house: House, person: Person) -> Sequence[str]:
    """The recovery codes of somebody who has a second factor from now on."""
    factors = house.container.identity().factors
    begun = await factors.begin(UUID(person.id), person.email)
    return await factors.enrol(UUID(person.id), pyotp.TOTP(begun.seed).now(), arriving(next(ADDRESSES)))


async def pass_lockouts(house: House) -> None:
    """As if their time were over."""
    async with house.container.database().connection() as link:
        await link.execute("UPDATE attempts SET locked_until = last_at WHERE locked_until IS NOT NULL")


def written(address: int) -> str:
    return f"198.18.{address // 250}.{1 + address % 250}"


def came_from(address: int) -> dict[str, str]:
    return {"X-Forwarded-For": written(address)}


def arriving(address: int) -> Arrival:
    return Arrival(context=Context(correlation_id="guess"), whereabouts=Whereabouts(address=written(address)))


def looked_at(answers: Sequence[httpx.Response]) -> int:
    """How many were refused for what they showed, and not for how often they came."""
    return sum(answer.status_code == 401 for answer in answers)


def shape(answer: httpx.Response) -> tuple[int, str, str]:
    """What a stranger can tell one answer from another by."""
    problem = answer.json()
    return answer.status_code, problem["code"], problem["title"]


def is_about(seconds: int, problem: Json, answer: httpx.Response) -> bool:
    """Whether they are told to come back then; a minute may have passed meanwhile."""
    assert problem["status"] == 429
    return seconds - 60 <= int(answer.headers["retry-after"]) <= seconds
