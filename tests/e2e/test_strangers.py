"""People who try what they may not: other people's words, ids of other kinds, what was taken from them."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator

import pytest

from tests.e2e.house import PASSWORD, House, Person, eventually, ok, refused


async def test_only_whoever_may_read_comments_may_write_them(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    request = await ben.asked(house.film())
    before = (await ben.see(request))["version"]
    refused(await cleo.act(request, "comment", text="Me too!"), 403, "not_involved")
    assert (await ben.see(request))["version"] == before, "and nothing of it is recorded"
    ok(await cleo.act(request, "follow"))
    ok(await cleo.act(request, "comment", text="Me too!"))
    ok(await ada.act(request, "comment", text="Let me see"))
    ok(await cleo.act(request, "unfollow"))
    refused(await cleo.act(request, "comment", text="And another thing"), 403, "not_involved")


@pytest.mark.parametrize("verb", ["cancel", "follow", "unfollow", "comment"])
async def test_the_id_of_a_person_is_the_id_of_no_request(house: House, ben: Person, verb: str) -> None:
    await ben.asked(house.film())  # now the server remembers who ben is
    body = {"text": "Hello"} if verb == "comment" else {}
    refused(await ben.act(ben.id, verb, **body), 404, "request_not_found")
    for act in ("read", "archive"):
        refused(await ben.post(f"/notifications/{ben.id}/{act}"), 404, "notification_not_found")


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "9" * 40])
async def test_what_cannot_be_the_id_of_a_title_is_not_looked_up(ben: Person, number: str) -> None:
    for media_type in ("movie", "tv"):
        refused(await ben.get(f"/media/{media_type}/{number}"), 404, "not_found")


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u202e", "\ufeff", "\u0085"], ids=ascii)
async def test_no_address_looks_like_another_ones(ada: Person, ben: Person, hidden: str) -> None:
    for email in (f"ben{hidden}@example.org", f"ben@exam{hidden}ple.org"):
        wish = {"email": email, "name": "Not Ben", "password": PASSWORD}
        assert refused(await ada.post("/admin/users", json=wish), 400, "invalid_body")["errors"][0]["field"] == "/email"


async def test_a_deletion_made_for_an_older_version_is_refused(house: House, ada: Person) -> None:
    guest = await house.someone()
    tag = (await ada.get(f"/admin/users/{guest.id}")).headers["etag"]
    ok(await ada.patch(f"/admin/users/{guest.id}", json={"name": "Greta"}))
    refused(await ada.delete(f"/admin/users/{guest.id}", headers={"If-Match": tag}), 412, "stale_version")
    assert ok(await guest.get("/auth/me"))["name"] == "Greta"


async def test_no_answer_that_is_kept_speaks_of_somebody_who_was_deleted(
    house: House, ada: Person, ben: Person
) -> None:
    key = {"Idempotency-Key": "kept"}
    wish = {"email": "quentin@example.org", "name": "Quentin", "role": "member", "password": PASSWORD}
    user = ok(await ada.post("/admin/users", json=wish, headers=key), 201)
    quentin = Person(house.url, ok(await house.log_in("quentin@example.org")))
    house.people["quentin"] = quentin
    film = house.film()
    body = {"mediaType": "movie", "tmdbId": film, "note": "Says quentin"}
    request = ok(await quentin.post("/media/request", json=body, headers=key), 201)
    ok(await ben.post("/media/request", json={"mediaType": "movie", "tmdbId": film}, headers=key), 200)
    ok(await ada.post(f"/media/requests/{request['id']}/approve", headers={"Idempotency-Key": "too"}))
    others = ok(
        await ben.post(
            "/media/request", json={"mediaType": "movie", "tmdbId": house.film()}, headers={"Idempotency-Key": "of ben"}
        ),
        201,
    )

    async def kept() -> str:
        async with house.container.database().connection() as connection:
            rows = await connection.execute("SELECT convert_from(answer, 'UTF8') FROM receipts")
            return "\n".join([answer async for (answer,) in rows])

    assert "quentin" in (await kept()).casefold()
    ok(await ada.delete(f"/admin/users/{user['id']}"), 204)
    left = await kept()
    assert "quentin" not in left.casefold()
    assert others["id"] in left, "what others may repeat stays"


async def test_what_is_kept_of_a_repeatable_request_helps_nobody_to_guess_a_password(house: House, ada: Person) -> None:
    body = json.dumps({"email": "perdita@example.org", "name": "Perdita", "password": "perdita's secret"}).encode()
    headers = {"Idempotency-Key": "perdita", "Content-Type": "application/json"}
    ok(await ada.post("/admin/users", content=body, headers=headers), 201)
    async with house.container.database().connection() as connection:
        rows = await connection.execute("SELECT body_hash FROM receipts WHERE key = 'perdita'")
        (kept,) = [digest async for (digest,) in rows]
    assert bytes(kept) != hashlib.sha256(b"POST /api/v1/admin/users\n" + body).digest()
    assert ok(await ada.post("/admin/users", content=body, headers=headers), 201)["name"] == "Perdita"


async def test_a_stream_ends_when_what_its_reader_may_see_changes(house: House, ada: Person, ben: Person) -> None:
    porter = await house.someone(may=["request", "manage_requests"])
    async with porter.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": welcome"
        ok(await ada.patch(f"/admin/users/{porter.id}", json={"permissions": ["request"]}))
        request = await ben.asked(house.film(), note="Not for porters")
        heard = await asyncio.wait_for(_rest(lines), 20)
    assert request["id"] not in heard


async def test_a_stream_that_is_asked_to_go_on_from_the_future_says_read_again(house: House, ben: Person) -> None:
    async with ben.stream("GET", "/live", headers={"Last-Event-ID": "999999999999999999"}) as stream:
        lines = stream.aiter_lines()
        heard: list[str] = []

        async def is_reset() -> bool:
            heard.append(await anext(lines))
            return "event: reset" in heard

        await asyncio.wait_for(eventually(is_reset), 10)


async def _rest(lines: AsyncIterator[str]) -> str:
    """All that is still said, until the stream ends."""
    return "\n".join([line async for line in lines])
