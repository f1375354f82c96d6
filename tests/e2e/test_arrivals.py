"""From the shelves of Plex to the people who wait: what arrives, what leaves, and what only seems to."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from medianest.adapters.plex.webhook import LARGEST_PAYLOAD
from medianest.adapters.standin.plex_reports import form
from medianest.application.library.removals import CERTAIN
from tests.e2e.elsewhere import Elsewhere, opened_elsewhere
from tests.e2e.house import House, Person, eventually, ok, refused
from tests.e2e.looking_after import scanned
from tests.e2e.shelving import library, on_the_shelf, scan, unplugged, webhook, with_request_for_film

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = Any


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(house_database: str, house_cache: str) -> AsyncIterator[Elsewhere]:
    """Plex has reported to this house from the start, and its libraries were scanned once."""
    async with opened_elsewhere(house_database, house_cache) as standing:
        standing.server.webhooks.url = standing.house.url + await webhook(standing.house)
        await scan(standing.house)
        yield standing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(elsewhere: Elsewhere) -> House:
    return elsewhere.house


async def heard(person: Person, kind: str, request: Mapping[str, Json] | None = None) -> int:
    """How often they were told."""
    wanted = request["id"] if request else None
    return sum((it["kind"], it["requestId"]) == (kind, wanted) for it in await person.news(limit=100))


async def in_time(person: Person, request: Mapping[str, Json], status: str, began: float) -> None:
    await person.sees(request, status)
    took = time.monotonic() - began
    assert took < 5, f"{took:.2f} s"


async def test_seasons_arrive_one_after_the_other_and_all_who_wait_are_told_once(
    house: House, elsewhere: Elsewhere
) -> None:
    ada, ben, cleo = await house.admin(), await house.someone(), await house.someone()
    server, tmdb_id = elsewhere.server, house.series(4)
    request = await ben.asked(tmdb_id, "tv", seasons=[1, 3])
    ok(await cleo.ask(tmdb_id, "tv", seasons=[1, 3]))
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    series = server.shelf.add_series("2", tmdb_id, [1])
    began = time.monotonic()
    assert await server.announce(series.children[1].rating_key, with_thumb=True) == 204
    await in_time(ben, request, "partially_available", began)
    server.shelf.add_series("2", tmdb_id, [3])
    began = time.monotonic()
    assert await server.announce(series.children[3].children[1].rating_key, with_thumb=True, first="thumb") == 204
    await in_time(ben, request, "available", began)
    answers = await asyncio.gather(
        *(server.announce((series.children[n].children[1]).rating_key) for n in (3, 1) for _ in range(25))
    )
    assert answers == [204] * 50
    for person in (ben, cleo):
        await person.hears("request_available", request)
        assert await heard(person, "request_partly_available", request) == 1
        assert await heard(person, "request_available", request) == 1
    assert (await ben.story(request))[-2:] == ["Season 1 arrived", "It is available"]


async def test_what_arrives_by_other_means_completes_what_still_waits_for_a_decision(
    house: House, elsewhere: Elsewhere
) -> None:
    ben = await house.someone()
    request, _ = await with_request_for_film(house, elsewhere, ben)
    await house.container.library_jobs().look_at_newest()
    await ben.sees(request, "available")
    other, _ = await with_request_for_film(house, elsewhere, ben)
    await scan(house)
    await ben.sees(other, "available")


async def test_a_season_that_is_half_there_is_waited_for(house: House, elsewhere: Elsewhere) -> None:
    ben, tmdb_id = await house.someone(), house.series(2)
    request = await ben.asked(tmdb_id, "tv", seasons=[1, 2])
    series = elsewhere.server.shelf.add_series("2", tmdb_id, {1: [1, 2], 2: range(1, 20)})
    await elsewhere.server.announce(series.rating_key)
    await ben.sees(request, "partially_available")
    seen = await ben.see(request)
    assert [(part["number"], part["status"]) for part in seen["seasons"]] == [(1, "pending"), (2, "available")]


async def test_an_outage_a_wrong_token_and_an_empty_library_change_nothing(house: House, elsewhere: Elsewhere) -> None:
    ada, ben, server = await house.admin(), await house.someone(), elsewhere.server
    async with on_the_shelf(house, elsewhere, ben) as (request, _):
        async with unplugged(server):
            await scan(house)
            assert (await library(house, "Films"))["trouble"] == "unreachable"
        await scan(house)
        assert (await library(house, "Films"))["trouble"] is None
        token, server.token = server.token, "another"
        await scan(house)
        await scan(house)
        assert (await library(house, "Films"))["trouble"] == "token_refused"
        await eventually(lambda: heard(ada, "media_server_refuses"))
        server.token = token
        for switched, trouble in ((True, "empty"), (False, None)):
            server.shelf.libraries["1"].is_vanished = switched
            await scan(house)
            await scan(house, later=CERTAIN)
            assert (await library(house, "Films"))["trouble"] == trouble
        [own] = ok(await ada.get("/admin/media-servers"))["items"]
        assert not own["refusesToken"]
        assert await heard(ada, "media_server_refuses") == 1
        assert (await library(house, "Films"))["missing"] == 0
        assert ((await ben.see(request))["status"], await heard(ben, "title_left", request)) == ("available", 0)


async def test_what_two_scans_miss_hours_apart_has_left_is_told_and_may_be_asked_for_anew(
    house: House, elsewhere: Elsewhere
) -> None:
    ben = await house.someone()
    async with on_the_shelf(house, elsewhere, ben) as (request, entry):
        refused(await ben.ask(request["tmdbId"]), 409, "already_available")
        elsewhere.server.shelf.remove(entry.rating_key)
        await scan(house)
        await scan(house)
        assert (await library(house, "Films"))["missing"] == 1
        assert await heard(ben, "title_left", request) == 0
        await scan(house, later=CERTAIN)
        await ben.hears("title_left", request)
        again = await ben.asked(request["tmdbId"])
        assert again["id"] != request["id"]
        assert (await ben.story(request))[-2:] == ["It is available", "It is no longer in the library"]


async def test_more_than_a_few_at_once_leave_by_the_owners_word_alone(house: House, elsewhere: Elsewhere) -> None:
    ada, ben = await house.admin(), await house.someone()
    async with on_the_shelf(house, elsewhere, ben) as (one, first), on_the_shelf(house, elsewhere, ben) as (_, second):
        for entry in (first, second):
            elsewhere.server.shelf.remove(entry.rating_key)
        await scan(house)
        await scan(house, later=CERTAIN)
        held = await library(house, "Films")
        assert held["heldRemovals"]["leaving"] == held["missing"] == 2
        await eventually(lambda: heard(ada, "removals_held_back"))
        assert await heard(ben, "title_left", one) == 0
        ok(await ada.post(f"/admin/library/plex/{held['uuid']}/removals", json={"decision": "allow"}))
        await ben.hears("title_left", one)
        assert (await library(house, "Films"))["heldRemovals"] is None


async def test_a_server_that_was_set_up_anew_is_the_server_once_its_owner_says_so_and_nothing_has_left(
    house: House, elsewhere: Elsewhere
) -> None:
    ada, ben = await house.admin(), await house.someone()
    path, index, server = "/admin/media-servers/plex/machine", house.container.library_index(), elsewhere.server
    async with on_the_shelf(house, elsewhere, ben) as (request, entry):
        former, server.machine = server.machine, "set-up-anew"
        server.shelf.remove(entry.rating_key)
        there, new = ("movie", request["tmdbId"]), ("movie", house.film())
        server.shelf.add_film("1", new[1])
        await scan(house)
        await scan(house, later=CERTAIN)
        films = await library(house, "Films")
        assert (films["trouble"], films["missing"]) == ("another_server", 0)
        assert set(await index.of_titles([there, new])) == {there}
        [own] = ok(await ada.get("/admin/media-servers"))["items"]
        assert (own["machine"], own["foundMachine"]) == (former, "set-up-anew")
        refused(await ada.post(path, json={"machineIdentifier": former}), 409, "another_machine")
        ok(await ada.post(path, json={"machineIdentifier": own["foundMachine"]}), 204)
        await scanned(ada, "Films")
        await scan(house, later=CERTAIN)
        await house.container.library_jobs().titles_left()
        assert set(await index.of_titles([there, new])) == {new}
        [own] = ok(await ada.get("/admin/media-servers"))["items"]
        assert (own["machine"], own["foundMachine"]) == ("set-up-anew", None)
        assert ((await ben.see(request))["status"], await heard(ben, "title_left", request)) == ("available", 0)


async def sent(house: House, path: str, content_type: str, body: bytes) -> httpx.Response:
    return await house.public.post(house.url + path, content=body, headers={"Content-Type": content_type})


async def test_the_address_of_webhooks_is_for_those_who_know_it_and_in_no_log(
    house: House, elsewhere: Elsewhere
) -> None:
    ada = await house.admin()
    caretaker = await house.someone(may=["manage_services"])
    path = await webhook(house)
    secret = path.rsplit("/", 1)[1]
    assert ok(await caretaker.get("/admin/media-servers"))["webhook"] is None
    report = form(msgspec.json.encode({"event": "media.play"}))
    with capture_logs() as lines:
        ok(await sent(house, path, *report), 204)
        ok(await sent(house, path, "text/plain", b""), 415)
        for wrong in (path[:-1], path + "A", f"/api/v1/webhooks/plex/{'A' * 43}"):
            refused(await sent(house, wrong, *report), 404, "not_found")
    assert any("webhooks/plex/***" in str(line) for line in lines)
    assert secret[:20] not in str(lines)
    assert "A" * 43 not in str(lines)
    noted = ok(await ada.get("/admin/security-log", params={"method": "webhook"}))["items"]
    assert [(it["reason"], it["address"]) for it in noted] == [("wrong_address", "127.0.0.1")] * 3
    async with house.container.database().connection() as link:
        cursor = await link.execute("SELECT count(*) FROM trace_steps WHERE name LIKE %s", (f"%{secret[:20]}%",))
        assert await cursor.fetchone() == (0,)


async def test_a_webhook_that_is_none_is_refused_and_one_that_is_large_is_too(
    house: House, elsewhere: Elsewhere
) -> None:
    path = await webhook(house)
    thumb_alone = form(None, thumb=b"\xff\xd8\xff")
    refused(await sent(house, path, *thumb_alone), 400, "invalid_body")
    refused(await sent(house, path, *form(b"[]")), 400, "invalid_body")
    refused(await sent(house, path, "multipart/form-data; boundary=x", b"nothing"), 400, "invalid_body")
    refused(await sent(house, path, "application/json", b"{}"), 415, "unsupported_media_type")
    refused(await sent(house, path, *form(b"x" * (LARGEST_PAYLOAD + 1))), 413, "body_too_large")
    refused(await sent(house, path, *form(b"x" * (10 << 20))), 413, "body_too_large")
    content_type, body = form(b"{}", thumb=b"x" * (7 << 20), first="thumb")

    async def unannounced() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1 << 18):
            yield body[start : start + (1 << 18)]

    answer = await house.public.post(house.url + path, content=unannounced(), headers={"Content-Type": content_type})
    refused(answer, 413, "body_too_large")
    large = form(msgspec.json.encode({"event": "x"}), thumb=b"x" * (4 << 20), first="thumb")
    ok(await sent(house, path, *large), 204)
