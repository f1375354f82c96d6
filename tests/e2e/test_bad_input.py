"""What comes in wrong: always a problem that says where, never a crash, and nothing of it is recorded."""

import json
from typing import Any

import pytest

from tests.e2e.house import PASSWORD, House, Person, ok, refused

WISH = {"mediaType": "movie", "tmdbId": 5000}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({**WISH, "title": "My own title"}, ""),
        ({**WISH, "tmdbId": "5000"}, "/tmdbId"),
        ({**WISH, "tmdbId": 0}, "/tmdbId"),
        ({**WISH, "tmdbId": 2**31}, "/tmdbId"),
        ({**WISH, "tmdbId": 2**70}, "/tmdbId"),
        ({**WISH, "tmdbId": 1.5}, "/tmdbId"),
        ({**WISH, "tmdbId": None}, "/tmdbId"),
        ({**WISH, "mediaType": "song"}, "/mediaType"),
        ({**WISH, "is4k": 1}, "/is4k"),
        ({**WISH, "note": "x" * 1001}, "/note"),
        ({**WISH, "note": "a\0b"}, "/note"),
        ({**WISH, "mediaType": "tv", "seasons": []}, "/seasons"),
        ({**WISH, "mediaType": "tv", "seasons": [-1]}, "/seasons/0"),
        ({**WISH, "mediaType": "tv", "seasons": ["1"]}, "/seasons/0"),
        ({**WISH, "mediaType": "tv", "seasons": "most"}, "/seasons"),
        ({**WISH, "mediaType": "tv", "seasons": [1] * 501}, "/seasons"),
        ({"mediaType": "movie"}, ""),
        ([], ""),
        (None, ""),
    ],
    ids=str,
)
async def test_a_wish_of_the_wrong_shape_says_where(ben: Person, wish: Any, field: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await ben.post("/media/request", content=json.dumps(wish), headers=headers)
    problem = refused(answer, 400, "invalid_body")
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"text": "\x01"}', b"[" * 100_000],
    ids=["empty", "cut off", "no JSON", "no UTF-8", "lone surrogate", "control character", "deep"],
)
async def test_what_is_no_json_is_refused(house: House, ben: Person, body: bytes) -> None:
    request = await ben.asked(house.film())
    headers = {"Content-Type": "application/json"}
    answer = await ben.post(f"/media/requests/{request['id']}/comment", content=body, headers=headers)
    refused(answer, 400, "invalid_body")
    assert (await ben.see(request))["version"] == 1


async def test_only_json_of_a_bounded_length_is_taken(house: House, ben: Person) -> None:
    path = "/media/request"
    answer = await ben.post(path, content=b"mediaType=movie", headers={"Content-Type": "text/plain"})
    refused(answer, 415, "unsupported_media_type")
    large = b'{"note": "' + b"x" * (1 << 20) + b'"}'
    headers = {"Content-Type": "application/json"}
    refused(await ben.post(path, content=large, headers=headers), 413, "body_too_large")

    async def in_pieces() -> Any:
        for start in range(0, len(large), 1 << 16):
            yield large[start : start + (1 << 16)]

    refused(await ben.post(path, content=in_pieces(), headers=headers), 413, "body_too_large")


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": "a@b@c"},
        {"email": f"{'x' * 250}@example.org"},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\0"},
        {"password": "short"},
        {"password": "x" * 129},
        {"role": "owner"},
        {"admin": True},
    ],
    ids=str,
)
async def test_people_of_the_wrong_shape_are_not_registered(ada: Person, change: dict[str, Any]) -> None:
    wish = {"email": "ivy@example.org", "name": "Ivy", "password": PASSWORD, **change}
    refused(await ada.post("/admin/users", json=wish), 400, "invalid_body")


@pytest.mark.parametrize(
    ("password", "code"), [("Iloveyou", "password_too_common"), ("Ivy@example.org 2026", "password_personal")]
)
async def test_a_password_that_others_would_try_first_is_refused(ada: Person, password: str, code: str) -> None:
    wish = {"email": "ivy@example.org", "name": "Ivy", "password": password}
    refused(await ada.post("/admin/users", json=wish), 422, code)


async def test_names_of_every_script_come_back_as_they_were(house: House, ada: Person) -> None:
    name = "Zoë \u202eאבג 👩‍👩‍👧 \ufb01"
    wish = {"email": "zoë@exämple.org", "name": name, "password": "пароль 👀 длинный"}
    user = ok(await ada.post("/admin/users", json=wish), 201)
    assert (user["name"], user["email"]) == (name, "zoë@exämple.org")
    ok(await house.log_in("ZOË@exämple.org", wish["password"]))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_parameter"),
        ("limit=101", "invalid_parameter"),
        ("limit=ten", "invalid_parameter"),
        ("limit=1&limit=2", "invalid_parameter"),
        ("colour=red", "unknown_parameter"),
        ("status=lost", "invalid_parameter"),
        ("sort=random", "invalid_parameter"),
        ("requestedBy=me", "invalid_parameter"),
        ("mine=perhaps", "invalid_parameter"),
        ("cursor=nonsense", "invalid_cursor"),
        ("cursor=", "invalid_cursor"),
        ("cursor=%F0%9F%91%80", "invalid_cursor"),
        ("cursor=" + "A" * 2001, "invalid_parameter"),
        ("status=%00", "invalid_parameter"),
        ("status=%FF", "invalid_parameter"),
        ("after=" + "9" * 30, "invalid_parameter"),
    ],
)
async def test_a_parameter_that_is_no_good_is_named(ben: Person, query: str, code: str) -> None:
    answer = await ben.get(f"/media/requests?{query}")
    assert answer.status_code == 400, answer.status_code
    refused(answer, 400, code)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=yesterday", 400),
        ("since=2026-11-22T08:00:00", 400),
        ("since=0001-01-01T00:00:00%2B23:59", 200),
        ("until=9999-12-31T23:59:59-23:59", 200),
        ("since=0001-01-01T00:00:00Z", 200),
        ("until=9999-12-31T23:59:59Z", 200),
        ("action=" + "x" * 101, 400),
        ("action=%00", 400),
        ("action=%27%3B--", 400),
        ("phrase=%27%3B--", 200),
        ("phrase=created:0001..9999", 422),
        ("phrase=created:%3E0001-01-01T00:00:00-23:59", 200),
        ("phrase=created:%3C%3D9999-12-30", 200),
        ("phrase=" + "x" * 501, 400),
        ("phrase=%22", 422),
        ("phrase=%07", 422),
        ("phrase=%5C%20%25%20_%20%26%20%7C%20!%20(%20%3C-%3E", 200),
        ("actor=7", 400),
    ],
)
async def test_strange_audit_filters_crash_nothing(ada: Person, query: str, status: int) -> None:
    answer = await ada.get(f"/admin/audit?limit=1&{query}")
    ok(answer, status)


async def test_a_cursor_fits_only_the_query_it_came_from(house: House, ben: Person, cleo: Person) -> None:
    for person in (ben, cleo):
        for _ in range(2):
            await person.asked(house.film())
    query = {"limit": 1, "mine": True}
    cursor = ok(await ben.get("/media/requests", params=query))["nextCursor"]
    ok(await ben.get("/media/requests", params={**query, "limit": 5, "cursor": cursor}))
    other = {"status": "pending"}
    refused(await ben.get("/media/requests", params={**query, **other, "cursor": cursor}), 400, "invalid_cursor")
    refused(await ben.get("/media/requests", params={"sort": "title", "cursor": cursor}), 400, "invalid_cursor")
    refused(await cleo.get("/media/requests", params={**query, "cursor": cursor}), 400, "invalid_cursor")
    refused(await ben.get("/notifications", params={"cursor": cursor}), 400, "invalid_cursor")


async def test_addresses_and_methods_that_do_not_exist_are_problems_too(ben: Person) -> None:
    for path in ("/nothing", "/media/requests/%00", "/media/requests/%FF", "/media/requests/..%2f..", "/media/song/1"):
        refused(await ben.get(path), 404, "not_found")
    answer = await ben.delete("/media/requests")
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


async def test_an_idempotency_key_has_bounds(house: House, ben: Person) -> None:
    wish = {"mediaType": "movie", "tmdbId": house.film()}
    for key in ("", "x" * 129):
        answer = await ben.post("/media/request", json=wish, headers={"Idempotency-Key": key})
        refused(answer, 400, "invalid_parameter")
    strange = {"Idempotency-Key": "ключ".encode()}
    answer = await ben.post("/media/request", json=wish, headers=strange)
    assert answer.status_code in (201, 400), answer.text
