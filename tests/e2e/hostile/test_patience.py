"""Clients that take their time, do not listen, or ask for everything at once: others are served meanwhile."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from medianest.adapters.http.foundation.patience import STALLED_AFTER
from medianest.adapters.http.foundation.turning_down import BODY_WITHIN, HEAD_LIMIT, HEAD_WITHIN, RAW_BODY_LIMIT
from tests import trials
from tests.e2e.bad_days.people import Person, ok
from tests.e2e.bad_days.running import Running
from tests.e2e.hostile.watching import figure, resident
from tests.e2e.hostile.wire import HELLO, LOG_IN, Wire, listen
from tests.processes import eventually

SLOW = trials.of(60, 500)
"""Clients that are slow at the same time."""
GIGABYTE = 1 << 30
AT_ONCE = trials.of(1_000, 10_000)
"""Requests on one connection, sent before the first of them is answered."""


def pour(connection: socket.socket) -> int:
    """How many bytes the other end lets itself be told until it hangs up; a gigabyte if it does not."""
    sent = 0
    try:
        while sent < GIGABYTE:
            sent += connection.send(b"a" * (1 << 16))
    except ConnectionError:
        pass
    return sent


def test_a_thousand_requests_at_once_are_answered_in_their_order(wire: Wire, medianest: Running) -> None:
    before = resident(medianest)
    asked = [b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Correlation-Id: n%d\r\n\r\n" % n for n in range(AT_ONCE)]
    said = wire.say(b"".join(asked), answers=AT_ONCE)
    order = [int(line.split(b": n")[1]) for line in said.text.split(b"\r\n") if line.startswith(b"x-correlation-id")]
    assert order == list(range(AT_ONCE))
    assert resident(medianest) - before < 32 << 20


def test_whoever_asks_without_end_and_never_reads_is_read_no_further(
    wire: Wire, medianest: Running, ben: Person
) -> None:
    before = resident(medianest)
    with wire.open(room=4096) as connection:
        connection.settimeout(0.5)
        sent = 0
        try:
            while sent < 64 << 20:  # far more than the buffers of both systems hold
                sent += connection.send((HELLO + b"\r\n") * 1000)
        except TimeoutError:
            pass
        assert sent < 64 << 20
        ok(ben.get("/auth/me"))
        assert resident(medianest) - before < 32 << 20


def test_a_body_that_is_asked_for_is_announced_first(wire: Wire) -> None:
    with wire.open() as connection:
        connection.sendall(LOG_IN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert listen(connection, 1).statuses == [400]


def test_whoever_is_told_no_before_the_body_cannot_hide_a_request_in_it(wire: Wire) -> None:
    said = wire.say(LOG_IN + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n", answers=2)
    assert said.statuses == [413]
    assert said.is_over


def test_a_body_nobody_wants_is_not_taken_for_ever(wire: Wire) -> None:
    with wire.open() as connection:
        connection.sendall(LOG_IN + b"Content-Length: 1073741824\r\n\r\n")
        sent = pour(connection)
    assert sent < RAW_BODY_LIMIT + (16 << 20), "but for what the buffers of both systems hold"


def test_trailers_without_end_are_not_kept(wire: Wire, medianest: Running) -> None:
    before = resident(medianest)
    with wire.open() as connection:
        connection.sendall(LOG_IN + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: ")
        assert pour(connection) < GIGABYTE
    assert resident(medianest) - before < 32 << 20


def test_a_stream_whose_reader_has_shut_one_half_ends(wire: Wire, medianest: Running, ben: Person) -> None:
    bearer = b"Authorization: " + ben.headers["Authorization"].encode() + b"\r\n"
    before = figure(medianest, "live_streams")
    with wire.open() as connection:
        connection.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\n" + bearer + b"\r\n")
        heard = b""
        while b": welcome" not in heard:
            heard += connection.recv(4096)
        assert figure(medianest, "live_streams") == before + 1
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    eventually(lambda: figure(medianest, "live_streams") == before)


def test_others_are_served_while_many_are_slow(wire: Wire, medianest: Running, ben: Person) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(wire.open()) for _ in range(SLOW)]
        for number, connection in enumerate(slow):
            connection.sendall(HELLO if number % 2 else LOG_IN + b"Content-Length: 1000\r\n\r\n{")
        for _ in range(10):
            for connection in slow:
                connection.sendall(b"X")
            ok(ben.get("/media/requests"))
        assert medianest.is_ready()


@pytest.mark.soak
@pytest.mark.skipif(not trials.SOAK, reason="takes as long as the limits are; with shorter ones: test_connections.py")
def test_the_limits_of_time_are_kept_by_the_clock(wire: Wire, ben: Person, tell: Callable[[str], None]) -> None:
    def seconds_until_over(beginning: bytes, drip: bytes) -> float:
        with wire.open() as connection:
            connection.sendall(beginning)
            connection.settimeout(1.0)
            began = time.monotonic()
            while time.monotonic() - began < 120:
                try:
                    connection.sendall(drip)
                    if connection.recv(4096).startswith(b"HTTP/1.1 408 "):
                        break
                except TimeoutError:
                    continue
            return time.monotonic() - began

    head = seconds_until_over(HELLO + b"X-A: ", b"a")
    assert head == pytest.approx(HEAD_WITHIN, abs=5)
    body = seconds_until_over(LOG_IN + b"Content-Length: 1000\r\n\r\n", b" ")
    assert body == pytest.approx(BODY_WITHIN, abs=5)
    bearer = b"Authorization: " + ben.headers["Authorization"].encode() + b"\r\n"
    asked = b"GET /schema/openapi.json HTTP/1.1\r\nHost: x\r\n" + bearer + b"\r\n"
    assert len(asked) < HEAD_LIMIT
    with wire.open(room=4096) as connection:
        connection.sendall(asked * 200)
        time.sleep(STALLED_AFTER * 2 + 10)  # not a condition: this is the client that does not read
        assert len(listen(connection, 200).statuses) < 200
    tell(
        f"slow clients: a head is waited for {head:.0f} s (limit {HEAD_WITHIN:.0f}), a body {body:.0f} s (limit "
        f"{BODY_WITHIN:.0f}), and whoever reads nothing is not told all of 200 answers"
    )
