"""Coming in and going out."""

import asyncio
import json
from base64 import urlsafe_b64decode

import httpx

from medianest.adapters.http.foundation.rate_limit import Rates
from tests.e2e.devices import aged, closes, enrolled
from tests.e2e.house import PASSWORD, House, Person, eventually, ok, refused
from tests.e2e.listening import listening


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_the_first_administrator_is_made_once(another_house) -> None:
    async with another_house() as house:
        wish = {"token": "wrong", "email": "Ada@Example.org", "name": "Ada", "password": PASSWORD}
        refused(await house.public.post("/auth/setup", json=wish), 403, "setup_rejected")
        wish["token"] = await house.setup_token()
        answers = await asyncio.gather(*(house.public.post("/auth/setup", json=wish) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]
        tokens = next(answer.json() for answer in answers if answer.status_code == 201)
        assert tokens["user"]["role"] == "admin"
        assert tokens["user"]["name"] == "Ada"
        refused(await house.public.post("/auth/setup", json=wish), 403, "setup_rejected")
        me = ok(await house.public.get("/auth/me", headers=bearer(tokens["accessToken"])))
        assert me["email"] == "Ada@Example.org"
        assert "manage_users" in me["permissions"]
        ok(await house.log_in("ada@example.ORG"))


async def test_a_setup_that_is_refused_leaves_the_token_good(another_house) -> None:
    async with another_house() as house:
        wish = {"token": await house.setup_token(), "email": "a@example.org", "name": " ", "password": PASSWORD}
        refused(await house.public.post("/auth/setup", json=wish), 422, "name_required")
        ok(await house.public.post("/auth/setup", json={**wish, "name": "Ada"}), 201)


async def test_signing_in_answers_with_tokens_and_who_you_are(house: House, ben: Person) -> None:
    answer = await house.log_in("BEN@example.org")
    tokens = ok(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert tokens.keys() == {"accessToken", "expiresIn", "refreshToken", "mustEnrol", "knownDevice", "user"}
    assert tokens["expiresIn"] == 900
    assert tokens["user"]["id"] == ben.id
    assert tokens["user"]["permissions"] == ["request"]
    me = ok(await house.public.get("/auth/me", headers=bearer(tokens["accessToken"])))
    assert (me["id"], me["name"], me["role"], me["isSuspended"]) == (ben.id, "Ben", "member", False)
    assert me["lastSeenAt"] is not None


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(house: House, ben: Person) -> None:
    wrong = refused(await house.log_in(ben.email, "not the password"), 401, "invalid_credentials")
    unknown = refused(await house.log_in("nobody@example.org"), 401, "invalid_credentials")
    assert wrong["detail"] == unknown["detail"]


async def test_without_a_good_token_there_is_nothing_to_see(house: House, ben: Person) -> None:
    answer = await house.public.get("/auth/me")
    refused(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="medianest"'
    token = ben.headers["authorization"].removeprefix("Bearer ")
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", "nonsense", "\u00e4"):
        headers = {"Authorization": f"Bearer {forged}".encode()}
        answer = await house.public.get("/auth/me", headers=headers)
        refused(answer, 401, "invalid_token")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_refresh_tokens_rotate_and_a_second_use_ends_the_session_at_once(house: House, ben: Person) -> None:
    first = ok(await house.log_in(ben.email))
    second = ok(await refresh(house, first["refreshToken"]))
    async with house.container.database().connection() as connection:  # the grace of twenty seconds is over
        await connection.execute("UPDATE refresh_tokens SET used_at = used_at - interval '21 seconds'")
    assert second["refreshToken"] != first["refreshToken"]
    ok(await house.public.get("/auth/me", headers=bearer(second["accessToken"])))
    refused(await refresh(house, first["refreshToken"]), 401, "invalid_refresh_token")
    refused(await refresh(house, second["refreshToken"]), 401, "invalid_refresh_token")
    for token in (first["accessToken"], second["accessToken"]):
        refused(await house.public.get("/auth/me", headers=bearer(token)), 401, "invalid_token")
    refused(await refresh(house, "made up"), 401, "invalid_refresh_token")
    ada = await house.admin()
    claims = first["accessToken"].split(".")[1]
    session_id = json.loads(urlsafe_b64decode(claims + "=="))["sid"]

    async def told() -> list[str]:
        query = {"action": "session.ended", "stream": session_id}
        return [entry["sentence"] for entry in ok(await ada.get("/admin/audit", params=query))["items"]]

    once = ["MediaNest ended a session of Ben, because a token came a second time"]
    assert await eventually(told) == once


async def test_a_refresh_token_used_twice_at_once_has_one_successor_and_signs_nobody_out(
    house: House, ben: Person
) -> None:
    tokens = ok(await house.log_in(ben.email))
    answers = await asyncio.gather(*(refresh(house, tokens["refreshToken"]) for _ in range(8)))
    assert len({ok(answer)["refreshToken"] for answer in answers}) == 1
    ok(await refresh(house, answers[0].json()["refreshToken"]))


async def test_signing_out_ends_this_session_at_once_and_no_other(house: House, ben: Person) -> None:
    kept, left = ok(await house.log_in(ben.email)), ok(await house.log_in(ben.email))
    ok(await house.public.post("/auth/logout", headers=bearer(left["accessToken"])), 204)
    refused(await house.public.get("/auth/me", headers=bearer(left["accessToken"])), 401, "invalid_token")
    refused(await refresh(house, left["refreshToken"]), 401, "invalid_refresh_token")
    ok(await house.public.get("/auth/me", headers=bearer(kept["accessToken"])))
    refused(await house.public.post("/auth/logout"), 401, "not_signed_in")


async def test_whoever_asks_too_often_is_told_to_wait(another_house) -> None:
    async with another_house(rate_limits=True) as house:
        answers = await asyncio.gather(*(refresh(house, "made up") for _ in range(2 * Rates().auth.quota)))
        assert {answer.status_code for answer in answers} == {401, 429}
        turned_away = next(answer for answer in answers if answer.status_code == 429)
        refused(turned_away, 429, "too_many_requests")
        assert int(turned_away.headers["retry-after"]) >= 1
        ok(await house.public.get(house.url + "/health/live"))


async def refresh(house: House, token: str) -> httpx.Response:
    return await house.public.post("/auth/refresh", json={"refreshToken": token})


async def test_a_rule_that_asks_for_a_factor_counts_at_once_for_what_is_open_and_enrolling_ends_it(
    house: House, ada: Person
) -> None:
    wish = {"email": "root@example.org", "name": "Root", "role": "admin", "password": PASSWORD}
    ok(await ada.post("/admin/users", json=wish), 201)
    guest = await house.someone()
    key = {"X-Api-Key": ok(await guest.post("/auth/keys", json={"name": "Script", "scopes": ["read"]}), 201)["key"]}
    elsewhere = bearer(ok(await house.log_in(guest.email))["accessToken"])
    must_enrol = 403, "second_factor_enrolment_required"
    async with Person(house.url, ok(await house.log_in(wish["email"]))) as root, listening(guest) as stream:
        await enrolled(root)
        changed = await root.patch("/admin/settings", json={"values": {"require_second_factor": "everybody"}})
        rule = next(one for one in ok(changed)["items"] if one["key"] == "require_second_factor")
        assert (rule["value"], rule["default"], rule["source"]) == ("everybody", "off", "setting")
        assert (rule["changedBy"]["name"], rule["allowed"]) == ("Root", "off, admins or everybody")
        try:
            await closes(stream, within=1.0)
            for path in ("/notifications", "/live", "/auth/me/export"):
                refused(await guest.get(path), *must_enrol)
            refused(await house.public.get("/notifications", headers=elsewhere), *must_enrol)
            refused(await house.public.get("/auth/me", headers=key), *must_enrol)
            ok(await guest.get("/auth/me"))
            assert ok(await refresh(house, guest.refresh_token))["mustEnrol"] is True
            await enrolled(guest)
            for headers in (elsewhere, key):
                ok(await house.public.get("/notifications", headers=headers))
            refused(await ada.get("/notifications"), *must_enrol)
        finally:
            ok(await root.delete("/admin/settings/require_second_factor"), 204)
    ok(await ada.get("/notifications"))


async def test_an_administrator_opens_registration_while_the_server_runs(house: House, ada: Person) -> None:
    wish = {"email": "wanda@example.org", "name": "Wanda", "password": PASSWORD}
    opened = {"values": {"open_registration": True}}
    manager = await house.someone(may=("manage_settings",))
    assert len(ok(await manager.get("/admin/settings"))["items"]) >= 2
    refused(await manager.patch("/admin/settings", json=opened), 403, "not_allowed")
    refused(await ada.patch("/admin/settings", json=opened, headers=aged(house, ada, 11)), 401, "confirmation_required")
    for values, code in (({"open_registration": "on"}, "setting_invalid"), ({"colour": 1}, "setting_unknown")):
        refused(await ada.patch("/admin/settings", json={"values": values}), 422, code)
    refused(await house.public.post("/auth/register", json=wish), 403, "registration_closed")
    seen = {"If-Match": (await ada.get("/admin/settings")).headers["ETag"]}
    changed = await ada.patch("/admin/settings", json=opened, headers=seen)
    ok(changed)
    for late in (
        await ada.patch("/admin/settings", json={"values": {"open_registration": None}}, headers=seen),
        await ada.delete("/admin/settings/open_registration", headers=seen),
    ):
        refused(late, 412, "stale_version")
    assert ok(await house.public.get("/auth/ways"))["registration"] is True
    ok(await house.public.post("/auth/register", json=wish), 201)
    seen = {"If-Match": changed.headers["ETag"]}
    ok(await ada.patch("/admin/settings", json={"values": {"open_registration": None}}, headers=seen))
    wish["email"] = "walt@example.org"
    refused(await house.public.post("/auth/register", json=wish), 403, "registration_closed")
    told = [line["sentence"] for line in ok(await ada.get("/admin/audit", params={"category": "setting"}))["items"]]
    assert told[:2] == ["Ada set open registration back to its default", "Ada set open registration to on"]
