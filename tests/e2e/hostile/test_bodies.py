"""Bodies that are made to break whoever reads them: refused with a word, and with no more memory than others."""

import zlib
from collections.abc import Iterator

import pytest

from tests.e2e.bad_days.people import Outside, Person, ok
from tests.e2e.bad_days.running import Running
from tests.e2e.hostile.watching import resident

ROOM = 64 << 20
"""Bytes by which a server may grow while it refuses what would take a hundred times as much."""
BOMB = zlib.compress(b'{"text": "' + b"a" * (128 << 20) + b'"}', 1)
"""Less than a megabyte of what a hundred and more are made of."""
DEEP = 100_000
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def request_id(ben: Person, world: Outside) -> str:
    return ben.asked(world.film())


@pytest.fixture(autouse=True)
def bounded(medianest: Running) -> Iterator[None]:
    """Whatever is thrown, the server does not grow by much, and answers afterwards."""
    before = resident(medianest)
    yield
    assert resident(medianest) - before < ROOM
    assert medianest.is_ready()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip", "Identity, gzip"])
def test_a_body_that_unpacks_to_many_times_its_size_is_not_unpacked(ben: Person, request_id: str, coding: str) -> None:
    headers = {**HEADERS, "Content-Encoding": coding}
    answer = ben.post(f"/media/requests/{request_id}/comment", content=BOMB, headers=headers)
    assert ok(answer, 415)["code"] == "unsupported_content_coding"
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"text":' * DEEP + b"1" + b"}" * DEEP,
        b'{"text": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"text": ' + b"9" * 500_000 + b"}",
        b'{"text": 1e' + b"9" * 500_000 + b"}",
        b'{"text": "\\ud800"}',
        b'{"text": "\\udfff\\ud800"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": "one", "text": "two"}',
        b'{"text": "one", "\\u0074ext": "two"}',
        b"{" + b",".join(b'"%d": 1' % number for number in range(80_000)) + b"}",
        b'\xef\xbb\xbf{"text": "a mark before it"}',
        '{"text": "sixteen bits each"}'.encode("utf-16"),
        b'{"text": NaN}',
        b'{"text": "a"} {"text": "b"}',
    ],
    ids=lambda body: ascii(body[:24]),
)
def test_json_that_is_made_to_break_its_reader_is_refused(ben: Person, request_id: str, body: bytes) -> None:
    answer = ben.post(f"/media/requests/{request_id}/comment", content=body, headers=HEADERS)
    assert ok(answer, 400)["code"] == "invalid_body"
    assert ok(ben.get(f"/media/requests/{request_id}"))["version"] == 1, "and nothing of it is recorded"


@pytest.mark.parametrize("number", ["9" * 5_000, "1e400", "-1e400", "1E5", "7000.0", "1e3", "-0", "0x10", "07000"])
def test_numbers_of_every_kind_are_numbers_or_refused(ben: Person, number: str) -> None:
    wish = f'{{"mediaType": "movie", "tmdbId": {number}}}'
    assert ok(ben.post("/media/request", content=wish, headers=HEADERS), 400)["code"] == "invalid_body"


@pytest.mark.parametrize("value", ["null", "NULL", "1", "yes", "1e2", "1700000000", "٣", "+1", " 1", "9" * 5_000])
def test_a_parameter_is_written_as_the_document_says_or_refused(ada: Person, value: str) -> None:
    for path, name in (
        ("/media/requests", "mine"),
        ("/media/requests", "status"),
        ("/media/requests", "requestedBy"),
        ("/notifications", "unread"),
        ("/admin/audit", "since"),
        ("/auth/me/activity", "by"),
        *([] if value in ("1", "1700000000") else [("/media/requests", "limit"), ("/media/requests", "after")]),
    ):
        problem = ok(ada.get(path, params={name: value}), 400)
        assert problem["code"] == "invalid_parameter"
        assert [error["field"] for error in problem["errors"]] == [name]
