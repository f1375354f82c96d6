"""`If-Match`, over the whole route table: whoever names a version is guarded, or is told that they cannot be."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.e2e.elsewhere import Elsewhere, opened_elsewhere
from tests.e2e.house import House, Person, ok, refused
from tests.fakes.oidc_provider import CLIENT_ID

STALE: Final = {"If-Match": 'W/"987654"'}
Json = Any


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(house_database: str, house_cache: str) -> AsyncIterator[Elsewhere]:
    async with opened_elsewhere(house_database, house_cache) as standing:
        yield standing


@pytest.fixture
def house(elsewhere: Elsewhere) -> House:
    return elsewhere.house


async def changes(house: House) -> Iterator[tuple[str, str, bool, str]]:
    """Method, path, whether it takes a version, and the name of each operation that changes something."""
    document = ok(await house.public.get(house.url + "/schema/openapi.json"))
    return (
        (
            method,
            path,
            "If-Match" in {each["name"] for each in operation.get("parameters", ())},
            operation["operationId"],
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "get"
    )


async def things(elsewhere: Elsewhere, ada: Person) -> Mapping[str, Json]:
    """What each operation that takes a version is called with: the path's ending in place, and a body."""
    house, shelf = elsewhere.house, elsewhere.server
    server = {"slug": "attic", "name": "Attic", "url": shelf.url, "token": shelf.token}
    provider = {"slug": "own", "name": "Own", "issuer": elsewhere.oidc.url, "clientId": CLIENT_ID}
    ok(await ada.post("/admin/media-servers", json=server), 201)
    ok(await ada.post("/admin/oidc-providers", json=provider), 201)
    somebody = await house.someone()
    request = (await somebody.asked(house.film()))["id"]
    ok(await ada.patch("/admin/settings", json={"values": {"open_registration": True}}))
    return {
        "changeMe": ("", {"language": "de"}),
        "deleteMe": ("", None),
        "changeUser": (somebody.id, {"name": "Somebody"}),
        "deleteUser": (somebody.id, None),
        "changeSettings": ("", {"values": {"open_registration": False}}),
        "resetSetting": ("open_registration", None),
        "changeOidcProvider": ("own", {"name": "Ours"}),
        "removeOidcProvider": ("own", None),
        "changeMediaServer": ("attic", {"name": "Loft"}),
        "removeMediaServer": ("attic", None),
        "acceptMachine": ("attic", {"machineIdentifier": shelf.machine}),
        "approveRequest": (request, None),
        "rejectRequest": (request, {"reason": "No."}),
        "cancelRequest": (request, None),
        "retryRequest": (request, None),
        "completeRequest": (request, None),
        "followRequest": (request, None),
        "unfollowRequest": (request, None),
        "commentOnRequest": (request, {"text": "Well?"}),
    }


async def test_every_change_that_takes_a_version_refuses_one_that_is_no_longer(
    house: House, elsewhere: Elsewhere
) -> None:
    ada = await house.admin()
    called = await things(elsewhere, ada)
    guarded = [(method, path, name) for method, path, takes, name in await changes(house) if takes]
    assert {name for _, _, name in guarded} == called.keys()
    for method, path, name in guarded:
        value, body = called[name]
        address = house.url + re.sub(r"\{\w+\}", value, path)
        answer: httpx.Response = await ada.request(method, address, json=body, headers=STALE)
        assert answer.status_code == 412, f"{name}: {answer.status_code} {answer.text}"
        refused(answer, 412, "stale_version")


async def test_a_change_that_says_what_is_so_already_refuses_a_version_that_is_no_longer(house: House) -> None:
    ada, somebody = await house.admin(), await house.someone()
    for change in ({}, {"name": somebody.name}):
        answer = await ada.patch(f"/admin/users/{somebody.id}", json=change, headers=STALE)
        refused(answer, 412, "stale_version")


async def test_every_other_change_refuses_to_be_guarded(house: House) -> None:
    ada = await house.admin()
    values = {"position": "1", "tmdb_id": "1", "parked_id": "tell_people:1"}
    for method, path, takes, name in await changes(house):
        if not takes:
            address = house.url + re.sub(r"\{(\w+)\}", lambda it: values.get(it[1], str(UUID(int=404))), path)
            answer = await ada.request(method, address, headers=STALE)
            assert answer.status_code == 400, f"{name}: {answer.status_code} {answer.text}"
            refused(answer, 400, "if_match_not_taken")
    assert ok(await ada.get("/auth/me", headers=STALE))["id"] == ada.id, "reading is no change"


async def test_headers_come_where_the_document_lists_them(house: House) -> None:
    ada = await house.admin()
    document = ok(await house.public.get(house.url + "/schema/openapi.json"))
    told = set(document["components"]["headers"]) - {"RateLimit", "RateLimit-Policy", "X-Metadata", "X-Views"}

    def check(answer: httpx.Response, path: str) -> None:
        operation = document["paths"][path][answer.request.method.lower()]
        listed = set(operation["responses"][str(answer.status_code)]["headers"])
        assert {name for name in told if name in answer.headers} == listed & told, path

    endless = {"/api/v1/live", "/api/v1/admin/audit/tail"}
    reads = [path for path, methods in document["paths"].items() if "get" in methods and "{" not in path]
    for path in reads:
        if path not in endless:
            answer = await ada.get(house.url + path)
            if answer.status_code == 200:  # others want to be asked something
                check(answer, path)
    key = {"Idempotency-Key": "with headers"}
    wish = {"mediaType": "movie", "tmdbId": house.film()}
    asked = [await ada.post("/media/request", json=wish, headers=key) for _ in range(2)]
    assert [set(answer.headers) & {"x-event-position", "idempotent-replay"} for answer in asked] == [
        {"x-event-position"},
        {"idempotent-replay"},
    ]
    one = ok(asked[0], 201)["id"]
    check(await ada.get(f"/media/requests/{one}"), "/api/v1/media/requests/{request_id}")
    for is_open in (True, False):
        changed = await ada.patch("/admin/settings", json={"values": {"open_registration": is_open}})
    check(changed, "/api/v1/admin/settings")


async def test_reading_all_with_a_key_of_ones_own_is_done_once(house: House) -> None:
    ada, somebody = await house.admin(), await house.someone()
    key = {"Idempotency-Key": "all of them"}

    async def told() -> None:
        request = await somebody.asked(house.film())
        ok(await ada.act(request, "reject", reason="No."))
        await somebody.hears("request_rejected", request)

    async def unread() -> int:
        return int(ok(await somebody.get("/notifications"))["unread"])

    await told()
    first = await somebody.post("/notifications/read-all", headers=key)
    assert (first.status_code, await unread()) == (204, 0)
    assert "idempotent-replay" not in first.headers
    await told()
    before = await unread()
    again = await somebody.post("/notifications/read-all", headers=key)
    assert (again.status_code, again.headers["idempotent-replay"], await unread()) == (204, "true", before)
    ok(await somebody.post("/notifications/read-all", headers={"Idempotency-Key": "the later ones"}), 204)
    assert (before > 0, await unread()) == (True, 0)
