"""Which headers a successful answer may carry, for the OpenAPI document: each where it comes and nowhere else."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_origin

from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

Document = dict[str, Any]

RECORDS: Final = "records"
"""The key in a route's `opt` for a change that says where in the log it is, though it takes no Idempotency-Key."""
VERSIONED: Final = "versioned"
"""The key in a change's `opt` where its answer shows the version that the next `If-Match` may name."""
SHOWS_TITLES: Final = "shows_titles"
"""The key in the `opt` of routes, or of their router, whose answers may be older than they ought to be."""
NOT_KEPT: Final = "not_kept"
"""The key in a read's `opt` for answers that nobody is to keep, and which therefore have no tag."""

_ONLY_THEN: Final = "It comes only where that is so."

_BUDGETS: Final = ("RateLimit-Policy", "RateLimit")
HEADERS: Final[Mapping[str, Document]] = {
    "X-Correlation-Id": {"description": "What the log, traces and `GET /admin/trace` know this request by."},
    "RateLimit-Policy": {"description": 'The budgets that the call was taken from: `"api";q=100;w=60`.'},
    "RateLimit": {"description": 'What is left of each, and in how many seconds there is one more: `"api";r=99;t=1`.'},
    "ETag": {
        "description": 'The content, for `If-None-Match`. Of what has versions the version as well: `W/"12-0af3"` is '
        'version 12, and a change may name it in `If-Match` as it is, or as `W/"12"`.'
    },
    "X-Event-Position": {
        "description": "Where in the log the last event of this change is; for `after`. Absent where nothing changed.",
        "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
    },
    "X-Views": {
        "description": f"The views do not show yet what was written. {_ONLY_THEN}",
        "schema": {"type": "string", "const": "behind"},
    },
    "Idempotent-Replay": {
        "description": f"The answer that this Idempotency-Key was given before. {_ONLY_THEN}",
        "schema": {"type": "string", "const": "true"},
    },
    "X-Metadata": {
        "description": f"What is known of titles is older than it ought to be. {_ONLY_THEN}",
        "schema": {"type": "string", "const": "stale"},
    },
    "Location": {"description": "Where to go on."},
}


def components() -> Document:
    """For `components.headers`."""
    return {name: {"schema": {"type": "string"}, **header} for name, header in HEADERS.items()}


def name_headers(operation: Document, handler: HTTPRouteHandler, *, is_limited: bool) -> None:
    """Write into every success of the operation which headers it may carry. `is_limited`: a budget stands around it."""
    for status, response in operation["responses"].items():
        if status < "400":
            names = ["X-Correlation-Id", *(_BUDGETS if is_limited else ()), *_names(operation, handler, status)]
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _names(operation: Document, handler: HTTPRouteHandler, status: str) -> Iterator[str]:
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    takes_key, opt = "Idempotency-Key" in parameters, handler.opt
    if status.startswith("3"):
        yield "Location"
    if status == "200" and (_has_tag(handler) if "GET" in handler.http_methods else opt.get(VERSIONED)):
        yield "ETag"
    if takes_key or opt.get(RECORDS):
        yield "X-Event-Position"
    if takes_key or opt.get(RECORDS) or "after" in parameters:
        yield "X-Views"
    if takes_key:
        yield "Idempotent-Replay"
    if opt.get(SHOWS_TITLES):
        yield "X-Metadata"


def _has_tag(handler: HTTPRouteHandler) -> bool:
    answer = handler.parsed_fn_signature.return_type.annotation
    kind = get_origin(answer) or answer
    return not handler.opt.get(NOT_KEPT) and not (isinstance(kind, type) and issubclass(kind, Stream))
