"""Passwords that are changed, or forgotten and reset by a letter; guests who come in by invitation."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
import pytest_asyncio

from medianest.main.operations.people import reset_password, unlock
from tests.e2e.house import PASSWORD, House, Person, eventually, ok, opened_house, refused
from tests.mailbox import PUBLIC_URL, Mailbox, link_in, text_of

ANOTHER = "quite another one"
MADE_UP = "x" * 43


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(house_database: str, house_cache: str, mailbox: Mailbox) -> AsyncIterator[House]:
    async with opened_house(house_database, house_cache, **mailbox.settings()) as standing:
        yield standing


def token_in(letter: EmailMessage) -> str:
    page, _, token = link_in(letter).partition("#token=")
    assert page == f"{PUBLIC_URL}/reset-password"
    return token


async def forget(house: House, email: str) -> httpx.Response:
    return await house.public.post("/auth/password/forgotten", json={"email": email})


async def reset(house: House, token: str, password: str = ANOTHER) -> httpx.Response:
    return await house.public.post("/auth/password/reset", json={"token": token, "password": password})


async def expire(house: House, subject: str) -> None:
    """The time of the one link to this person, or of this invitation, is over."""
    async with house.container.database().connection() as link:
        over = "UPDATE challenges SET expires_at = now() WHERE kind IN ('reset', 'invitation') AND subject = %s"
        assert (await link.execute(over, (subject,))).rowcount == 1


async def invited(ada: Person, **wish: Any) -> Mapping[str, Any]:
    answer = await ada.post("/admin/invitations", json=wish)
    assert answer.headers["cache-control"] == "no-store"
    return dict(ok(answer, 201))


async def come_in(house: House, invitation: Mapping[str, Any], name: str, **wish: Any) -> httpx.Response:
    given = {"email": f"{name}@guests.example.org", "name": name.title(), "password": PASSWORD, **wish}
    return await house.public.post("/auth/register", json={"invitation": invitation["token"], **given})


async def status_of(ada: Person, invitation: Mapping[str, Any]) -> Mapping[str, Any]:
    listed = ok(await ada.get("/admin/invitations", params={"limit": 100}))["items"]
    return next(dict(one) for one in listed if one["id"] == invitation["id"])


async def test_a_forgotten_password_is_reset_by_a_letter_once(house: House, mailbox: Mailbox) -> None:
    guest = await house.someone()
    stranger, known = await forget(house, f"nobody-{guest.email}"), await forget(house, guest.email.upper())
    assert (stranger.status_code, stranger.content) == (known.status_code, known.content) == (202, b"null")
    letter = await mailbox.letter_to(guest.email, about="Choose a new password")
    token = token_in(letter)
    refused(await reset(house, token, "password1"), 422, "password_too_common")
    answers = await asyncio.gather(*(reset(house, token, f"{ANOTHER} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    chosen = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    refused(await guest.get("/auth/me"), 401, "invalid_token")
    again = await house.public.post("/auth/refresh", json={"refreshToken": guest.refresh_token})
    refused(again, 401, "invalid_refresh_token")
    refused(await house.log_in(guest.email), 401, "invalid_credentials")
    ok(await house.log_in(guest.email, f"{ANOTHER} {chosen}"))
    told = await mailbox.letter_to(guest.email, about="Your password was changed")
    assert "If it was not you" in text_of(told)
    assert all(f"nobody-{guest.email}" != sent["X-RcptTo"] for sent in mailbox.letters)


async def test_a_link_that_is_too_old_or_of_an_earlier_letter_is_refused(house: House, mailbox: Mailbox) -> None:
    guest = await house.someone()
    tokens = []
    for _ in range(2):
        ok(await forget(house, guest.email), 202)
        tokens.append(token_in(await mailbox.letter_to(guest.email, about="Choose a new password")))
    refused(await reset(house, tokens[0]), 403, "reset_not_good")
    await expire(house, guest.id)
    refused(await reset(house, tokens[1]), 403, "reset_not_good")
    refused(await reset(house, MADE_UP), 403, "reset_not_good")
    ok(await guest.get("/auth/me"))


async def test_a_job_holds_neither_an_address_nor_a_token(house: House, mailbox: Mailbox) -> None:
    guest = await house.someone()
    mailbox.replies["MAIL"] = "451 4.3.0 Later"
    try:
        ok(await forget(house, guest.email), 202)

        async def tried() -> list[Any]:
            query = "SELECT args::text FROM procrastinate_jobs WHERE args->>'user_id' = %s AND attempts > 0"
            async with house.container.database().connection() as link:
                return await (await link.execute(query, (guest.id,))).fetchall()

        ((args,),) = await eventually(tried)
    finally:
        del mailbox.replies["MAIL"]
    assert guest.email not in args
    assert "token" not in args

    async def hurried() -> bool:
        await house.hurry()
        return any(letter["X-RcptTo"] == guest.email for letter in mailbox.letters)

    await eventually(hurried)


async def test_whoever_changes_their_password_stays_and_every_other_device_goes(house: House, mailbox: Mailbox) -> None:
    guest = await house.someone()
    elsewhere = Person(house.url, ok(await house.log_in(guest.email)))
    house.people[f"{guest.name} elsewhere"] = elsewhere
    change = {"current": "wrong", "password": ANOTHER}
    for without in (change, {"password": ANOTHER}):
        refused(await guest.put("/auth/password", json=without), 401, "invalid_credentials")
    ok(await guest.put("/auth/password", json={**change, "current": PASSWORD}), 204)
    ok(await guest.get("/auth/me"))
    refused(await elsewhere.get("/auth/me"), 401, "invalid_token")
    await mailbox.letter_to(guest.email, about="Your password was changed")


async def test_somebody_who_manages_people_sets_passwords_but_not_those_of_administrators(
    house: House, ada: Person
) -> None:
    guest, manager = await house.someone(), await house.someone(may=("request", "manage_users"))
    wish = {"password": ANOTHER}
    refused(await manager.put(f"/admin/users/{ada.id}/password", json=wish), 403, "not_allowed")
    refused(await manager.put(f"/admin/users/{manager.id}/password", json=wish), 403, "own_password")
    refused(await guest.put(f"/admin/users/{manager.id}/password", json=wish), 403, "not_allowed")
    ok(await manager.put(f"/admin/users/{guest.id}/password", json=wish), 204)
    refused(await guest.get("/auth/me"), 401, "invalid_token")
    ok(await house.log_in(guest.email, ANOTHER))
    ok(await ada.get("/auth/me"))


async def test_who_is_locked_out_is_listed_and_let_in_again(house: House, ada: Person) -> None:
    guest = await house.someone()
    for _ in range(5):
        refused(await house.log_in(guest.email, "a wrong one"), 401, "invalid_credentials")
    refused(await house.log_in(guest.email), 429, "too_many_attempts")
    locked = ok(await ada.get("/admin/lockouts"))["items"]
    assert [(one["kind"], one["address"]) for one in locked if one["user"] == guest.id] == [("account", None)]
    refused(await guest.get("/admin/lockouts"), 403, "not_allowed")
    ok(await ada.delete(f"/admin/users/{guest.id}/lockout"), 204)
    ok(await house.log_in(guest.email))
    assert guest.id not in [one["user"] for one in ok(await ada.get("/admin/lockouts"))["items"]]


async def test_a_sign_in_on_a_new_device_is_told_in_the_inbox_and_by_letter(house: House, mailbox: Mailbox) -> None:
    guest = await house.someone()
    phone = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"}
    for _ in range(2):
        ok(await house.public.post("/auth/login", json={"email": guest.email, "password": PASSWORD}, headers=phone))

    async def told() -> list[str]:
        return [one["text"] for one in await guest.news() if one["kind"] == "new_device"]

    assert await eventually(told) == ["Somebody signed in to your account on a device that was not seen before"]
    letter = await mailbox.letter_to(guest.email, about="new device")
    assert "Firefox on Android" in text_of(letter)
    assert "127.0.0.1" in text_of(letter)


async def test_a_guest_comes_in_by_invitation_until_it_is_used_up(house: House, ada: Person) -> None:
    invitation = await invited(ada, note="For the neighbours")
    assert invitation["link"] == f"{PUBLIC_URL}/invitation#token={invitation['token']}"
    given = {"invitation": invitation["token"]}
    greeting = ok(await house.public.post("/auth/invitation", json=given))
    assert greeting == {"role": "member", "expiresAt": invitation["expiresAt"]}
    refused(await come_in(house, invitation, "nina", password="password1"), 422, "password_too_common")
    assert (await status_of(ada, invitation))["used"] == 0
    assert ok(await come_in(house, invitation, "nina"), 201)["user"]["role"] == "member"
    refused(await come_in(house, invitation, "otto"), 403, "invitation_not_good")
    refused(await house.public.post("/auth/invitation", json=given), 403, "invitation_not_good")

    async def used_up() -> bool:
        seen = await status_of(ada, invitation)
        assert "token" not in seen
        return (seen["status"], seen["used"], seen["note"]) == ("used_up", 1, "For the neighbours")

    await eventually(used_up)


async def test_of_guests_who_race_for_the_last_use_one_comes_in(house: House, ada: Person) -> None:
    invitation = await invited(ada, uses=2)
    answers = await asyncio.gather(*(come_in(house, invitation, f"racer{n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 403, 403, 403]
    late = [n for n, answer in enumerate(answers) if answer.status_code == 403]
    for number in late:  # and whoever came too late is nobody here
        refused(await house.log_in(f"racer{number}@guests.example.org"), 401, "invalid_credentials")


@pytest.mark.parametrize("end", ["revoked", "expired"])
async def test_an_invitation_that_is_over_lets_nobody_in(house: House, ada: Person, end: str) -> None:
    invitation = await invited(ada)
    if end == "revoked":
        for _ in range(2):
            ok(await ada.delete(f"/admin/invitations/{invitation['id']}"), 204)
        assert (await status_of(ada, invitation))["status"] == "revoked"
    else:
        await expire(house, invitation["id"])
    refused(await come_in(house, invitation, f"late-{end}"), 403, "invitation_not_good")


async def test_only_an_administrator_invites_administrators(house: House, ada: Person) -> None:
    manager, guest = await house.someone(may=("manage_users",)), await house.someone()
    refused(await manager.post("/admin/invitations", json={"role": "admin"}), 403, "not_allowed")
    refused(await guest.post("/admin/invitations", json={}), 403, "not_allowed")
    refused(await ada.delete(f"/admin/invitations/{ada.id}"), 404, "invitation_not_found")
    assert ok(await come_in(house, await invited(ada, role="admin"), "quinn"), 201)["user"]["role"] == "admin"
    ok(await come_in(house, await invited(manager), "pia"), 201)


async def test_a_page_learns_which_ways_lead_in_and_registering_without_an_invitation_is_none(house: House) -> None:
    ways = ok(await house.public.get("/auth/ways"))
    assert ways == {"password": True, "registration": False, "reset": True, "plex": False, "oidc": []}
    wish = {"email": "uninvited@example.org", "name": "Una", "password": PASSWORD}
    refused(await house.public.post("/auth/register", json=wish), 403, "registration_closed")
    refused(await come_in(house, {"token": MADE_UP}, "una"), 403, "invitation_not_good")


async def test_what_the_machine_itself_sets_lets_somebody_in(house: House) -> None:
    guest = await house.someone()
    for _ in range(5):
        await house.container.attempts().admit(house.container.guard().account(guest.email), now=datetime.now(UTC))
    refused(await house.log_in(guest.email), 429, "too_many_attempts")
    await unlock(house.container.settings(), guest.email)
    ok(await house.log_in(guest.email))
    await reset_password(house.container.settings(), guest.email, ANOTHER)
    while (await guest.get("/auth/me")).status_code != 401:
        await asyncio.sleep(0.02)  # the server hears of it from the log
    ok(await house.log_in(guest.email, ANOTHER))
