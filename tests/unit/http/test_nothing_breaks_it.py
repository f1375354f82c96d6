"""Whatever comes in, the answer is one that the OpenAPI document lists: never a 500."""

from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from medianest.adapters.http.foundation.app import HttpSettings
from tests.unit.http.sample import AS_MEMBER, sample_app

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["titleName", "is4k", "seasons", "note"]), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["limit", "cursor", "mediaType", "tag", "other"])
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def browser() -> Iterator[TestClient[Litestar]]:
    app = sample_app(settings=HttpSettings(version="1", rate_limits=False))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@FEW
@given(body=st.binary() | JSON.map(msgspec.json.encode))
def test_any_body_is_taken_or_refused(browser: TestClient[Litestar], body: bytes) -> None:
    headers = {**AS_MEMBER, "Content-Type": "application/json"}
    answer = browser.post("/api/v1/titles", content=body, headers=headers)
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 400:
        assert answer.json()["code"] == "invalid_body"


@FEW
@given(pairs=st.lists(st.tuples(NAMES, st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))))
def test_any_query_is_taken_or_refused(browser: TestClient[Litestar], pairs: list[tuple[str, bytes]]) -> None:
    query = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
    answer = browser.get(f"/api/v1/titles?{query}")
    assert answer.status_code in (200, 400), answer.text


@FEW
@given(segment=st.binary(min_size=1))
def test_any_path_is_found_or_not(browser: TestClient[Litestar], segment: bytes) -> None:
    for path in ("/api/v1/kinds/", "/api/v1/films/", "/api/v1/titles/", "/schema/", "/"):
        answer = browser.get(path + quote_from_bytes(segment, safe=""), headers=AS_MEMBER)
        assert answer.status_code in (200, 404), answer.text


@FEW
@given(header=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_any_header_is_taken_or_refused(browser: TestClient[Litestar], header: str) -> None:
    names = ("Authorization", "If-None-Match", "Accept-Encoding", "X-Correlation-Id", "Content-Type", "If-Match")
    for name in names:
        answer = browser.get("/api/v1/titles", headers={name: header})
        assert answer.status_code in (200, 304), (name, answer.text)
    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {header}"})
    assert answer.status_code in (200, 401)
