"""The limits of a connection, and what is said where one is passed: no route is there yet to say it."""

from typing import Final
from uuid import uuid4

import msgspec

from medianest.adapters.http.foundation.framing import HEADERS_LIMIT
from medianest.adapters.http.foundation.headers import ALWAYS
from medianest.adapters.http.foundation.problems import PROBLEM_JSON, HttpProblem
from medianest.adapters.http.foundation.request import BODY_LIMIT, body_limit

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of a request line and its headers, give or take a PIECE."""

HEAD_WITHIN: Final = 15.0
"""Seconds from the first byte of a request, or from the beginning of a connection, to the end of the headers."""

BODY_WITHIN: Final = 60.0
"""Seconds from the end of the headers to the end of the body."""

RAW_BODY_LIMIT: Final = 2 * BODY_LIMIT
"""Bytes of a body as it travels: frames of chunks, trailers, and what still comes once the answer was no."""

PIECE: Final = 4096
"""Bytes that are parsed at once. While requests wait for their turn, what follows them stays unread."""

MALFORMED: Final = HttpProblem(400, "bad_request", "This is not valid HTTP.")
HEAD_TOO_LARGE: Final = HttpProblem(431, "head_too_large", f"A head has at most {HEAD_LIMIT} bytes.")
TOO_MANY_HEADERS: Final = HttpProblem(431, "head_too_large", f"A request has at most {HEADERS_LIMIT} header fields.")
BODY_TOO_LARGE: Final = HttpProblem(413, "body_too_large", f"A body may have at most {BODY_LIMIT} bytes.")
TOO_MANY_CONNECTIONS: Final = HttpProblem(
    503, "too_many_connections", "This server holds as many connections as it can.", headers={"Retry-After": "10"}
)
HEAD_TOO_LATE: Final = HttpProblem(408, "too_slow", f"A head has to be complete within {HEAD_WITHIN:.0f} s.")
BODY_TOO_LATE: Final = HttpProblem(408, "too_slow", f"A body has to be complete within {BODY_WITHIN:.0f} s.")


def raw_body_limit(path: str) -> int:
    """The same for what is sent to `path`."""
    return RAW_BODY_LIMIT // BODY_LIMIT * body_limit(path)


def written(refusal: HttpProblem) -> bytes:
    """The whole answer, after which the connection is closed."""
    problem = refusal.to_problem(uuid4().hex)
    body = msgspec.json.encode(problem)
    lines = (
        f"HTTP/1.1 {problem.status} {problem.title}",
        f"content-type: {PROBLEM_JSON}",
        f"content-length: {len(body)}",
        f"x-correlation-id: {problem.correlation_id}",
        "cache-control: no-store",
        "connection: close",
        *(f"{name.lower()}: {value}" for name, value in refusal.headers.items()),
        *(f"{name.decode()}: {value.decode()}" for name, value in ALWAYS),
    )
    return "\r\n".join([*lines, "", ""]).encode() + body
