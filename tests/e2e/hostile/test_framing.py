"""Where one request ends and the next begins is never in doubt: whatever two servers could read differently is refused,
the connection is closed, and what was hidden behind it is not done."""

import pytest

from tests.e2e.bad_days.people import Person
from tests.e2e.hostile.wire import HELLO, LOG_IN, Wire, in_chunks

HIDDEN = b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n"
"""Stands behind each of them; answered only by who was taken in."""

BODY = b"2\r\n{}\r\n0\r\n\r\n"

REFUSED = {
    "a length and a coding": LOG_IN + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding and a length": LOG_IN + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
    "two lengths": LOG_IN + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
    "two equal lengths": LOG_IN + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": LOG_IN + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length below zero": LOG_IN + b"Content-Length: -1\r\n\r\n{}",
    "a length with a sign": LOG_IN + b"Content-Length: +2\r\n\r\n{}",
    "a length in hexadecimal": LOG_IN + b"Content-Length: 0x2\r\n\r\n{}",
    "a length that overflows": LOG_IN + b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "an empty length": LOG_IN + b"Content-Length: \r\n\r\n{}",
    "a space before the colon": LOG_IN + b"Content-Length : 2\r\n\r\n{}",
    "a coding that is none": LOG_IN + b"Transfer-Encoding: xchunked\r\n\r\n" + BODY,
    "a coding that ends in none": LOG_IN + b"Transfer-Encoding: chunked, identity\r\n\r\n" + BODY,
    "a coding before chunked": LOG_IN + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BODY,
    "chunked twice": LOG_IN + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "chunked after a strange space": LOG_IN + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + BODY,
    "chunked in quotes": LOG_IN + b'Transfer-Encoding: "chunked"\r\n\r\n' + BODY,
    "chunked before its colon": LOG_IN + b"Transfer-Encoding : chunked\r\n\r\n" + BODY,
    "chunked on a folded line": LOG_IN + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + BODY,
    "chunked in HTTP/1.0": LOG_IN.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + BODY,
    "a folded line": HELLO + b"X-A: b\r\n c\r\n\r\n",
    "line feeds alone": b"GET /health/live HTTP/1.1\nHost: x\n\n",
    "one line feed alone": HELLO + b"X-A: b\n\r\n",
    "a carriage return alone": HELLO + b"X-A: b\rX-B: c\r\n\r\n",
    "a chunk below zero": in_chunks(b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk that overflows": in_chunks(b"fffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
    "a chunk with a prefix": in_chunks(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a chunk with a space": in_chunks(b"2 \r\n{}\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": in_chunks(b"2\r\n{}XX0\r\n\r\n"),
    "an extension that a line feed ends": in_chunks(b"2;a\n{}\r\n0\r\n\r\n"),
    "HTTP/0.9": b"GET /health/live\r\n\r\n",
    "HTTP/1.2": b"GET /health/live HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "two hosts": HELLO + b"Host: y\r\n\r\n",
    "a host with a path": b"GET /health/live HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a tunnel": b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in the path": b"GET /health/live\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in a header": HELLO + b"X-A: a\0b\r\n\r\n",
    "a space in the path": b"GET /health/live x HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes that are no ASCII in the path": "GET /hälth HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a header without a name": HELLO + b": x\r\n\r\n",
    "a header without a colon": HELLO + b"X-A\r\n\r\n",
    "a method that is none": b"HELO /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("shape", REFUSED)
def test_what_two_servers_could_read_differently_is_refused(wire: Wire, shape: str) -> None:
    said = wire.say(REFUSED[shape] + HIDDEN)
    assert said.statuses == [400], said.text
    assert said.problem["code"] == "bad_request"
    assert said.is_over


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (HELLO + b"".join(b"X-%d: a\r\n" % number for number in range(101)) + b"\r\n", 431, "head_too_large"),
        (HELLO + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", 431, "head_too_large"),
        (HELLO.replace(b"live", b"a" * 70_000) + b"\r\n", 431, "head_too_large"),
        (LOG_IN + b"Content-Length: 1073741824\r\n\r\n", 413, "body_too_large"),
    ],
    ids=["many headers", "a long header", "a long path", "a long body"],
)
def test_a_flood_is_refused_before_it_is_over(wire: Wire, head: bytes, status: int, code: str) -> None:
    said = wire.say(head)
    assert said.statuses in ([status], []), said.text  # who still writes when the line is cut may lose the answer
    assert not said.statuses or said.problem["code"] == code


def test_a_head_of_a_hundred_headers_is_read(wire: Wire) -> None:
    assert wire.say(HELLO + b"".join(b"X-%d: a\r\n" % number for number in range(99)) + b"\r\n").statuses == [200]


def test_sound_framing_of_every_kind_is_read_and_the_connection_goes_on(wire: Wire) -> None:
    sound = (
        in_chunks(BODY),
        in_chunks(BODY).replace(b"chunked", b"CHUNKED"),
        in_chunks(b"1;name=value\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
        in_chunks(b"2\r\n{}\r\n0\r\nX-Trailer: a\r\n\r\n"),
        LOG_IN + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
        LOG_IN + b"content-length:2\r\n\r\n{}",
    )
    said = wire.say(b"\r\n" + b"".join(sound) + HELLO + b"\r\n", answers=len(sound) + 1)
    assert said.statuses == [400] * len(sound) + [200]
    assert not said.is_over


def test_a_request_to_speak_something_else_is_answered_in_http(wire: Wire) -> None:
    for protocol in (b"h2c", b"websocket"):
        upgrade = HELLO + b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
        assert wire.say(upgrade + HELLO + b"\r\n", answers=2).statuses == [200, 200]


def test_a_trailer_is_no_header(wire: Wire, ben: Person) -> None:
    bearer = b"Authorization: " + ben.headers["Authorization"].encode() + b"\r\n"
    head = b"POST /api/v1/auth/logout HTTP/1.1\r\nHost: x\r\n"
    assert wire.say(in_chunks(b"0\r\n" + bearer + b"\r\n", head=head)).statuses == [401]
    flood = b"".join(b"X-%d: a\r\n" % number for number in range(200))
    assert wire.say(in_chunks(b"0\r\n" + flood + b"\r\n")).statuses in ([431], [400])


def test_nothing_is_done_after_the_last_request_of_a_connection(wire: Wire) -> None:
    said = wire.say(HELLO + b"Connection: close\r\n\r\n" + HIDDEN)
    assert said.statuses == [200]
    assert said.is_over


def test_a_path_cannot_write_headers(wire: Wire) -> None:
    for target in (b"/api/v1/x%0d%0aSet-Cookie:a=b", b"/health/live?x=%0d%0aSet-Cookie:a=b"):
        said = wire.say(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert said.statuses[0] in (400, 404)
        assert b"set-cookie:" not in said.text.lower().partition(b"\r\n\r\n")[0]


def test_garbage_is_never_answered_in_the_midst_of_another_answer(wire: Wire, ben: Person) -> None:
    bearer = b"Authorization: " + ben.headers["Authorization"].encode() + b"\r\n"
    with wire.open() as connection:
        connection.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\n" + bearer + b"\r\n")
        heard = b""
        while b": welcome" not in heard:
            heard += connection.recv(4096)
        connection.sendall(b"\x00garbage\r\n\r\n")
        while more := connection.recv(4096):
            heard += more
    assert heard.count(b"HTTP/1.1 ") == 1
