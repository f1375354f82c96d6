"""What every answer has in common: ids, headers, tags, compression, keys; health, figures and the document."""

import asyncio
import gzip
import re

import httpx
from structlog.testing import capture_logs

from tests.e2e.house import House, Person, ok, refused


async def test_a_repeated_key_gets_the_same_answer(house: House, ben: Person) -> None:
    wish = {"mediaType": "movie", "tmdbId": house.film()}
    key = {"Idempotency-Key": "a-click"}
    first = await ben.post("/media/request", json=wish, headers=key)
    ok(first, 201)
    assert "idempotent-replay" not in first.headers
    again = await ben.post("/media/request", json=wish, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replay"] == "true"
    refused(await ben.post("/media/request", json={**wish, "note": "x"}, headers=key), 422, "idempotency_key_reused")
    comment = f"/media/requests/{first.json()['id']}/comment"
    refused(await ben.post(comment, json={"text": "x"}, headers=key), 422, "idempotency_key_reused")


async def test_a_key_is_its_persons_own(house: House, ben: Person, cleo: Person) -> None:
    wish = {"mediaType": "movie", "tmdbId": house.film()}
    key = {"Idempotency-Key": "shared"}
    ok(await ben.post("/media/request", json=wish, headers=key), 201)
    assert ok(await cleo.post("/media/request", json=wish, headers=key), 200)["joined"] is True


async def test_the_same_key_sixteen_times_at_once_acts_once(house: House, ben: Person) -> None:
    request = await ben.asked(house.film())
    path, key = f"/media/requests/{request['id']}/comment", {"Idempotency-Key": "sixteen"}
    answers = await asyncio.gather(*(ben.post(path, json={"text": "Once"}, headers=key) for _ in range(16)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(await ben.story(request)) == 2
    film = house.film()
    wish = {"mediaType": "movie", "tmdbId": film}
    answers = await asyncio.gather(
        *(ben.post("/media/request", json=wish, headers={"Idempotency-Key": "asking"}) for _ in range(16))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    tag = (await ben.get(f"/media/requests/{request['id']}")).headers["etag"]
    headers = {"Idempotency-Key": "on a version", "If-Match": tag}
    answers = await asyncio.gather(*(ben.post(path, json={"text": "Twice"}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_repeated_registration_leaves_the_account_whole(house: House, ada: Person) -> None:
    wish = {"email": "hal@example.org", "name": "Hal", "password": "correct horse battery"}
    key = {"Idempotency-Key": "hal"}
    answers = await asyncio.gather(*(ada.post("/admin/users", json=wish, headers=key) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    ok(await house.log_in("hal@example.org"))
    assert ok(await ada.get(f"/admin/users/{answers[0].json()['id']}"))["name"] == "Hal"


async def test_who_has_it_already_is_told_so(house: House, ben: Person) -> None:
    request = await ben.asked(house.film())
    for path in (f"/media/requests/{request['id']}", "/media/requests", "/media/requests/counts", "/notifications"):
        answer = await ben.get(path)
        tag = answer.headers["etag"]
        assert answer.headers["cache-control"] == "private, no-cache"
        unchanged = await ben.get(path, headers={"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b""), path
        assert unchanged.headers["etag"] == tag
    tag = (await ben.get(f"/media/requests/{request['id']}")).headers["etag"]
    ok(await ben.act(request, "comment", text="Changed"))
    changed = await ben.get(f"/media/requests/{request['id']}", headers={"If-None-Match": tag})
    assert changed.status_code == 200


async def test_long_answers_are_packed_for_those_who_can_unpack(house: House, ben: Person) -> None:
    for _ in range(4):
        await ben.asked(house.film())
    packed = await ben.get("/media/requests", headers={"Accept-Encoding": "gzip"})
    plain = await ben.get("/media/requests", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert "Accept-Encoding" in packed.headers["vary"]


async def test_every_answer_carries_an_id_and_says_what_a_browser_may_do(house: House, ben: Person) -> None:
    answers = [
        await ben.get("/media/requests", headers={"X-Correlation-Id": "mine-1"}),
        await ben.get("/nothing/here", headers={"X-Correlation-Id": "mine-1"}),
        await house.public.get(house.url + "/health/live", headers={"X-Correlation-Id": "mine-1"}),
        await house.public.post("/auth/login", content=b"{", headers={"X-Correlation-Id": "mine-1"}),
    ]
    for answer in answers:
        assert answer.headers["x-correlation-id"] == "mine-1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers
    for strange in ("x" * 65, "a b", "<script>", ""):
        answer = await ben.get("/auth/me", headers={"X-Correlation-Id": strange})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-correlation-id"])


async def test_who_writes_may_wait_for_what_they_wrote(house: House, ben: Person) -> None:
    answer = await ben.ask(house.film())
    position = answer.headers["x-event-position"]
    seen = await ben.get(f"/media/requests/{answer.json()['id']}", params={"after": position})
    assert ok(seen)["id"] == answer.json()["id"]
    assert "x-views" not in seen.headers
    assert ok(await ben.get("/media/requests", params={"after": position}))["items"][0]["tmdbId"]
    early = await ben.get("/media/requests", params={"after": int(position) + 1_000_000})
    ok(early)
    assert early.headers["x-views"] == "behind"
    refused(await ben.get("/media/requests", params={"after": "-1"}), 400, "invalid_parameter")


async def test_a_proxy_that_is_trusted_says_who_calls_and_how(house: House, ben: Person) -> None:
    told = {"X-Forwarded-For": "1.1.1.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
    with capture_logs() as logs:
        answer = await ben.get("/auth/me", headers=told)
        async with asyncio.timeout(5):  # the line is written when the answer is already on its way
            while not [line for line in logs if line["event"] == "request"]:
                await asyncio.sleep(0.005)
    ok(answer)
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert [line["address"] for line in logs if line["event"] == "request"] == ["203.0.113.9"]
    assert "strict-transport-security" not in (await ben.get("/auth/me")).headers


async def test_health_says_how_every_part_is(house: House, ben: Person) -> None:
    assert ok(await house.public.get(house.url + "/health/live")) == {"status": "ok"}
    ready = ok(await house.public.get(house.url + "/health/ready"))
    assert ready["status"] == "ok", ready
    checks = {check["name"]: check for check in ready["checks"]}
    views = {f"view:{name}" for name in ("dashboard", "inbox", "request_board", "user_directory")}
    assert checks.keys() >= views | {"log", "jobs", "cache"}
    assert checks["log"]["figures"]["position"] > 0
    assert all("lag" in checks[view]["figures"] for view in views)


async def test_figures_are_for_this_machine_alone(house: House, ben: Person) -> None:
    ok(await ben.get("/auth/me"))
    answer = await house.public.get(house.url + "/metrics")
    assert answer.status_code == 200
    assert 'medianest_http_requests_total{method="GET",route="/api/v1/auth/me",status="200"}' in answer.text
    assert ben.id not in answer.text
    forwarded = await house.public.get(house.url + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    refused(forwarded, 403, "not_allowed")


async def test_the_document_is_there_and_its_page_loads_nothing_from_outside(house: House) -> None:
    document = ok(await house.public.get(house.url + "/schema/openapi.json"))
    assert document["openapi"].startswith("3.1")
    for path in ("/api/v1/media/request", "/api/v1/live", "/api/v1/webhooks/overseerr", "/health/ready"):
        assert path in document["paths"]
    page = await house.public.get(house.url + "/schema")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.headers["content-security-policy"]
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert loaded
    for source in loaded:
        if source != "data:,":  # no icon, and no request for one
            assert not re.match(r"[a-z]+:|//", source), source
            asset = await house.public.get(httpx.URL(house.url + "/schema").join(source))
            assert asset.status_code == 200, source


async def test_a_browser_that_cannot_unpack_gets_the_page_as_well(house: House) -> None:
    for coding in ("gzip", "identity"):
        async with house.public.stream(
            "GET", house.url + "/schema/swagger-ui-bundle.js", headers={"Accept-Encoding": coding}
        ) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert (gzip.decompress(raw) if coding == "gzip" else raw).startswith(b"/*!")
