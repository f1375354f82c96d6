"""What a browser is told with every answer, on every route that there is, over real HTTP."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from medianest.adapters.http.foundation.access import OPT, Access, routes_of
from medianest.adapters.http.foundation.app import HttpSettings
from medianest.adapters.http.foundation.cors import READ
from medianest.adapters.http.foundation.headers import ALWAYS
from medianest.adapters.http.foundation.turning_down import MALFORMED, written
from medianest.application.networks import networks_of
from medianest.main.documented import documented_app
from tests.unit.http.sample import serving

STRANGE = {"Origin": "https://evil.example.com", "Sec-Fetch-Site": "cross-site"}
TLS = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
ASIDE = ("GET /nowhere", "GET /api//v1", "OPTIONS /api/v1/media/requests", "HEAD /schema", "PUT /schema")
ID = "00000000-0000-0000-0000-000000000007"
SAFELISTED = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"}
OF_THE_CONNECTION = {"allow", "connection", "content-encoding", "date", "location", "transfer-encoding", "vary"}
POLICIES = {name.decode() for name, _ in ALWAYS} | {"strict-transport-security"}

APP = documented_app(HttpSettings(version="1", rate_limits=False, trusted_proxies=networks_of("127.0.0.1")))
ROUTES = [(method, path, handler) for method, path, handler in routes_of(APP)]


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    """Behind a proxy that says that it speaks HTTPS, on the page of a stranger."""
    with (
        serving(APP, server_header=False) as address,
        httpx.Client(base_url=address, headers=STRANGE | TLS, timeout=20) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def answers(browser: httpx.Client) -> Mapping[str, httpx.Response]:
    """Of every route to somebody unknown, with whatever stands in for its parameters, and of some that are none."""
    asked = [*(f"{method} {filled(path)}" for method, path, _ in ROUTES), *ASIDE]
    return {line: browser.request(*line.split(" ", 1)) for line in asked}


def filled(path: str) -> str:
    """The path of a route with ids that have the right form."""
    return re.sub(r"{(\w+)}", lambda name: "7" if not name[1].endswith("_id") or "tmdb" in name[1] else ID, path)


def policy_of(answer: httpx.Response) -> Mapping[str, set[str]]:
    (policy,) = answer.headers.get_list("content-security-policy")
    return {words[0]: set(words[1:]) for part in policy.split(";") if (words := part.split())}


def test_every_route_was_asked(answers: Mapping[str, httpx.Response]) -> None:
    statuses = {answer.status_code for answer in answers.values()}
    assert len(answers) > 60
    assert {200, 401, 404, 405} <= statuses
    assert {path for _, path, _ in ROUTES} >= {"/schema", "/schema/openapi.json", "/metrics", "/api/v1/media/request"}


def test_https_is_for_a_year_and_for_names_below_ours_too(
    answers: Mapping[str, httpx.Response], browser: httpx.Client
) -> None:
    for line, answer in answers.items():
        (value,) = answer.headers.get_list("strict-transport-security")
        age, *rest = value.split("; ")
        assert int(age.removeprefix("max-age=")) >= 365 * 86400, line
        assert rest == ["includeSubDomains"], line
    in_clear = browser.get("/health/live", headers={"X-Forwarded-Proto": "http"})
    assert "strict-transport-security" not in in_clear.headers


def test_no_page_of_a_stranger_may_read_an_answer(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        assert not [name for name in answer.headers if name.startswith("access-control-")], line
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", line


def test_nothing_runs_in_a_page_but_scripts_of_ours(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        policy = policy_of(answer)
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == {"'none'"}, line
        assert policy["form-action"] == {"'none'"}, line
        assert policy.get("script-src", {"'none'"}) <= {"'none'", "'self'"}, line
        assert not any(re.match(r"\*|https?:|'unsafe-eval'", word) for words in policy.values() for word in words), line
        assert ("script-src" in policy) == answer.headers.get("content-type", "").startswith("text/html"), line


def test_the_page_holds_no_script_or_style_of_its_own(answers: Mapping[str, httpx.Response]) -> None:
    page = answers["GET /schema"].text
    assert "<script src=" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:|https?://", page)


def test_no_answer_is_taken_for_something_else(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"], line


def test_no_answer_is_shown_in_the_frame_of_a_stranger(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        assert policy_of(answer)["frame-ancestors"] == {"'none'"}, line
        assert answer.headers["x-frame-options"] == "DENY", line
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", line


def test_no_address_of_ours_is_told_elsewhere(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        assert answer.headers.get_list("referrer-policy") == ["no-referrer"], line


def test_no_page_asks_for_cameras_or_places(answers: Mapping[str, httpx.Response]) -> None:
    for line, answer in answers.items():
        switched_off = set(answer.headers["permissions-policy"].split(", "))
        assert switched_off >= {"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()"}, line


def test_whatever_has_a_body_says_what_it_is_and_text_in_which_characters(
    answers: Mapping[str, httpx.Response],
) -> None:
    for line, answer in answers.items():
        kind = answer.headers.get("content-type", "")
        assert bool(kind) or not answer.content, line
        if re.match(r"text/|[^;]*(/|\+)xml", kind):
            assert re.findall("charset=[^;]*", kind) == ["charset=utf-8"], line
        assert len(answer.headers.get_list("cache-control")) == 1, line


def test_a_script_that_may_read_an_answer_may_read_all_headers_that_say_something(
    answers: Mapping[str, httpx.Response],
) -> None:
    known = SAFELISTED | OF_THE_CONNECTION | POLICIES | {name.lower() for name in READ.split(", ")}
    assert {name for answer in answers.values() for name in answer.headers} - known == set()


def test_a_form_on_the_page_of_a_stranger_changes_nothing(
    answers: Mapping[str, httpx.Response], browser: httpx.Client
) -> None:
    """What a page may send without a preflight: a form, or text; no Authorization, and no JSON. Where the browser is
    too old to say whose page it is, the form is refused for what it is."""
    with httpx.Client(base_url=browser.base_url, timeout=20) as silent:
        for method, path, handler in ROUTES:
            if method == "GET":
                continue
            place = filled(path)
            if handler.opt[OPT] != Access.PUBLIC:
                assert answers[f"{method} {place}"].status_code in (403, 404), path
            elif "data" in handler.parsed_fn_signature.parameters:
                for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
                    form: Any = {"content": b"{}", "headers": {"Content-Type": kind}}
                    assert browser.request(method, place, **form).json()["code"] == "origin_not_allowed", path
                    assert silent.request(method, place, **form).status_code in (401, 415), path


def test_no_safe_method_is_one_that_acts() -> None:
    reads = [handler for method, _, handler in ROUTES if method == "GET"]
    assert len(reads) > 20
    assert [handler for handler in reads if "acting" in handler.parsed_fn_signature.parameters] == []


def test_what_is_turned_down_before_it_is_a_request_says_the_same() -> None:
    head, _, body = written(MALFORMED).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert body
    assert {name + b": " + value for name, value in ALWAYS} <= set(lines)
    assert lines.count(b"x-content-type-options: nosniff") == 1
