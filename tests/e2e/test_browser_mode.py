"""Signing in from a page: tokens that no script sees, and changes that no other page can cause."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pyotp

from medianest.adapters.http.foundation.cookies import DEVICE_FOR, KNOWN_FOR, REFRESH_FOR
from medianest.adapters.postgres.second_factor import REMEMBERED
from medianest.adapters.postgres.sessions import IDLE
from medianest.adapters.security.known_devices import LIFETIME
from tests.e2e.house import PASSWORD, House, Json, Person, ok, refused

NUMBERS = re.compile("position|tmdb|version", re.IGNORECASE)
ACCESS, CSRF, REFRESH, DEVICE, KNOWN = (f"medianest{it}" for it in ("", "-csrf", "-refresh", "-device", "-known"))


@asynccontextmanager
async def browser(house: House, person: Person) -> AsyncIterator[httpx.AsyncClient]:
    """A page at which this person signed in. It sends the token against forgery, as our pages do."""
    async with httpx.AsyncClient(base_url=f"{house.url}/api/v1", timeout=20, trust_env=False, verify=False) as client:
        client.headers["Origin"] = house.url
        tokens = ok(await signed_in(client, person))
        client.headers["X-CSRF-Token"] = tokens["csrfToken"]
        yield client


async def signed_in(client: httpx.AsyncClient, person: Person, **more: Json) -> httpx.Response:
    wish = {"email": person.email, "password": PASSWORD, "browser": True}
    return await client.post("/auth/login", json=wish, **more)


def cookies_set(answer: httpx.Response) -> dict[str, tuple[str, set[str]]]:
    """Value and attributes by name."""
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *attributes = line.split("; ")
        name, _, value = pair.partition("=")
        found[name] = (value, set(attributes))
    return found


def taken_away(answer: httpx.Response) -> set[str]:
    return {
        name for name, (value, attributes) in cookies_set(answer).items() if not value and "Max-Age=0" in attributes
    }


async def ask(client: httpx.AsyncClient, house: House, **more: Json) -> httpx.Response:
    wish = {"mediaType": "movie", "tmdbId": house.film()}
    return await client.post("/media/request", json=wish, **more)


async def test_a_page_signs_in_without_seeing_a_token(house: House, ben: Person) -> None:
    async with browser(house, ben) as page:
        answer = await signed_in(page, ben)
        assert ok(answer).keys() == {"expiresIn", "mustEnrol", "csrfToken", "user"}
        assert answer.headers["cache-control"] == "no-store"
        given = cookies_set(answer)
        assert given.keys() == {ACCESS, CSRF, REFRESH, KNOWN}
        assert given[KNOWN][1] == {"Max-Age=15552000", "Path=/api/v1/auth", "SameSite=Strict", "HttpOnly"}
        assert given[ACCESS][1] == {"Max-Age=900", "Path=/", "SameSite=Lax", "HttpOnly"}
        assert given[REFRESH][1] == {"Max-Age=2592000", "Path=/api/v1/auth", "SameSite=Strict", "HttpOnly"}
        assert given[CSRF] == (answer.json()["csrfToken"], {"Max-Age=2592000", "Path=/", "SameSite=Lax"})
        assert ok(await page.get("/auth/me"))["id"] == ben.id


def test_a_cookie_stays_for_as_long_as_what_it_holds_is_good() -> None:
    assert IDLE.total_seconds() == REFRESH_FOR
    assert REMEMBERED.total_seconds() == DEVICE_FOR
    assert LIFETIME.total_seconds() == KNOWN_FOR


async def test_over_https_the_cookies_are_secure_and_plain_ones_are_ignored(house: House, ben: Person) -> None:
    https = {"X-Forwarded-Proto": "https"}  # as the proxy of the house says it
    given = cookies_set(await signed_in(house.public, ben, headers=https))
    house.public.cookies.clear()
    assert given.keys() == {f"__Host-{ACCESS}", f"__Host-{CSRF}", f"__Secure-{REFRESH}", f"__Secure-{KNOWN}"}
    assert all("Secure" in attributes for _, attributes in given.values())
    token = given["__Host-medianest"][0]
    me = await house.public.get("/auth/me", headers=https | {"Cookie": f"__Host-medianest={token}"})
    assert ok(me)["id"] == ben.id
    tossed = await house.public.get("/auth/me", headers=https | {"Cookie": f"medianest={token}"})
    refused(tossed, 401, "not_signed_in")


async def test_a_change_needs_the_token_of_its_own_session(house: House, ben: Person, cleo: Person) -> None:
    async with browser(house, ben) as page, browser(house, cleo) as other:
        ok(await ask(page, house), 201)
        refused(await ask(page, house, headers={"X-CSRF-Token": "made.up"}), 403, "csrf_wrong")
        token = page.headers.pop("X-CSRF-Token")
        refused(await ask(page, house), 403, "csrf_missing")
        fresh = await page.get("/csrf")
        assert fresh.headers["cache-control"] == "no-store"
        assert ok(fresh)["csrfToken"] not in (token, other.headers["X-CSRF-Token"])
        ok(await ask(page, house, headers={"X-CSRF-Token": fresh.json()["csrfToken"]}), 201)
        # Planted: somebody else's token, which is right in itself, as header and as cookie.
        page.cookies.delete(CSRF)
        planted = other.headers["X-CSRF-Token"]
        page.cookies.set(CSRF, planted, domain="127.0.0.1", path="/")
        refused(await ask(page, house, headers={"X-CSRF-Token": planted}), 403, "csrf_wrong")


async def test_another_page_can_neither_change_something_nor_sign_somebody_in(house: House, ben: Person) -> None:
    foreign = {"Origin": "https://evil.example.com"}
    async with browser(house, ben) as page:
        before = ok(await page.get("/auth/me"))
        refused(await ask(page, house, headers=foreign), 403, "origin_not_allowed")
        refused(await signed_in(page, ben, headers=foreign), 403, "origin_not_allowed")
        for path in ("/auth/refresh", "/auth/logout"):
            refused(await page.post(path, headers=foreign), 403, "origin_not_allowed")
        assert ok(await page.get("/auth/me"))["id"] == before["id"]
        told = await page.get("/auth/me", headers=foreign)
        assert "access-control-allow-origin" not in told.headers


async def test_a_page_stays_signed_in_by_its_cookie_alone(house: House, ben: Person) -> None:
    async with browser(house, ben) as page:
        first = page.cookies[REFRESH]
        page.cookies.delete(ACCESS)  # as the browser does after 15 minutes
        refused(await page.get("/auth/me"), 401, "not_signed_in")
        answer = await page.post("/auth/refresh")
        assert ok(answer).keys() == {"expiresIn", "mustEnrol", "csrfToken", "user"}
        assert page.cookies[REFRESH] != first
        assert ok(await page.get("/auth/me"))["id"] == ben.id
        ok(await ask(page, house, headers={"X-CSRF-Token": answer.json()["csrfToken"]}), 201)


async def test_a_refresh_without_a_good_cookie_is_refused_and_clears_up(house: House, ben: Person) -> None:
    refused(await house.public.post("/auth/refresh"), 401, "invalid_refresh_token")
    refused(await house.public.post("/auth/refresh", json={"browser": True}), 401, "invalid_refresh_token")
    for cookies in (f"{REFRESH}=made-up", f"{REFRESH}=", f"{REFRESH}=one; {REFRESH}=two"):
        answer = await house.public.post("/auth/refresh", headers={"Cookie": cookies})
        refused(answer, 401, "invalid_refresh_token")
        assert taken_away(answer) == {ACCESS, CSRF, REFRESH}


async def test_a_program_can_hand_its_session_to_a_page(house: House, ben: Person) -> None:
    tokens = ok(await house.log_in(ben.email))
    answer = await house.public.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"], "browser": True})
    house.public.cookies.clear()
    assert "accessToken" not in ok(answer)
    assert cookies_set(answer).keys() == {ACCESS, CSRF, REFRESH}


async def test_proving_who_one_is_by_cookie_shows_no_token_either(house: House, ben: Person) -> None:
    async with browser(house, ben) as page:
        answer = await page.post("/auth/confirm", json={"password": PASSWORD})
        assert ok(answer).keys() == {"expiresIn", "mustEnrol", "csrfToken", "user"}
        assert cookies_set(answer).keys() == {ACCESS, CSRF}


async def test_signing_out_takes_the_cookies_away(house: House, ben: Person) -> None:
    async with browser(house, ben) as page:
        refresh_token, access_token = page.cookies[REFRESH], page.cookies[ACCESS]
        answer = await page.post("/auth/logout")
        ok(answer, 204)
        assert taken_away(answer) == {ACCESS, CSRF, REFRESH}
        assert set(page.cookies) == {KNOWN}, "which opens nothing"
        refused(await page.get("/auth/me"), 401, "not_signed_in")
        kept = {"Cookie": f"{ACCESS}={access_token}; {REFRESH}={refresh_token}"}
        refused(await page.get("/auth/me", headers=kept), 401, "invalid_token")
        refused(await page.post("/auth/refresh", headers=kept), 401, "invalid_refresh_token")


async def test_a_remembered_device_is_a_cookie_that_outlives_signing_out(house: House) -> None:
    person = await house.someone()
    seed = ok(await person.post("/auth/second-factor/enrolment"))["seed"]
    enrolled = await person.put("/auth/second-factor/enrolment", json={"code": pyotp.TOTP(seed).now()})
    code = ok(enrolled)["recoveryCodes"][0]
    async with httpx.AsyncClient(base_url=f"{house.url}/api/v1", timeout=20, trust_env=False, verify=False) as page:
        challenge = refused(await signed_in(page, person), 401, "second_factor_required")["challenge"]
        shown = {"challenge": challenge, "code": code, "rememberDevice": True, "browser": True}
        answer = await page.post("/auth/second-factor", json=shown)
        assert "rememberedDevice" not in ok(answer)
        assert cookies_set(answer)[DEVICE][1] == {"Max-Age=2592000", "Path=/api/v1/auth", "SameSite=Lax", "HttpOnly"}
        ok(await page.post("/auth/logout", headers={"X-CSRF-Token": answer.json()["csrfToken"]}), 204)
        assert set(page.cookies) == {DEVICE, KNOWN}
        ok(await signed_in(page, person))  # without another code


async def test_a_session_that_was_ended_elsewhere_loses_its_cookie(house: House, ben: Person) -> None:
    async with browser(house, ben) as page:
        bearer = {"Authorization": f"Bearer {page.cookies[ACCESS]}"}
        async with httpx.AsyncClient(base_url=house.url + "/api/v1", trust_env=False, verify=False) as elsewhere:
            ok(await elsewhere.post("/auth/logout", headers=bearer), 204)
        answer = await page.get("/auth/me")
        refused(answer, 401, "invalid_token")
        assert taken_away(answer) == {ACCESS, CSRF}


async def test_of_a_cookie_and_a_bearer_token_the_token_counts(house: House, ben: Person, cleo: Person) -> None:
    async with browser(house, ben) as page:
        del page.headers["X-CSRF-Token"]
        bearer = {"Authorization": cleo.headers["Authorization"]}
        assert ok(await page.get("/auth/me", headers=bearer))["id"] == cleo.id
        asked = ok(await ask(page, house, headers=bearer), 201)
        assert asked["requestedBy"]["id"] == cleo.id
        refused(await page.get("/auth/me", headers={"Authorization": "Bearer forged"}), 401, "invalid_token")
        assert ok(await page.get("/auth/me"))["id"] == ben.id


async def test_a_cookie_that_stands_twice_is_nobodys(house: House, ben: Person) -> None:
    token = ben.headers["Authorization"].removeprefix("Bearer ")
    for cookies in (f"{ACCESS}={token}; {ACCESS}={token}", f"{ACCESS}=tossed; {ACCESS}={token}"):
        refused(await house.public.get("/auth/me", headers={"Cookie": cookies}), 401, "invalid_token")


async def test_a_page_listens_to_what_happens_by_cookie(house: House, ben: Person) -> None:
    async with browser(house, ben) as page, page.stream("GET", "/live") as stream:
        assert stream.status_code == 200
        assert "welcome" in await anext(stream.aiter_lines())


async def test_no_upgrade_to_another_protocol_is_granted_whoever_asks(house: House, ben: Person) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    async with browser(house, ben) as page:
        for origin in (house.url, "https://evil.example.com"):
            headers = upgrade | {"Origin": origin, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
            answer = await page.get("/auth/me", headers=headers)
            assert answer.status_code == 200
            assert "upgrade" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers


async def test_no_reading_route_changes_anything(house: House, ada: Person) -> None:
    document = ok(await ada.get(f"{house.url}/schema/openapi.json"))
    paths = [path for path, item in document["paths"].items() if "get" in item and path.startswith("/api/")]
    assert len(paths) > 20

    async def stored() -> Json:
        async with house.container.database().connection() as link:
            events = await (await link.execute("SELECT count(*) FROM events")).fetchone()
            jobs = await (await link.execute("SELECT coalesce(max(id), 0) FROM procrastinate_jobs")).fetchone()
        return events, jobs

    before = await stored()
    for path in paths:
        async with ada.stream("GET", house.url + _filled(path)) as answer:  # some never end
            assert answer.status_code < 500 or answer.status_code == 503, path
    assert await stored() == before


def _filled(path: str) -> str:
    """With ids of nothing in the place of its parameters."""
    return re.sub(r"\{(\w+)\}", lambda name: "1" if NUMBERS.search(name[1]) else str(UUID(int=1)), path)
