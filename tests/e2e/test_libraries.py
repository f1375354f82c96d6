"""The media servers of a house and what they hold: scanned, watched, and asked about, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from medianest.adapters.standin import PlexServerStandin
from tests.e2e.elsewhere import Browser, Elsewhere, opened_elsewhere
from tests.e2e.house import PASSWORD, House, eventually, ok, refused
from tests.e2e.looking_after import hears, scanned, upstream

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


async def test_a_scan_is_asked_for_watched_live_and_tells_what_is_held(house: House, elsewhere: Elsewhere) -> None:
    ada = await house.admin()
    elsewhere.server.shelf.add_library("21", "movie", "Matinees")
    elsewhere.server.shelf.add_film("21", 1003)

    async def watch() -> Json:
        async with ada.stream("GET", "/live") as stream:
            opened.set()
            async for line in stream.aiter_lines():
                told = json.loads(line[5:]) if line.startswith("data:") else {}
                if told.get("title") == "Matinees" and told["isOver"]:
                    return told

    opened = asyncio.Event()
    watching = asyncio.create_task(watch())
    await opened.wait()
    assert ok(await ada.post("/admin/library/scan", json={}), 202) == {"server": None, "library": None}
    told = await asyncio.wait_for(watching, 20)
    assert (told["server"], told["done"], told["total"], told["trouble"]) == ("plex", 1, 1, None)
    library = await scanned(ada, "Matinees")
    assert (library["server"], library["kind"], library["titles"], library["heldRemovals"]) == (
        "plex",
        "movie",
        1,
        None,
    )
    held = await house.container.library_index().of_titles([("movie", 1003)])
    assert held["movie", 1003].places


async def test_a_scan_of_what_is_not_there_is_refused(house: House) -> None:
    ada = await house.admin()
    refused(await ada.post("/admin/library/scan", json={"server": "nobody"}), 404, "not_found")
    refused(await ada.post("/admin/library/scan", json={"library": "nowhere"}), 404, "not_found")
    answer = await ada.post("/admin/library/plex/nowhere/removals", json={"decision": "allow"})
    refused(answer, 404, "library_not_found")


async def test_a_refused_token_is_told_to_those_who_look_after_services_and_nothing_is_lost(
    house: House, elsewhere: Elsewhere
) -> None:
    ada = await house.admin()
    token, elsewhere.server.token = elsewhere.server.token, "another"
    try:
        ok(await ada.post("/admin/library/scan", json={"server": "plex"}), 202)
        await hears(ada, "media_server_refuses")
        [own] = ok(await ada.get("/admin/media-servers"))["items"]
        assert (own["slug"], own["source"], own["refusesToken"]) == ("plex", "settings", True)
        assert own["health"] == "refuses_token"
    finally:
        elsewhere.server.token = token
    ok(await ada.post("/admin/library/scan", json={"server": "plex"}), 202)

    async def is_taken() -> bool:
        return not ok(await ada.get("/admin/media-servers"))["items"][0]["refusesToken"]

    await eventually(is_taken)
    assert all(one["missing"] == 0 for one in ok(await ada.get("/admin/library"))["items"])
    await house.container.library_jobs().handlers()["keep_tokens_alive"]()
    pings = [each for each in elsewhere.plex.received if each.path == "/api/v2/ping"]
    assert [each.headers["x-plex-token"] for each in pings] == [elsewhere.server.token]


async def test_a_media_server_is_added_changed_scanned_and_removed_and_never_tells_its_token(
    house: House, elsewhere: Elsewhere
) -> None:
    ada = await house.admin()
    async with PlexServerStandin(machine="the-attic", token="attic-token") as attic:
        wish = {"slug": "attic", "name": "Attic", "url": attic.url, "token": "attic-token"}
        refused(await ada.post("/admin/media-servers", json={**wish, "slug": "plex"}), 409, "media_server_exists")
        for name in ("tmdb", "overseerr", "oidc"):
            refused(await ada.post("/admin/media-servers", json={**wish, "slug": name}), 422, "media_server_invalid")
        wrong = await ada.post("/admin/media-servers", json={**wish, "token": "wrong"})
        refused(wrong, 422, "media_server_invalid")
        added = await ada.post("/admin/media-servers", json=wish)
        server = ok(added, 201)
        assert (server["name"], server["source"], server["version"]) == ("Attic", "added", 1)
        assert "attic-token" not in added.text
        refused(await ada.post("/admin/media-servers", json=wish), 409, "media_server_exists")
        refused(await ada.patch("/admin/media-servers/attic", json={"url": house.url}), 422, "media_server_invalid")
        changed = ok(await ada.patch("/admin/media-servers/attic", json={"name": "The attic"}))
        assert (changed["name"], changed["version"]) == ("The attic", 2)
        ok(await ada.post("/admin/library/scan", json={"server": "attic"}), 202)

        async def of_attic() -> Json:
            return [it for it in ok(await ada.get("/admin/library"))["items"] if it["server"] == "attic"]

        async def is_scanned() -> bool:
            found = await of_attic()
            return bool(found) and all(it["scannedAt"] for it in found)

        assert await eventually(is_scanned)
        ok(await ada.get("/plex/libraries", params={"server": "attic"}))
        shown = await upstream(ada, "attic")
        assert (shown["token"], shown["breaker"], shown["last60Minutes"]["failures"]) == ("accepted", "closed", 0)
        assert shown["last60Minutes"]["calls"] > 0
        [listed] = [it for it in ok(await ada.get("/admin/media-servers"))["items"] if it["slug"] == "attic"]
        assert (listed["health"], listed["version"]) == ("up", 2)
        ok(await ada.delete("/admin/media-servers/attic"), 204)
        assert await of_attic() == []

        async def is_forgotten() -> bool:
            return await upstream(ada, "attic") is None

        await eventually(is_forgotten)
        refused(await ada.delete("/admin/media-servers/attic"), 404, "media_server_not_found")
        refused(await ada.delete("/admin/media-servers/plex"), 409, "media_server_of_settings")


async def test_members_browse_and_learn_neither_directories_nor_who_watches(house: House, elsewhere: Elsewhere) -> None:
    ada, ben = await house.admin(), await house.sign_in("ben")
    film = elsewhere.server.shelf.film(1014)
    elsewhere.server.play(film.rating_key, user="somebody")
    own, managed = ok(await ben.get("/plex/server")), ok(await ada.get("/plex/server"))
    assert (own["slug"], own["name"], own["version"]) == ("plex", "The house", None)
    assert managed["version"] is not None
    libraries = ok(await ben.get("/plex/libraries"))["items"]
    assert {one["title"] for one in libraries} >= {"Films", "Series", "Music"}
    assert {one["locations"] for one in libraries} == {None}
    assert all(one["locations"] for one in ok(await ada.get("/plex/libraries", params={"server": "plex"}))["items"])
    page = ok(await ben.get("/plex/libraries/1/items", params={"type": "movie", "sort": "newest"}))
    assert (page["page"], page["totalPages"], page["totalResults"]) == (1, 1, len(page["items"]))
    shown = next(one for one in page["items"] if one["ratingKey"] == str(film.rating_key))
    assert (shown["mediaType"], shown["tmdbId"], shown["title"]) == ("movie", 1014, film.name)
    found = ok(await ben.get("/plex/search", params={"query": film.name}))["items"]
    assert str(film.rating_key) in {one["ratingKey"] for one in found}
    newest = ok(await ben.get("/plex/recently-added", params={"library": "2"}))["items"]
    assert {one["type"] for one in newest} == {"episode"}
    refused(await ben.get("/plex/libraries/1/items", params={"unwatched": "true"}), 403, "not_allowed")
    ok(await ada.get("/plex/libraries/1/items", params={"unwatched": "true"}))
    assert (await upstream(ada, "plex"))["lastSuccessAt"], "browsing is a call like any other"
    refused(await ben.get("/plex/sessions"), 403, "not_allowed")
    [playing] = ok(await ada.get("/plex/sessions"))["items"]
    assert (playing["user"], playing["title"]) == ("somebody", film.name)
    for path in ("libraries/77/items", "libraries/x/items", "collections/77", "server?server=nobody"):
        answer = await ben.get(f"/plex/{path}")
        assert answer.status_code == 404, (path, answer.text)


async def test_those_who_manage_services_arrange_collections_and_have_disks_looked_at(
    house: House, elsewhere: Elsewhere
) -> None:
    ada, ben = await house.admin(), await house.sign_in("ben")
    first, second = (str(elsewhere.server.shelf.film(number).rating_key) for number in (1014, 1015))
    wish = {"title": "Rainy days", "items": [first]}
    refused(await ben.post("/plex/libraries/1/collections", json=wish), 403, "not_allowed")
    made = ok(await ada.post("/plex/libraries/1/collections", json=wish), 201)
    path = f"/plex/collections/{made['ratingKey']}"
    ok(await ada.post(f"{path}/items", json={"items": [second]}), 204)
    ok(await ada.patch(f"{path}/items/{second}", json={"after": None}), 204)
    seen = ok(await ben.get(path))
    assert (seen["collection"]["title"], seen["collection"]["itemCount"]) == ("Rainy days", 2)
    assert [one["ratingKey"] for one in seen["items"]] == [second, first]
    listed = ok(await ben.get("/plex/libraries/1/collections"))["items"]
    assert "Rainy days" in {one["title"] for one in listed}
    ok(await ada.post("/plex/libraries/1/scan", json={"path": "/media/movies-1/New"}), 202)
    refused(await ada.post("/plex/libraries/1/scan", json={"path": "/etc"}), 422, "path_outside_library")
    assert elsewhere.server.scanned[-1] == ("1", "/media/movies-1/New")


async def test_pictures_come_with_the_cookies_of_a_page_and_tell_no_token(house: House, elsewhere: Elsewhere) -> None:
    ben = await house.sign_in("ben")
    asked = {"path": f"/library/metadata/{elsewhere.server.shelf.film(1016).rating_key}/thumb/1780000060"}
    assert (await house.public.get("/plex/image", params=asked)).status_code == 401
    async with Browser(house) as page:
        ok(await page.post("/auth/login", json={"email": ben.email, "password": PASSWORD, "browser": True}))
        answers = [
            (await page.get("/plex/image", params=asked), "image/png", "private, max-age=86400"),
            (
                await page.get("/media/image/w342/p000000001000Invented.jpg"),
                "image/jpeg",
                "private, max-age=31536000, immutable",
            ),
        ]
        for answer, media_type, caching in answers:
            assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
            assert (answer.headers["cache-control"], answer.headers["content-disposition"]) == (caching, "inline")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "vary" not in answer.headers
            assert elsewhere.server.token not in str(answer.headers)
            assert elsewhere.server.token.encode() not in answer.content
            again = await page.get(answer.url, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", caching)
    calls = [each for each in elsewhere.server.received if each.path == "/photo/:/transcode"]
    assert len(calls) == 1
    assert elsewhere.server.token not in str(calls[0].query)


async def test_what_is_no_picture_is_told_from_what_is_not_there(house: House, elsewhere: Elsewhere) -> None:
    ben = await house.sign_in("ben")
    for path in ("http://127.0.0.1:1/x.jpg", "/:/prefs", "/library/metadata/99999/thumb/1"):
        refused(await ben.get("/plex/image", params={"path": path}), 404, "picture_not_found")
    refused(await ben.get("/media/image/w342/nothing.jpg"), 404, "picture_not_found")
    for file in ("x.gif", "..%2Fx.jpg", "x.jpg%3Fy"):
        assert (await ben.get(f"/media/image/w342/{file}")).status_code == 404
    assert (await ben.get("/media/image/w341/x.jpg")).status_code == 404
    house.tmdb.fail("html")
    answer = await ben.get("/media/image/w154/p000000001001Invented.jpg")
    refused(answer, 502, "not_a_picture")
    house.tmdb.behave()


async def test_no_list_of_ours_asks_anybody_outside(house: House, elsewhere: Elsewhere) -> None:
    ada, ben = await house.admin(), await house.sign_in("ben")
    await ben.asked(house.film())  # which waits for a decision, so that nobody hands it on meanwhile
    standins = (house.tmdb, house.overseerr, elsewhere.server)

    async def asks_nobody(path: str) -> bool:
        before = [len(one.received) for one in standins]
        ok(await ada.get(path))
        return [len(one.received) for one in standins] == before

    paths = (
        *("/media/requests", "/media/requests/counts", "/notifications", "/admin/users", "/auth/me/activity"),
        *("/admin/library", "/admin/media-servers", "/services/upstreams"),
    )
    for path in paths:  # once again, since a job may look around just then
        assert await asks_nobody(path) or await asks_nobody(path), path
