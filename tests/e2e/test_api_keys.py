"""API keys over HTTP: what a program may do in somebody's name, and until when."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from medianest.application.identity.passwords import RESET
from medianest.application.letters import RESET_LIFETIME
from medianest.ports.work import Job
from tests.e2e.house import House, Person, eventually, ok, refused
from tests.e2e.listening import listening


async def made(person: Person, *scopes: str, **fields: Any) -> Any:
    """A key, as the answer that shows it."""
    answer = await person.post("/auth/keys", json={"name": "Script", "scopes": list(scopes), **fields})
    assert answer.headers["cache-control"] == "no-store"
    return ok(answer, 201)


@asynccontextmanager
async def program(house: House, key: str, *, is_bearer: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"} if is_bearer else {"X-Api-Key": key}
    async with httpx.AsyncClient(
        base_url=house.public.base_url, headers=headers, trust_env=False, verify=False
    ) as client:
        yield client


async def listed(person: Person, path: str = "/auth/keys") -> Sequence[Any]:
    items: Sequence[Any] = ok(await person.get(path))["items"]
    return items


async def test_a_key_is_shown_once_and_may_what_its_scopes_say(house: House) -> None:
    guest = await house.someone()
    key = await made(guest, "read", "request", expiresAt="2199-01-01T00:00:00+02:00")
    assert key["key"].startswith("mn_")
    (shown,) = await listed(guest)
    assert shown == {name: value for name, value in key.items() if name != "key"}
    assert (shown["name"], shown["scopes"], shown["expiresAt"]) == (
        "Script",
        ["read", "request"],
        "2198-12-31T22:00:00Z",
    )
    for is_bearer in (False, True):
        async with program(house, key["key"], is_bearer=is_bearer) as script:
            assert ok(await script.get("/auth/me"))["id"] == guest.id
            ok(await script.get("/notifications"))
            ok(await script.post("/media/request", json={"mediaType": "movie", "tmdbId": house.film()}), 201)
            refused(await script.get("/admin/users"), 403, "scope_missing")


async def test_a_key_never_may_more_than_its_person(house: House) -> None:
    guest = await house.someone()
    key = await made(guest, "read", "request", "manage", "admin")
    async with program(house, key["key"]) as script:
        refused(await script.get("/admin/users"), 403, "not_allowed")
        refused(await script.get("/admin/audit"), 403, "not_allowed")


async def test_a_key_of_an_administrator_is_held_to_its_scopes(house: House, ada: Person, ben: Person) -> None:
    note = {"note": "Only for those who manage requests"}
    request = await ben.asked(house.film(), **note)
    for scope, statuses in {
        "read": (200, 403, 403, 403),
        "request": (403, 403, 403, 201),
        "manage": (403, 200, 403, 403),
        "admin": (403, 403, 200, 403),
    }.items():
        async with program(house, (await made(ada, scope))["key"]) as script:
            wish = {"mediaType": "movie", "tmdbId": house.film()}
            answers = [
                await script.get(f"/media/requests/{request['id']}"),
                await script.get("/admin/users"),
                await script.get("/admin/audit"),
                await script.post("/media/request", json=wish),
            ]
            assert tuple(answer.status_code for answer in answers) == statuses, scope
            if scope == "read":
                assert "note" not in ok(answers[0]), "only what members see"
    assert ok(await ada.get(f"/media/requests/{request['id']}"))["note"] == note["note"]
    for scopes, is_shown in ((["manage"], False), (["manage", "admin"], True)):
        async with program(house, (await made(ada, *scopes))["key"]) as script:
            assert (ok(await script.get("/admin/media-servers"))["webhook"] is not None) == is_shown


async def test_a_key_looks_after_no_credentials(house: House, ada: Person) -> None:
    key = await made(ada, "read", "request", "manage", "admin")
    async with program(house, key["key"]) as script:
        wish = {"name": "More", "scopes": ["admin"]}
        refused(await script.post("/auth/keys", json=wish), 403, "not_allowed")
        for method, path in (
            ("GET", "/auth/keys"),
            ("DELETE", f"/auth/keys/{key['id']}"),
            ("POST", "/auth/logout"),
            ("GET", "/auth/me/activity"),
        ):
            refused(await script.request(method, path), 403, "not_allowed")
        refused(await script.post("/auth/confirm", json={"password": "x"}), 403, "not_allowed")


async def test_what_is_done_with_a_key_carries_its_id(house: House, ada: Person) -> None:
    guest = await house.someone()
    key = await made(guest, "request")
    async with program(house, key["key"]) as script:
        wish = {"mediaType": "movie", "tmdbId": house.film()}
        request = ok(await script.post("/media/request", json=wish), 201)
    events = ok(await ada.get("/admin/audit", params={"stream": request["id"]}))["items"]
    submitted = next(event for event in events if event["action"] == "media_request.submitted")
    assert (submitted["sessionId"], submitted["actor"]["id"]) == (key["id"], guest.id)
    (making,) = ok(await ada.get("/admin/audit", params={"stream": key["id"]}))["items"]
    assert (making["action"], making["body"]["scopes"]) == ("api_key.made", ["request"])
    assert key["key"] not in str(making)


async def test_the_last_use_of_a_key_and_of_a_session_is_seen(house: House) -> None:
    guest = await house.someone()
    key, unused = await made(guest, "read"), await made(guest, "read", name="Another")
    async with program(house, key["key"]) as script:
        ok(await script.get("/auth/me", headers={"X-Forwarded-For": "192.0.2.7"}))
    await house.container.presence().flush()
    shown = {one["id"]: one for one in await listed(guest)}
    assert shown[key["id"]]["lastUsedAt"] > key["madeAt"]
    assert shown[key["id"]]["lastAddress"] == "192.0.2.7"
    assert (shown[unused["id"]]["lastUsedAt"], shown[unused["id"]]["lastAddress"]) == (None, None)
    (session,) = await house.container.sessions().of(UUID(guest.id), house.container.clock().now())
    assert session.last_seen_at > session.opened_at


async def test_a_revoked_key_opens_nothing_from_then_on(house: House, ada: Person) -> None:
    guest, other = await house.someone(), await house.someone()
    keys = [await made(guest, "read") for _ in range(2)]
    refused(await other.delete(f"/auth/keys/{keys[0]['id']}"), 404, "api_key_not_found")
    refused(await ada.delete(f"/admin/users/{other.id}/keys/{keys[0]['id']}"), 404, "api_key_not_found")
    ok(await guest.delete(f"/auth/keys/{keys[0]['id']}"), 204)
    ok(await guest.delete(f"/auth/keys/{keys[0]['id']}"), 204)
    ok(await ada.delete(f"/admin/users/{guest.id}/keys/{keys[1]['id']}"), 204)
    for key in keys:
        async with program(house, key["key"]) as script:
            refused(await script.get("/auth/me"), 401, "invalid_token")
    shown = await listed(ada, f"/admin/users/{guest.id}/keys")
    assert [one["id"] for one in shown] == [key["id"] for key in reversed(keys)]
    assert all(one["revokedAt"] for one in shown)


async def test_a_stream_that_a_key_opened_is_over_when_the_key_is_revoked(house: House, ada: Person) -> None:
    keys = [await made(ada, "read") for _ in range(2)]
    async with (
        program(house, keys[0]["key"]) as script,
        program(house, keys[1]["key"]) as another,
        listening(script) as first,
        listening(another) as second,
    ):
        await ada.asked(house.film(), note="Wakes every stream")
        await first.hears("request")
        await second.hears("request")
        ok(await ada.delete(f"/auth/keys/{keys[0]['id']}"), 204)

        async def is_over() -> bool:
            return first.is_over

        await eventually(is_over)
        assert not second.is_over


async def test_a_session_that_time_has_ended_is_recorded_as_ended(house: House, ada: Person) -> None:
    guest = await house.someone()
    async with house.container.database().connection() as link:
        await link.execute("UPDATE sessions SET expires_at = now() WHERE user_id = %s", (guest.id,))
    await house.container.jobs().defer([Job(name="end_sessions", args={})])

    async def ended() -> Any:
        events = ok(await ada.get("/admin/audit", params={"action": "session.ended", "limit": 100}))["items"]
        return next((event for event in events if event["body"]["user_id"] == guest.id), None)

    event = await eventually(ended)
    assert (event["body"]["reason"], event["actor"]["name"]) == ("expired", None)
    refused(await guest.get("/auth/me"), 401, "invalid_token")


async def test_a_key_opens_nothing_once_it_expires_or_its_person_is_suspended(house: House, ada: Person) -> None:
    guest = await house.someone()
    past = await guest.post("/auth/keys", json={"name": "x", "scopes": ["read"], "expiresAt": "2001-01-01T00:00:00Z"})
    refused(past, 422, "api_key_expires_in_the_past")
    edge = {"name": "x", "scopes": ["read"], "expiresAt": "9999-12-31T23:59:59-01:00"}
    refused(await guest.post("/auth/keys", json=edge), 400, "invalid_body")
    expiring, lasting = [await made(guest, "read", expiresAt="2199-01-01T00:00:00Z") for _ in range(2)]
    async with house.container.database().connection() as link:
        await link.execute("UPDATE api_keys SET expires_at = now() WHERE key_id = %s", (expiring["id"],))
    async with program(house, expiring["key"]) as script:
        refused(await script.get("/auth/me"), 401, "invalid_token")
    async with program(house, lasting["key"]) as script:
        ok(await script.get("/auth/me"))
        ok(await ada.patch(f"/admin/users/{guest.id}", json={"suspended": True}))
        refused(await script.get("/auth/me"), 401, "invalid_token")


async def test_a_deleted_person_leaves_no_key(house: House, ada: Person) -> None:
    guest = await house.someone()
    key = await made(guest, "read", name="Whose it was")
    ok(await ada.delete(f"/admin/users/{guest.id}"), 204)
    async with program(house, key["key"]) as script:
        refused(await script.get("/auth/me"), 401, "invalid_token")

    async def is_gone() -> bool:
        return await listed(ada, f"/admin/users/{guest.id}/keys") == []

    await eventually(is_gone)


async def test_keys_that_were_refused_are_in_the_security_log(house: House, ada: Person) -> None:
    wrong = "mn_" + "x" * 43
    async with program(house, wrong) as script:
        answer = await script.get("/auth/me")
    refused(answer, 401, "invalid_token")

    async def entry() -> Any:
        found = ok(await ada.get("/admin/security-log", params={"method": "api_key", "limit": 100}))["items"]
        return next((one for one in found if one["correlationId"] == answer.headers["x-correlation-id"]), None)

    assert wrong not in str(await eventually(entry))


async def test_two_different_credentials_at_once_are_refused(house: House, ben: Person) -> None:
    key = (await made(ben, "read"))["key"]
    refused(await ben.get("/auth/me", headers={"X-Api-Key": key}), 400, "two_credentials")
    async with program(house, key) as script:
        ok(await script.get("/auth/me", headers={"Authorization": f"Bearer {key}"}))


async def test_a_reset_of_the_password_shuts_keys_and_says_which_unless_they_are_to_stay(house: House) -> None:
    guest = await house.someone()
    key = (await made(guest, "read"))["key"]
    for keeps in (True, False):
        wish = {"password": f"quite another one {keeps}", "keepOtherWays": keeps, "token": await link_to(house, guest)}
        shut = ok(await house.public.post("/auth/password/reset", json=wish))
        assert shut == {"revokedKeys": [] if keeps else ["Script"], "unlinked": []}
        async with program(house, key) as script:
            assert (await script.get("/auth/me")).status_code == (200 if keeps else 401)


async def link_to(house: House, person: Person) -> str:
    """What the link in a letter to them would end in."""
    who = UUID(person.id)
    return str(await house.container.challenges().open(RESET, who.bytes, lifetime=RESET_LIFETIME, subject=who))
