"""Not too much at once, by class of route, and what everybody is told of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from medianest.adapters.http.foundation.app import HttpSettings
from medianest.adapters.http.foundation.rate_limit import Rate, Rates
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from tests.unit.http.sample import AS_ADMIN, AS_MEMBER, sample_app, serving
from tests.unit.http.test_problems import problem_of

RATES = Rates(api=Rate(quota=6, window=600), auth=Rate(quota=1, window=100), requests=Rate(quota=2, window=900))
A_TITLE = {"titleName": "Dune"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """At a clock that stands still, so that nothing comes back."""
    limiter = MemoryRateLimiter(monotonic=lambda: 0.0)
    app = sample_app(limiter=limiter, settings=HttpSettings(version="1", rates=RATES))
    with serving(app) as address:
        async with httpx.AsyncClient(base_url=address, verify=False) as client:
            yield client


def told(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["ratelimit-policy"], answer.headers["ratelimit"]


async def test_every_answer_says_what_is_left_and_haste_is_a_429_that_says_when_to_come_back(
    client: httpx.AsyncClient,
) -> None:
    for left in (5, 4, 3):
        answer = await client.get("/api/v1/kinds/tv")
        assert (answer.status_code, *told(answer)) == (200, '"api";q=6;w=600', f'"api";r={left};t=100')
    for path, status in (("nothing", 404), ("me", 401), ("bug", 500)):
        answer = await client.get(f"/api/v1/{path}")
        assert answer.status_code == status
    assert told(answer) == ('"api";q=6;w=600', '"api";r=0;t=100'), "also what nobody is and what went wrong is a call"
    hasty = await client.get("/api/v1/kinds/tv")
    problem_of(hasty, 429, "too_many_requests")
    assert (*told(hasty), hasty.headers["retry-after"]) == ('"api";q=6;w=600', '"api";r=0;t=100', "100")


async def test_a_person_has_a_budget_of_their_own_and_a_probe_has_none(client: httpx.AsyncClient) -> None:
    for _ in range(7):
        hasty = await client.get("/api/v1/kinds/tv")
    assert hasty.status_code == 429
    for person in (AS_MEMBER, AS_ADMIN):
        assert told(await client.get("/api/v1/me", headers=person))[1] == '"api";r=5;t=100'
    probe = await client.get("/health/live")
    assert probe.status_code == 200
    assert "ratelimit" not in probe.headers


async def test_changes_while_signing_in_count_for_the_address_whoever_makes_them(client: httpx.AsyncClient) -> None:
    first = await client.post("/api/v1/auth/login", json=A_TITLE)
    assert (first.status_code, *told(first)) == (200, '"auth";q=1;w=100', '"auth";r=0;t=100')
    for person in ({}, AS_MEMBER, AS_ADMIN):
        problem_of(await client.post("/api/v1/auth/login", json=A_TITLE, headers=person), 429, "too_many_requests")


async def test_a_route_of_a_class_of_its_own_takes_from_two_budgets(client: httpx.AsyncClient) -> None:
    asked = await client.post("/api/v1/titles", json=A_TITLE, headers=AS_MEMBER)
    assert asked.status_code == 201
    assert told(asked) == ('"api";q=6;w=600, "requests";q=2;w=900', '"api";r=5;t=100, "requests";r=1;t=450')
    refused = await client.post("/api/v1/titles", json={"titleName": "Twice"}, headers=AS_MEMBER)
    problem_of(refused, 409, "already_there")
    hasty = await client.post("/api/v1/titles", json=A_TITLE, headers=AS_MEMBER)
    problem_of(hasty, 429, "too_many_requests")
    assert (told(hasty)[1], hasty.headers["retry-after"]) == ('"api";r=3;t=100, "requests";r=0;t=450', "450")
    read = await client.get("/api/v1/me", headers=AS_MEMBER)
    assert (read.status_code, told(read)[1]) == (200, '"api";r=2;t=100')


async def test_whoever_may_not_call_a_route_spends_nothing_of_its_class(client: httpx.AsyncClient) -> None:
    for person, status in ((AS_ADMIN, 403), ({}, 401)):
        answer = await client.post("/api/v1/titles", json=A_TITLE, headers=person)
        assert (answer.status_code, told(answer)[1]) == (status, '"api";r=5;t=100')


async def test_pictures_count_for_themselves_alone(client: httpx.AsyncClient) -> None:
    for path in ("media/image/w342/x.jpg", "plex/image?path=x"):
        answer = await client.get(f"/api/v1/{path}")
        assert answer.headers["ratelimit-policy"] == '"pictures";q=1000;w=60', path
    assert told(await client.get("/api/v1/kinds/tv"))[1] == '"api";r=5;t=100'
    posted = await client.post("/api/v1/media/image/w342/x.jpg", json={})
    assert posted.headers["ratelimit-policy"].startswith('"api"')
