"""Overseerr: the stand-in against the OpenAPI document and recorded answers, the adapter against the latter."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from medianest.adapters.overseerr import OverseerrGateway, parse_report
from medianest.adapters.standin import OverseerrStandin
from medianest.adapters.standin.server import Answer, Received, json_answer
from medianest.adapters.upstream import upstream_client
from medianest.ports.request_gateway import GatewayRefused
from tests.fakes.scripted_server import ScriptedServer, until
from tests.reference import answer_schema, complaints, needs_reference, overseerr_spec, recorded

pytestmark = needs_reference

REQUEST = "/api/v1/request"


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return overseerr_spec()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        OverseerrStandin() as overseerr,
        httpx.AsyncClient(base_url=overseerr.url, headers={"X-Api-Key": overseerr.api_key}, trust_env=False) as standin,
    ):
        yield standin


def order(**changes: Any) -> dict[str, Any]:
    return {"mediaType": "tv", "mediaId": 1003, "is4k": False, "seasons": [1, 2]} | changes


async def test_requests_of_the_stand_in_have_the_shape_of_the_document(
    spec: dict[str, Any], client: httpx.AsyncClient
) -> None:
    created = await client.post(REQUEST, json=order())
    assert created.status_code == 201
    assert complaints(answer_schema(spec, "/request", "post", "201"), created.json(), spec) == []
    for path in ("/request", "/request/{requestId}", "/tv/{tvId}"):
        answer = await client.get(f"/api/v1{path.replace('{requestId}', '1').replace('{tvId}', '1003')}")
        assert complaints(answer_schema(spec, path, "get", "200"), answer.json(), spec) == []


@pytest.mark.parametrize("name", ["request-create-tv.json", "request-decline.json", "request-get-failed.json"])
async def test_recorded_requests_pass_the_same_test(spec: dict[str, Any], name: str) -> None:
    schema = answer_schema(spec, "/request", "post", "201")
    assert complaints(schema, json.loads(recorded(f"overseerr-live/{name}")), spec) == []


async def test_the_stand_in_shows_what_a_recorded_request_shows(client: httpx.AsyncClient) -> None:
    real = json.loads(recorded("overseerr-live/request-create-tv.json"))
    mine = (await client.post(REQUEST, json=order())).json()
    assert set(real) <= set(mine)
    assert (mine["status"], mine["media"]["status"]) == (real["status"], real["media"]["status"])
    assert set(real["seasons"][0]) == set(mine["seasons"][0])
    real_media = json.loads(recorded("overseerr-live/tv.json"))["mediaInfo"]
    media = (await client.get("/api/v1/tv/1003")).json()["mediaInfo"]
    assert media["status"] == real_media["status"]
    assert {name for name, value in real_media.items() if value is not None} - {"plexUrl"} <= set(media)


async def test_the_stand_in_refuses_in_the_recorded_words(client: httpx.AsyncClient) -> None:
    def real(name: str) -> Any:
        return json.loads(recorded(f"overseerr-live/{name}.json"))

    film = order(mediaType="movie", mediaId=1000)
    await client.post(REQUEST, json=film)
    repeated = await client.post(REQUEST, json=film)
    assert (repeated.status_code, repeated.json()) == (409, real("request-create-movie-duplicate-is4kfalse"))
    unmarked = {name: film[name] for name in ("mediaType", "mediaId")}
    assert (await client.post(REQUEST, json=unmarked)).status_code == 201
    nonsense = await client.post(REQUEST, json=order(mediaType="song"))
    assert (nonsense.status_code, nonsense.json()) == (400, real("request-create-unknown-body"))
    missing = await client.get(f"{REQUEST}/4711")
    assert (missing.status_code, missing.json()) == (404, real("request-404"))
    foreign = await client.get(REQUEST, headers={"X-Api-Key": "x"})
    assert (foreign.status_code, foreign.json()) == (403, real("wrongkey"))
    del client.headers["X-Api-Key"]
    unknown = await client.get(REQUEST)
    assert (unknown.status_code, unknown.json()) == (401, real("noauth"))


def test_every_recorded_webhook_is_read() -> None:
    for line in recorded("overseerr-live/webhooks-received.jsonl").splitlines():
        body = json.loads(line)["body"]
        report = parse_report(json.dumps(body).encode())
        assert report.notification_type == body["notification_type"]
        assert (report.media_type, str(report.tmdb_id)) == (body["media"]["media_type"], body["media"]["tmdbId"])
        assert report.gateway_id == body["request"]["request_id"]


def shape_of(value: Any) -> Any:
    return {name: shape_of(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value)


async def test_webhooks_of_the_stand_in_look_like_recorded_ones() -> None:
    real = {}
    for line in recorded("overseerr-live/webhooks-received.jsonl").splitlines():
        sent = json.loads(line)
        real[sent["body"]["notification_type"]] = sent["body"]
    async with (
        ScriptedServer(json_answer({})) as receiver,
        OverseerrStandin(webhook_url=f"{receiver.url}/hook", webhook_authorization="Bearer hook") as overseerr,
        httpx.AsyncClient(base_url=overseerr.url, headers={"X-Api-Key": overseerr.api_key}, trust_env=False) as client,
    ):
        await client.post(REQUEST, json=order(mediaType="movie", mediaId=1000))
        await until(lambda: len(receiver.received) == 1)
        assert await overseerr.make_available("movie", 1000) == 200
        await client.post(f"{REQUEST}/1/decline")
        await until(lambda: len(receiver.received) == 3)
        bodies = [json.loads(each.body) for each in receiver.received]
    assert {each.headers["authorization"] for each in receiver.received} == {"Bearer hook"}
    assert [body["notification_type"] for body in bodies] == [
        "MEDIA_AUTO_APPROVED",
        "MEDIA_AVAILABLE",
        "MEDIA_DECLINED",
    ]
    for body in bodies:
        assert shape_of(body) == shape_of(real.get(body["notification_type"], real["MEDIA_AUTO_APPROVED"]))
    assert bodies[0]["event"] == real["MEDIA_AUTO_APPROVED"]["event"].replace("Series", "Movie")
    assert bodies[2]["event"] == real["MEDIA_DECLINED"]["event"]
    assert bodies[1]["media"]["status"] == "AVAILABLE"


@asynccontextmanager
async def gateway_fed(*script: Any) -> AsyncIterator[tuple[OverseerrGateway, list[Received]]]:
    async with ScriptedServer(*script) as server, upstream_client("overseerr", server.url) as client:
        yield OverseerrGateway(client), server.received


@pytest.mark.parametrize(
    ("name", "media_type", "gateway_id", "status", "seasons"),
    [
        ("overseerr-live/movie.json", "movie", "2", "processing", {}),
        ("overseerr-live/tv.json", "tv", "3", "processing", {1: "processing"}),
        ("overseerr/movie.json", "movie", "16", "processing", {}),
        ("overseerr/tv.json", "tv", "14", "partially_available", {1: "partially_available"}),
    ],
)
async def test_recorded_titles_are_read(
    name: str, media_type: Any, gateway_id: str, status: str, seasons: dict[int, str]
) -> None:
    async with gateway_fed(Answer(body=recorded(name))) as (gateway, _):
        found = await gateway.status(media_type=media_type, tmdb_id=1, is_4k=False)
        assert (found.gateway_id, found.status, found.seasons) == (gateway_id, status, seasons)


def answers(name: str, status: int) -> Answer:
    return Answer(status=status, body=recorded(f"overseerr-live/{name}.json"))


async def test_a_recorded_creation_is_read_even_when_the_title_is_not() -> None:
    absent, broken = json_answer({"id": 1400}), json_answer({}, 502)
    async with gateway_fed(absent, answers("request-create-tv-all", 201), broken) as (gateway, received):
        made = await gateway.create(media_type="tv", tmdb_id=1400, is_4k=False, seasons=[1])
        assert (made.gateway_id, made.status, made.seasons) == ("4", "processing", {1: "processing"})
        assert [each.method for each in received[:2]] == ["GET", "POST"]


async def test_a_recorded_duplicate_and_an_empty_order_end_with_what_is_there() -> None:
    film = answers("movie", 200)
    async with gateway_fed(
        json_answer({"id": 603}), answers("request-create-movie-duplicate-is4kfalse", 409), film
    ) as (
        gateway,
        _,
    ):
        found = await gateway.create(media_type="movie", tmdb_id=603, is_4k=False, seasons=[])
        assert (found.gateway_id, found.status) == ("2", "processing")
    nothing = json_answer({"message": "No seasons available to request"}, 202)
    absent = json_answer({"id": 1399})
    async with gateway_fed(absent, nothing, absent) as (gateway, _):
        with pytest.raises(GatewayRefused, match="No seasons available"):
            await gateway.create(media_type="tv", tmdb_id=1399, is_4k=False, seasons=[9])


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("noauth", 401, "MEDIANEST_OVERSEERR_API_KEY"),
        ("wrongkey", 403, "MEDIANEST_OVERSEERR_API_KEY"),
        ("request-create-unknown-body", 400, "allowed values: movie, tv"),
    ],
)
async def test_recorded_refusals_are_told_in_words(name: str, status: int, text: str) -> None:
    async with gateway_fed(json_answer({"id": 1}), answers(name, status)) as (gateway, _):
        with pytest.raises(GatewayRefused, match=text):
            await gateway.create(media_type="movie", tmdb_id=1, is_4k=False, seasons=[])


@pytest.mark.parametrize(("name", "status"), [("request-decline", 200), ("request-404", 404)])
async def test_a_recorded_decline_is_accepted(name: str, status: int) -> None:
    async with gateway_fed(answers(name, status)) as (gateway, received):
        await gateway.decline("6")
        assert [(each.method, each.path) for each in received] == [("POST", "/api/v1/request/6/decline")]
