"""Changes that a browser is made to send: whose page asks, and whether it shows that it is ours."""

from collections.abc import Iterator

import httpx
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from medianest.adapters.http.foundation.app import HttpSettings
from medianest.adapters.http.foundation.csrf import CsrfTokens
from tests.unit.http.sample import AS_MEMBER, MEMBER, sample_app, serving
from tests.unit.http.test_problems import problem_of

TV = "https://tv.example.org"
EVIL = "https://evil.example.com"
TITLES = "/api/v1/titles"
LOGIN = "/api/v1/auth/login"
WISH = {"titleName": "Dune"}
CSRF = CsrfTokens(b"the key of the tests")
TOKEN = CSRF.issue(MEMBER.session_id)
COOKIES = f"medianest=member; medianest-csrf={TOKEN}"
GOOD = {"Cookie": COOKIES, "X-CSRF-Token": TOKEN}


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    settings = HttpSettings(version="1", rate_limits=False, cors_origins=frozenset({TV}))
    with (
        serving(sample_app(settings=settings, csrf=CSRF)) as address,
        httpx.Client(base_url=address, timeout=10, verify=False) as client,
    ):
        yield client


def test_a_page_of_ours_changes_something_by_cookie(browser: httpx.Client) -> None:
    ours = str(browser.base_url)
    for more in ({}, {"Origin": ours}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": TV}):
        assert browser.post(TITLES, json=WISH, headers=GOOD | more).status_code == 201


@pytest.mark.parametrize("path", [TITLES, LOGIN])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": f"{TV}.evil.example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    ],
)
def test_another_page_changes_nothing_and_signs_nobody_in(
    browser: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    problem_of(browser.post(path, json=WISH, headers=GOOD | headers), 403, "origin_not_allowed")
    if path == LOGIN:
        problem_of(browser.post(path, json=WISH, headers=headers), 403, "origin_not_allowed")


def test_a_header_that_no_page_can_send_needs_neither(browser: httpx.Client) -> None:
    answer = browser.post(TITLES, json=WISH, headers=AS_MEMBER | {"Origin": EVIL, "Cookie": COOKIES})
    assert answer.status_code == 201


def test_what_a_form_can_send_is_refused_where_there_is_no_session_yet(browser: httpx.Client) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = browser.post(LOGIN, content=b'{"titleName":"x"}', headers={"Content-Type": media_type})
        problem_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Cookie": COOKIES}, "csrf_missing"),
        ({"Cookie": "medianest=member", "X-CSRF-Token": TOKEN}, "csrf_missing"),
        ({"Cookie": COOKIES, "X-CSRF-Token": ""}, "csrf_wrong"),
        ({"Cookie": COOKIES, "X-CSRF-Token": TOKEN[:-1]}, "csrf_wrong"),
        ({"Cookie": COOKIES, "X-CSRF-Token": CSRF.issue(MEMBER.session_id)}, "csrf_wrong"),
        (
            {"Cookie": f"medianest=member; medianest-csrf={TOKEN}; medianest-csrf={TOKEN}", "X-CSRF-Token": TOKEN},
            "csrf_wrong",
        ),
        ({"Cookie": "medianest=admin; medianest-csrf=" + TOKEN, "X-CSRF-Token": TOKEN}, "csrf_wrong"),
        ({"Cookie": "medianest=member; medianest-csrf=x.y", "X-CSRF-Token": "x.y"}, "csrf_wrong"),
    ],
)
def test_a_change_by_cookie_needs_the_token_of_its_session(
    browser: httpx.Client, headers: dict[str, str], code: str
) -> None:
    problem = problem_of(browser.post(TITLES, json=WISH, headers=headers), 403, code)
    assert "/api/v1/csrf" in problem["detail"]


def test_a_token_that_stands_twice_is_wrong(browser: httpx.Client) -> None:
    twice = [("Cookie", COOKIES), ("X-CSRF-Token", TOKEN), ("X-CSRF-Token", TOKEN)]
    problem_of(browser.post(TITLES, json=WISH, headers=twice), 403, "csrf_wrong")


def test_reading_needs_no_token(browser: httpx.Client) -> None:
    assert browser.get("/api/v1/me", headers={"Cookie": COOKIES}).json()["id"] == str(MEMBER.user_id)
    assert browser.head("/api/v1/me", headers={"Cookie": COOKIES}).status_code == 200


def test_what_is_kept_of_an_answer_is_kept_for_its_cookie_alone(browser: httpx.Client) -> None:
    varies = browser.get(TITLES, headers={"Cookie": COOKIES}).headers.get_list("vary", split_commas=True)
    assert {"Authorization", "Cookie"} <= set(varies)


@pytest.mark.parametrize("cookies", ["medianest=forged", "medianest=member; medianest=admin", "medianest="])
def test_a_cookie_that_opens_nothing_is_taken_away(browser: httpx.Client, cookies: str) -> None:
    answer = browser.get("/api/v1/me", headers={"Cookie": cookies})
    problem_of(answer, 401, "invalid_token")
    lines = answer.headers.get_list("set-cookie")
    assert [line.split("; ")[:3] for line in lines] == [
        ["medianest=", "Max-Age=0", "Path=/"],
        ["medianest-csrf=", "Max-Age=0", "Path=/"],
    ]


def test_a_bearer_token_that_is_no_good_does_not_fall_back_on_the_cookie(browser: httpx.Client) -> None:
    answer = browser.get("/api/v1/me", headers={"Cookie": COOKIES, "Authorization": "Bearer forged"})
    problem_of(answer, 401, "invalid_token")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", [EVIL, TV, "http://testserver.local"])
def test_a_websocket_is_turned_down_whoever_asks(origin: str) -> None:
    headers = {"Origin": origin, "Cookie": COOKIES}
    with (
        TestClient(sample_app(csrf=CSRF)) as client,
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/api/v1/me", headers=headers),
    ):
        raise AssertionError("connected")


def test_the_documentation_page_tries_routes_by_cookie_too(browser: httpx.Client) -> None:
    script = browser.get("/schema/page.js").text
    assert "(?:__Host-)?medianest-csrf=" in script
    assert '"X-CSRF-Token"' in script
    document = browser.get("/schema/openapi.json").json()
    assert document["components"]["securitySchemes"]["browser"]["name"] == "__Host-medianest"
