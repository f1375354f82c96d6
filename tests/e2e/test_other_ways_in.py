"""Coming in by Plex and by an OpenID provider: over real HTTP, with people at both who say yes or no."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.e2e.elsewhere import PUBLIC_URL, Browser, Elsewhere, fragment_of, is_out, opened_elsewhere, was_told
from tests.e2e.house import House, Person, eventually, ok, refused
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = Any


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(house_database: str, house_cache: str) -> AsyncIterator[Elsewhere]:
    async with opened_elsewhere(house_database, house_cache) as standing:
        yield standing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(elsewhere: Elsewhere) -> House:
    """The one of `conftest` would be another."""
    return elsewhere.house


async def test_whoever_may_use_the_plex_server_becomes_a_member_and_comes_back_as_the_same(
    house: House, elsewhere: Elsewhere
) -> None:
    first = ok(await elsewhere.by_plex(elsewhere.somebody_at_plex("dora")))
    assert (first["user"]["name"], first["user"]["role"]) == ("dora", "member")
    again = ok(await elsewhere.by_plex("dora"))
    assert again["user"]["id"] == first["user"]["id"]
    async with Person(house.url, again) as dora:
        [link] = ok(await dora.get("/auth/links"))["items"]
        assert (link["provider"], link["name"], link["lost"]) == ("plex", "dora", None)


async def test_a_pin_waits_until_it_is_confirmed_and_is_good_once(house: House, elsewhere: Elsewhere) -> None:
    pin = await elsewhere.begun()
    waiting = await house.public.get(f"/auth/plex/pin/{pin['id']}")
    assert (waiting.status_code, waiting.json()) == (202, {"status": "pending"})
    elsewhere.plex.confirm(pin["code"], elsewhere.somebody_at_plex("emil"))
    assert await eventually(lambda: elsewhere.seen(pin)) == {"status": "confirmed"}, "looking lets nobody in"
    assert ok(await elsewhere.answer_to(pin))["user"]["name"] == "emil"
    refused(await elsewhere.answer_to(pin), 410, "plex_pin_expired")
    refused(await house.public.get(f"/auth/plex/pin/{pin['id']}"), 410, "plex_pin_expired")


async def test_impatience_reaches_plex_once_a_second(house: House, elsewhere: Elsewhere) -> None:
    pin = await elsewhere.begun()
    before = len(elsewhere.plex.received)
    answers = await asyncio.gather(*(house.public.get(f"/auth/plex/pin/{pin['id']}") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(elsewhere.plex.received) - before <= 3


async def test_a_pin_that_expires_while_it_is_polled_says_so(elsewhere: Elsewhere) -> None:
    pin = await elsewhere.begun()
    elsewhere.plex.expire(pin["code"])
    refused(await elsewhere.answer_to(pin), 410, "plex_pin_expired")


async def test_without_access_to_the_server_nobody_comes_in_by_plex(elsewhere: Elsewhere) -> None:
    refused(await elsewhere.by_plex(elsewhere.somebody_at_plex("finn", may_use=False)), 403, "plex_no_access")


async def test_somebody_elses_address_at_plex_opens_no_account_here(house: House, elsewhere: Elsewhere) -> None:
    gina = await house.sign_in("gina")
    elsewhere.somebody_at_plex("thief")
    elsewhere.plex.people["thief"].email = gina.email
    refused(await elsewhere.by_plex("thief"), 409, "sign_in_and_link")


async def test_an_account_is_linked_used_and_unlinked_but_never_as_the_only_way_in(
    house: House, elsewhere: Elsewhere
) -> None:
    hugo = await house.sign_in("hugo")
    pin = ok(await hugo.post("/auth/links/plex/pin"), 201)
    refused(await house.public.get(f"/auth/plex/pin/{pin['id']}"), 410, "plex_pin_expired")  # for linking alone
    elsewhere.plex.confirm(pin["code"], elsewhere.somebody_at_plex("hugo-at-plex"))
    ok(await hugo.post("/auth/links/plex/claim", json={"id": pin["id"]}))
    assert ok(await elsewhere.by_plex("hugo-at-plex"))["user"]["id"] == hugo.id
    [link] = ok(await hugo.get("/auth/links"))["items"]
    ok(await hugo.delete(f"/auth/links/{link['id']}"), 204)
    assert ok(await hugo.get("/auth/links"))["items"] == []
    refused(await hugo.delete(f"/auth/links/{link['id']}"), 404, "link_not_found")

    async with Person(house.url, ok(await elsewhere.by_plex(elsewhere.somebody_at_plex("ida")))) as ida:
        [only] = ok(await ida.get("/auth/links"))["items"]
        refused(await ida.delete(f"/auth/links/{only['id']}"), 409, "only_way_in")
        refused(await hugo.delete(f"/auth/links/{only['id']}"), 404, "link_not_found")


async def test_a_plex_that_does_not_answer_says_so_and_leaves_the_pin_good(elsewhere: Elsewhere) -> None:
    pin = await elsewhere.begun()
    elsewhere.plex.confirm(pin["code"], elsewhere.somebody_at_plex("jana", may_use=False))
    token, elsewhere.server.token = elsewhere.server.token, "another"  # so a no cannot be told from a wrong server
    refused(await elsewhere.answer_to(pin), 503, "plex_unavailable")
    elsewhere.server.token = token
    elsewhere.plex.people["jana"].may_use = True
    ok(await elsewhere.answer_to(pin))


async def test_who_loses_access_at_plex_is_shown_out_and_told_and_so_is_the_administrator(
    house: House, elsewhere: Elsewhere
) -> None:
    tokens = ok(await elsewhere.by_plex(elsewhere.somebody_at_plex("karl")))
    ada = await house.admin()
    async with Person(house.url, tokens) as karl:
        elsewhere.plex.people["karl"].may_use = False
        await house.container.link_jobs().check_plex()
        await eventually(lambda: is_out(karl))
        assert await eventually(lambda: was_told(ada))
        refused(await elsewhere.by_plex("karl"), 403, "plex_no_access")
        elsewhere.plex.people["karl"].may_use = True
        await house.container.link_jobs().check_plex()
    async with Person(house.url, ok(await elsewhere.by_plex("karl"))) as back:
        [link] = ok(await back.get("/auth/links"))["items"]
        assert link["lost"] is None
        assert await eventually(lambda: was_told(back))


async def test_a_deleted_person_frees_their_account_elsewhere(house: House, elsewhere: Elsewhere) -> None:
    first = ok(await elsewhere.by_plex(elsewhere.somebody_at_plex("lena")))["user"]
    ada = await house.admin()
    ok(await ada.delete(f"/admin/users/{first['id']}"), 204)

    async def come_back() -> Json:
        answer = await elsewhere.by_plex("lena")
        return answer.json() if answer.status_code == 200 else None

    assert (await eventually(come_back))["user"]["id"] != first["id"]


async def test_a_provider_vouches_for_a_new_member_whom_it_may_make_an_administrator(elsewhere: Elsewhere) -> None:
    async with Browser(elsewhere.house) as browser:
        elsewhere.somebody_at_oidc("mara", groups=["owners"])
        first = ok(await browser.through("/requests?mine=true"))
        assert (first["user"]["name"], first["user"]["role"]) == ("Mara", "admin")
        elsewhere.somebody_at_oidc("mara", groups=[])
        again = ok(await browser.through())
        assert (again["user"]["id"], again["user"]["role"]) == (first["user"]["id"], "member")


async def test_the_last_administrator_stays_one_whatever_a_provider_says(house: House, elsewhere: Elsewhere) -> None:
    ada = await house.admin()
    elsewhere.somebody_at_oidc("ada-there", email=ada.email, email_verified=True, groups=[])
    await elsewhere.linked(ada)
    async with Browser(house) as browser:
        tokens = ok(await browser.through())
    assert (tokens["user"]["id"], tokens["user"]["role"]) == (ada.id, "admin")


@pytest.mark.parametrize("is_verified", [False, True])
async def test_an_address_that_nobody_proved_links_nobody(
    house: House, elsewhere: Elsewhere, is_verified: bool
) -> None:
    nora = await house.sign_in("nora")
    elsewhere.somebody_at_oidc("impostor", email=nora.email, email_verified=is_verified, groups=["owners"])
    async with Browser(house) as browser:
        told = await browser.sent_back(await browser.get("/auth/oidc/oidc/begin"))
    assert told == {"error": "sign_in_and_link"}


async def test_a_return_counts_once_and_only_in_the_browser_that_began(house: House, elsewhere: Elsewhere) -> None:
    elsewhere.somebody_at_oidc("otto")
    async with Browser(house) as browser, Browser(house) as stranger:
        told = await browser.sent_back(await browser.get("/auth/oidc/oidc/begin"))
        refused(await stranger.post("/auth/oidc/exchange", json={"code": told["code"]}), 401, "sign_in_expired")
        refused(await browser.post("/auth/oidc/exchange", json={"code": told["code"]}), 401, "sign_in_expired")
        begun = await browser.get("/auth/oidc/oidc/begin")
        async with httpx.AsyncClient(trust_env=False, verify=False) as provider:
            back = (await provider.get(begun.headers["location"])).headers["location"]
        query = urlsplit(back).query
        refused(await stranger.get(f"/auth/oidc/oidc/callback?{query}"), 401, "sign_in_expired")
        assert "code" in fragment_of(await browser.get(f"/auth/oidc/oidc/callback?{query}"))
        refused(await browser.get(f"/auth/oidc/oidc/callback?{query}"), 401, "sign_in_expired")


async def test_a_return_with_another_state_or_a_no_goes_back_with_an_error(house: House, elsewhere: Elsewhere) -> None:
    async with Browser(house) as browser:
        await browser.get("/auth/oidc/oidc/begin", params={"returnTo": "/#/way"})
        forged = await browser.get("/auth/oidc/oidc/callback", params={"state": "x", "code": "y"})
        assert forged.headers["location"] == "/#/way&error=provider_not_trusted"
        begun = await browser.get("/auth/oidc/oidc/begin")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        no = await browser.get("/auth/oidc/oidc/callback", params={"state": state, "error": "access_denied"})
        assert no.headers["location"] == "/#error=access_denied"


async def test_nobody_is_sent_on_to_another_place(house: House) -> None:
    answer = await house.public.get("/auth/oidc/oidc/begin", params={"returnTo": "//evil.example"})
    refused(answer, 422, "return_address_outside")
    refused(await house.public.get("/auth/oidc/other/begin"), 404, "oidc_provider_not_found")


async def test_an_account_at_a_provider_is_linked_by_whoever_is_signed_in(house: House, elsewhere: Elsewhere) -> None:
    paul = await house.sign_in("paul")
    elsewhere.somebody_at_oidc("paul-there")
    assert await elsewhere.linked(paul) == {"linked": "oidc"}
    async with Browser(house) as browser:
        assert ok(await browser.through())["user"]["id"] == paul.id


async def test_an_administrator_adds_changes_and_removes_a_provider(house: House, elsewhere: Elsewhere) -> None:
    ada = await house.admin()
    wish = {"slug": "own", "name": "Own", "issuer": elsewhere.oidc.url, "clientId": CLIENT_ID}
    wish["clientSecret"] = CLIENT_SECRET
    once = {"Idempotency-Key": "own, once"}
    added = ok(await ada.post("/admin/oidc-providers", json=wish, headers=once), 201)
    again = await ada.post("/admin/oidc-providers", json=wish, headers=once)
    assert (ok(again, 201), again.headers["idempotent-replay"]) == (added, "true")
    refused(await ada.post("/admin/oidc-providers", json=wish), 409, "oidc_provider_exists")
    refused(await ada.post("/admin/oidc-providers", json={**wish, "slug": "oidc"}), 409, "oidc_provider_exists")
    lost = {**wish, "slug": "lost", "issuer": "http://10.0.0.1:8080"}
    refused(await ada.post("/admin/oidc-providers", json=lost), 422, "address_not_allowed")
    shown = ok(await ada.get("/admin/oidc-providers"))["items"]
    assert [(one["slug"], one["source"]) for one in shown] == [("oidc", "settings"), ("own", "added")]
    assert shown[1] == added
    assert CLIENT_SECRET not in str(shown)
    assert shown[1]["redirectUri"] == f"{PUBLIC_URL}/api/v1/auth/oidc/own/callback"
    seen = {"If-Match": f'W/"{added["version"]}"'}
    changed = ok(await ada.patch("/admin/oidc-providers/own", json={"name": "Ours"}, headers=seen))
    assert changed == {**added, "name": "Ours", "version": added["version"] + 1}
    refused(await ada.patch("/admin/oidc-providers/own", json={"name": "No"}, headers=seen), 412, "stale_version")
    refused(await ada.delete("/admin/oidc-providers/own", headers=seen), 412, "stale_version")
    ways = ok(await house.public.get("/auth/ways"))["oidc"]
    assert {"slug": "own", "name": "Ours"} in ways
    assert (await house.public.get("/auth/oidc/own/begin")).status_code == 303
    removals = [await ada.delete("/admin/oidc-providers/own", headers={"Idempotency-Key": "away"}) for _ in range(2)]
    assert [(it.status_code, it.headers.get("idempotent-replay")) for it in removals] == [(204, None), (204, "true")]
    refused(await house.public.get("/auth/oidc/own/begin"), 404, "oidc_provider_not_found")
    member = await house.sign_in("quinn")
    refused(await member.get("/admin/oidc-providers"), 403, "not_allowed")


async def test_no_secret_of_a_sign_in_is_in_the_log(house: House, elsewhere: Elsewhere) -> None:
    ok(await elsewhere.by_plex(elsewhere.somebody_at_plex("rosa")))
    async with house.container.database().connection() as link:
        rows = await (await link.execute("SELECT body::text FROM events")).fetchall()
    written = " ".join(text for (text,) in rows)
    assert CLIENT_SECRET not in written
    assert not [token for token in elsewhere.plex._tokens if token in written]
    assert not [secret for secret in elsewhere.oidc.issued if secret in written]
