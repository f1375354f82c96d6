"""Devices that somebody sees and signs out, a second factor, proving once more who one is, and leaving for good."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest_asyncio

from tests.e2e.bad_days.searching import Words, tables
from tests.e2e.devices import ENROLMENT, LAPTOP, PHONE, aged, challenged, closes, enrolled, on, sessions_of, show
from tests.e2e.house import PASSWORD, House, Person, eventually, ok, opened_house, refused
from tests.e2e.listening import listening


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(house_database: str, house_cache: str) -> AsyncIterator[House]:
    """Administrators must have a second factor here."""
    async with opened_house(house_database, house_cache, require_second_factor="admins") as standing:
        ada = await standing.admin()
        refused(await ada.get("/admin/users"), 403, "second_factor_enrolment_required")
        await enrolled(ada)
        yield standing


async def test_two_devices_see_each_other_and_one_is_ended_with_its_stream(house: House) -> None:
    guest = await house.someone()
    async with await on(house, guest, PHONE) as phone, await on(house, guest, LAPTOP) as laptop:
        seen = await sessions_of(laptop)
        assert seen.keys() == {"Firefox on Android", "Chrome on Linux", "a Python program"}
        lost, here = seen["Firefox on Android"], seen["Chrome on Linux"]
        assert (lost["isCurrent"], here["isCurrent"]) == (False, True)
        assert (lost["client"], lost["method"], lost["address"]) == (PHONE, "password", "127.0.0.1")
        assert lost["openedAt"] <= lost["lastSeenAt"] < lost["expiresAt"]
        async with listening(phone) as on_phone, listening(laptop) as on_laptop:
            ok(await laptop.delete(f"/auth/sessions/{lost['id']}"), 204)
            refused(await phone.get("/auth/me"), 401, "invalid_token")
            await closes(on_phone, within=1.0)
            request = await laptop.asked(house.film())
            await on_laptop.hears("request", id=request["id"])
            assert not on_laptop.is_over, "the others stay open"
        refused(
            await house.public.post("/auth/refresh", json={"refreshToken": phone.refresh_token}),
            401,
            "invalid_refresh_token",
        )
        assert "Firefox on Android" not in await sessions_of(laptop)
        refused(await laptop.delete(f"/auth/sessions/{lost['id']}"), 404, "session_not_found")


async def test_whoever_ends_all_others_keeps_the_one_at_hand(house: House) -> None:
    guest = await house.someone()
    async with await on(house, guest, PHONE) as phone, await on(house, guest, LAPTOP) as laptop:
        assert ok(await laptop.delete("/auth/sessions")) == {"ended": 2}
        for other in (phone, guest):
            refused(await other.get("/auth/me"), 401, "invalid_token")
        assert list(await sessions_of(laptop)) == ["Chrome on Linux"]


async def test_devices_of_others_are_seen_and_ended_by_those_who_manage_people_alone(house: House) -> None:
    ada = await house.admin()
    guest, porter = await house.someone(), await house.someone(may=("manage_users",))
    mine = (await sessions_of(guest))["a Python program"]
    adas = next(iter((await sessions_of(ada)).values()))
    refused(await porter.delete(f"/auth/sessions/{mine['id']}"), 404, "session_not_found")
    refused(await guest.delete(f"/auth/sessions/{adas['id']}"), 404, "session_not_found")
    refused(await guest.get(f"/admin/users/{porter.id}/sessions"), 403, "not_allowed")
    refused(await porter.delete(f"/admin/users/{ada.id}/sessions/{adas['id']}"), 403, "not_allowed")
    refused(await porter.delete(f"/admin/users/{ada.id}/sessions"), 403, "not_allowed")
    refused(await porter.delete(f"/admin/users/{porter.id}/sessions/{mine['id']}"), 404, "session_not_found")
    refused(await porter.delete(f"/admin/users/{UUID(int=7)}/sessions"), 404, "user_not_found")
    listed = ok(await porter.get(f"/admin/users/{guest.id}/sessions"))["items"]
    assert [(one["id"], one["isCurrent"]) for one in listed] == [(mine["id"], False)]
    ok(await porter.delete(f"/admin/users/{guest.id}/sessions/{mine['id']}"), 204)
    refused(await guest.get("/auth/me"), 401, "invalid_token")
    async with await on(house, guest, PHONE) as again:
        assert ok(await ada.delete(f"/admin/users/{guest.id}/sessions")) == {"ended": 1}
        refused(await again.get("/auth/me"), 401, "invalid_token")


async def test_a_second_factor_is_asked_for_and_no_code_counts_twice(house: House) -> None:
    guest = await house.someone()
    async with await on(house, guest, PHONE) as phone:
        app = await enrolled(guest, endOtherSessions=True)
        refused(await phone.get("/auth/me"), 401, "invalid_token")
    assert ok(await guest.get("/auth/second-factor")) == {"isEnrolled": True, "codesLeft": 10, "isRequired": False}
    challenge = await challenged(house, guest)
    refused(await show(house, challenge, "000000"), 401, "invalid_code")
    code = app.code()
    ok(await show(house, challenge, code))
    refused(await show(house, challenge, app.codes[0]), 401, "sign_in_expired")
    refused(await show(house, await challenged(house, guest), code), 401, "invalid_code")
    answers = await asyncio.gather(
        *[show(house, challenge, app.codes[1]) for challenge in [await challenged(house, guest) for _ in range(3)]]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401], "a recovery code is good once"
    assert ok(await guest.get("/auth/second-factor"))["codesLeft"] == 9


async def test_a_remembered_device_is_not_asked_again_until_the_factor_is_given_up(house: House) -> None:
    guest = await house.someone()
    app = await enrolled(guest)
    remembered = ok(await show(house, await challenged(house, guest), app.codes[0], rememberDevice=True))
    wish = {"email": guest.email, "password": PASSWORD, "rememberedDevice": remembered["rememberedDevice"]}
    ok(await house.public.post("/auth/login", json=wish))
    refused(
        await house.public.post("/auth/login", json={**wish, "rememberedDevice": "x" * 43}),
        401,
        "second_factor_required",
    )
    renewed = ok(await guest.post("/auth/second-factor/recovery-codes"))["recoveryCodes"]
    refused(await show(house, await challenged(house, guest), app.codes[1]), 401, "invalid_code")
    ok(await show(house, await challenged(house, guest), renewed[0]))
    ok(await guest.delete("/auth/second-factor"), 204)
    ok(await house.log_in(guest.email))
    await enrolled(guest)
    refused(await house.public.post("/auth/login", json=wish), 401, "second_factor_required")


async def test_whoever_has_to_enrol_can_do_nothing_else_and_cannot_give_it_up(house: House) -> None:
    ada = await house.admin()
    wish = {"email": "root@example.org", "name": "Root", "role": "admin", "password": PASSWORD}
    user = ok(await ada.post("/admin/users", json=wish), 201)
    tokens = ok(await house.log_in(wish["email"]))
    assert tokens["mustEnrol"] is True
    async with Person(house.url, tokens) as root:
        for path in ("/admin/users", "/auth/sessions", "/media/requests", "/auth/me/export"):
            refused(await root.get(path), 403, "second_factor_enrolment_required")
        refused(await root.delete("/auth/me"), 403, "second_factor_enrolment_required")
        ok(await root.get("/auth/me"))
        confirmed = ok(await root.post("/auth/confirm", json={"password": PASSWORD}))
        assert confirmed["mustEnrol"] is True, "the password is not enough"
        old = aged(house, root, 11)
        refused(await root.post(ENROLMENT, headers=old), 401, "confirmation_required")
        await enrolled(root)
        ok(await root.get("/admin/users", headers=old))  # every session of theirs goes on
        refused(await root.delete("/auth/second-factor"), 403, "second_factor_required_here")
        refused(await root.delete(f"/admin/users/{user['id']}/second-factor"), 403, "second_factor_required_here")
        refreshed = ok(await house.public.post("/auth/refresh", json={"refreshToken": root.refresh_token}))
        assert refreshed["mustEnrol"] is False
    fixed = await ada.patch("/admin/settings", json={"values": {"require_second_factor": "off"}})
    refused(fixed, 409, "setting_fixed_by_environment")
    ok(await ada.delete(f"/admin/users/{user['id']}/second-factor"), 204)
    assert ok(await house.log_in(wish["email"]))["mustEnrol"] is True


async def test_after_ten_minutes_what_is_weighty_asks_once_more_who_you_are(house: House) -> None:
    ada, guest = await house.admin(), await house.someone()
    old, almost = aged(house, ada, 11), aged(house, ada, 9)
    user = f"/admin/users/{guest.id}"
    admin = {"email": "late@example.org", "name": "Late", "role": "admin", "password": PASSWORD}
    for answer in (
        await ada.patch(user, json={"role": "admin"}, headers=old),
        await ada.patch(user, json={"permissions": []}, headers=old),
        await ada.delete(user, headers=old),
        await ada.post("/admin/users", json=admin, headers=old),
        await ada.delete(f"{user}/second-factor", headers=old),
        await ada.delete("/auth/me", headers=old),
        await ada.post("/auth/second-factor/recovery-codes", headers=old),
        await ada.post(ENROLMENT, headers=old),
    ):
        refused(answer, 401, "confirmation_required")
        challenge = answer.headers["www-authenticate"]
        assert 'error="insufficient_user_authentication"' in challenge
        assert 'max_age="600"' in challenge
    ok(await ada.patch(user, json={"name": "Somebody else"}, headers=old))
    ok(await ada.patch(user, json={"permissions": ["request"]}, headers=almost))
    old = aged(house, guest, 11)
    refused(await guest.post("/auth/confirm", json={"password": "not it"}, headers=old), 401, "invalid_credentials")
    confirmed = ok(await guest.post("/auth/confirm", json={"password": PASSWORD}, headers=old))
    assert "refreshToken" not in confirmed
    fresh = {"Authorization": f"Bearer {confirmed['accessToken']}"}
    ok(await guest.post(ENROLMENT, headers=fresh))


async def test_whoever_may_see_the_audit_sees_how_the_house_is_used(house: House) -> None:
    ada, guest = await house.admin(), await house.someone()
    refused(await guest.get("/admin/sessions/analytics"), 403, "not_allowed")
    refused(await house.log_in(guest.email, "not the password"), 401, "invalid_credentials")
    figures = ok(await ada.get("/admin/sessions/analytics", params={"days": 7}))
    assert len(figures["days"]) == 7
    today = figures["days"][-1]
    assert today["active"] >= 2
    assert today["opened"]["password"] >= 1
    assert today["refused"]["wrong_password"] >= 1
    assert figures["devices"]["other"] >= 1
    refused(await ada.get("/admin/sessions/analytics", params={"days": 91}), 400, "invalid_parameter")


async def test_whoever_leaves_leaves_nothing_personal_behind(house: House, house_database: str) -> None:
    guest = await house.sign_in("wilhelmina")
    async with await on(house, guest, "Wilhelmina-Reader/7 (Linux)") as reader:
        ok(await reader.get("/auth/me"))
    headers = {"User-Agent": "Wilhelmina-Reader/7"}
    wrong = {"email": guest.email, "password": "not the password"}
    refused(await house.public.post("/auth/login", json=wrong, headers=headers), 401, "invalid_credentials")
    await enrolled(guest)
    await guest.asked(house.film(), note="wilhelmina asks")
    words = Words(("wilhelmina",))
    places = " ".join(words.found(tables(house_database)))
    assert all(table in places for table in ("sessions", "security_log", "request_board", "user_directory"))
    async with listening(guest) as stream:
        ok(await guest.delete("/auth/me"), 204)
        await closes(stream)
    refused(await guest.get("/auth/me"), 401, "invalid_token")
    refused(await house.log_in(guest.email), 401, "invalid_credentials")

    async def is_gone() -> bool:
        return words.found(tables(house_database)) == {}

    await eventually(is_gone)
    ada = await house.admin()
    assert ok(await ada.get(f"/admin/users/{guest.id}"))["isDeleted"] is True


async def test_the_last_administrator_cannot_leave(house: House) -> None:
    ada = await house.admin()
    others = [
        one for one in ok(await ada.get("/admin/users", params={"limit": 100}))["items"] if one["role"] == "admin"
    ]
    for one in others:
        if one["id"] != ada.id:
            ok(await ada.delete(f"/admin/users/{one['id']}"), 204)
    refused(await ada.delete("/auth/me"), 409, "last_administrator")
