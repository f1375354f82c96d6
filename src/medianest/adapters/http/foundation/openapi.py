"""The OpenAPI 3.1 document, made true: what Litestar leaves out is filled in from what the code really does.

Schemas of bodies and answers come from msgspec itself, so every bound that is checked is also written; every "no" an
operation can say is listed; and who may call it stands in its description.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import ServerSentEvent

from medianest.adapters.http.foundation.access import OPT, Access, permission_table, routes_of
from medianest.adapters.http.foundation.cookies import ACCESS
from medianest.adapters.http.foundation.entrance import API
from medianest.adapters.http.foundation.problems import PROBLEM_JSON, Problem
from medianest.adapters.http.foundation.told_headers import components, name_headers
from medianest.domain.api_key import Scope

Document = dict[str, Any]

REFUSES: Final = "refuses"
"""The key in a route's `opt` for statuses of refusals that neither its method nor its parameters tell."""

PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
"""What a route answers with that answers with bytes, and does not say of which kind."""

_WORDS: Final[Mapping[int, str]] = {
    400: "The request is malformed: `errors` names the field or the parameter.",
    401: "Nobody is signed in, or the token is no longer valid.",
    403: "The caller may not do this.",
    404: "There is nothing here, or nothing that the caller may see.",
    405: "This address answers other methods.",
    409: "The state of things does not allow it: `code` says why.",
    410: "It was there, and is no longer good: begin anew.",
    412: "The version in `If-Match` is no longer the current one.",
    413: "The body has more than 1 MiB; from Plex: than 6 MiB.",
    415: "The body is not application/json (from Plex: multipart/form-data), or it is compressed.",
    422: "Understood, but not acceptable: `code` says why.",
    429: "Too many requests: wait as long as `Retry-After` says.",
    500: "A fault inside MediaNest.",
    502: "What another server sent is not what was asked for: `code` says what is wrong with it.",
    503: "A part that this needs is away: try again after `Retry-After`.",
}
_TEXT: Final = r"^[^\u0000]*$"
_BROWSER: Final = {
    "type": "apiKey",
    "in": "cookie",
    "name": ACCESS.named("https"),
    "description": (
        'What a sign-in with `"browser": true` sets. Changes that come with it need the token of `GET /api/v1/csrf` in '
        "`X-CSRF-Token`. A bearer token that comes as well wins. Over plain HTTP the cookie's name has no prefix."
    ),
}


@lru_cache(8)
def schema_of(app: Litestar) -> Document:
    """The finished document as plain JSON values."""
    document: Document = app.openapi_schema.to_schema()
    handlers = {(path, method.lower()): handler for method, path, handler in routes_of(app)}
    placed = [
        (path, operation, handlers[path, method])
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if (path, method) in handlers
    ]
    for path, operation, handler in placed:
        name_headers(operation, handler, is_limited=path.startswith(API))
    operations = [(operation, handler) for _, operation, handler in placed]
    shapes = _Shapes()
    for operation, handler in operations:
        shapes.note(operation, handler)
    schemas = shapes.fill(document.get("components", {}).get("schemas", {}))
    scopes = {row.operation: row.scope for row in permission_table(app)}
    for operation, handler in operations:
        _name_refusals(operation, handler)
        _name_access(operation, handler, scopes.get(handler.handler_name))
        for parameter in operation.get("parameters", ()):
            if parameter["in"] in ("query", "header"):
                _exclude_nul(parameter["schema"])
                _drop_null(parameter["schema"])
    document["components"] = {
        "schemas": dict(sorted(schemas.items())),
        "headers": components(),
        "responses": {str(status): _refusal(status, words) for status, words in _WORDS.items()},
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "browser": _BROWSER,
            "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        },
    }
    return document


class _Shapes:
    """The places in the document that hold a body or an answer, and the types that belong there."""

    def __init__(self) -> None:
        self._places: list[tuple[Document, Any]] = []
        self._bodies: list[Document] = []

    def note(self, operation: Document, handler: HTTPRouteHandler) -> None:
        parameters = handler.parsed_fn_signature.parameters
        for content in operation.get("requestBody", {}).get("content", {}).values():
            self._places.append((content, parameters["data"].annotation))
        answer = handler.parsed_fn_signature.return_type.annotation
        if get_origin(answer) is Response:
            answer = answer.__args__[0]
        operation["responses"].get("204", {}).pop("content", None)  # Litestar promises a null
        for status, response in operation["responses"].items():
            if answer is ServerSentEvent and status == "200":
                response["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
            if answer is bytes and not handler.media_type and status == "200":
                response["content"] = {
                    kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in PICTURES
                }
            for media_type, content in response.get("content", {}).items():
                if status.startswith("2") and media_type == "application/json":
                    special = (handler.responses or {}).get(int(status))
                    self._places.append((content, special.data_container if special else answer))

    def fill(self, otherwise: Mapping[str, Document]) -> dict[str, Document]:
        """Write msgspec's schemas into their places and return the components. `otherwise`: Litestar's components,
        which a route's own `responses` may still refer to."""
        types = [Problem, *(shape for _, shape in self._places)]
        written, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
        for (content, _), schema in zip(self._places, written[1:], strict=True):
            content["schema"] = schema
        for component in components.values():
            if component.get("additionalProperties") is False:  # a request body
                _exclude_nul(component)
        return {**otherwise, **components}


def _name_refusals(operation: Document, handler: HTTPRouteHandler) -> None:
    parameters = operation.get("parameters", [])
    places = {parameter["in"] for parameter in parameters}
    changes = operation_changes(handler)
    statuses = {400, 429, 500, 503, *handler.opt.get(REFUSES, ())}
    if handler.opt[OPT] != Access.PUBLIC:
        statuses |= {401}
    if handler.opt[OPT] not in (Access.PUBLIC, Access.SIGNED_IN) or changes:
        statuses |= {403}
    if "path" in places:
        statuses |= {404}
    if changes:
        statuses |= {401, 404, 409, 413, 415, 422}
    names = {parameter["name"] for parameter in parameters}
    if "If-Match" in names:
        statuses |= {412}
    if "phrase" in names:
        statuses |= {422}
    responses = operation["responses"]
    if "400" in responses and PROBLEM_JSON not in responses["400"].get("content", {}):
        del responses["400"]  # Litestar's own, which is never sent
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})


def operation_changes(handler: HTTPRouteHandler) -> bool:
    """Whether the operation may change something, and so may be refused by the domain."""
    return not {"GET", "HEAD"} & {str(method) for method in handler.http_methods}


def _name_access(operation: Document, handler: HTTPRouteHandler, scope: Scope | None) -> None:
    access: Access = handler.opt[OPT]
    everybody: list[Document] = [] if access == Access.PUBLIC else [{"bearer": []}, {"browser": []}]
    operation["security"] = [*everybody, *([{"key": []}] if scope else [])]
    sentence = f"For: {access.name}." + (f" Keys need the scope `{scope}`." if scope else "")
    written = operation.get("description")
    operation["description"] = f"{written}\n\n{sentence}" if written else sentence


def _refusal(status: int, words: str) -> Document:
    answer: Document = {
        "description": words,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    header = {401: "WWW-Authenticate", 405: "Allow"}.get(status, "Retry-After" if status in (429, 502, 503) else None)
    if header is not None:
        answer["headers"] = {header: {"schema": {"type": "string"}}}
    return answer


def _exclude_nul(schema: Any) -> None:
    """Say of every text without a pattern of its own that it holds no U+0000."""
    if isinstance(schema, list):
        for item in schema:
            _exclude_nul(item)
    elif isinstance(schema, dict):
        if schema.get("type") == "string" and not schema.keys() & {"pattern", "format", "enum", "const"}:
            schema["pattern"] = _TEXT
        for member in schema.values():
            _exclude_nul(member)


def _drop_null(schema: Document) -> None:
    """An absent parameter is absent: there is no null in a query string or a header."""
    for union in ("oneOf", "anyOf"):
        if union in schema:
            kept = [option for option in schema[union] if option.get("type") != "null"]
            if len(kept) == 1:
                del schema[union]
                schema.update({**kept[0], **schema})
            else:
                schema[union] = kept
    if isinstance(schema.get("type"), list):
        named = [name for name in schema["type"] if name != "null"]
        schema["type"] = named[0] if len(named) == 1 else named
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]


def ensure_every_operation_has_its_name(app: Litestar, operation_id: Callable[[HTTPRouteHandler], str]) -> None:
    """Raises ValueError for an operation id that is used twice. Told from the routes: no start waits for the document,
    which is made when somebody asks for it."""
    operation_ids = [operation_id(handler) for _, _, handler in routes_of(app) if handler.resolve_include_in_schema()]
    twice = sorted({name for name in operation_ids if operation_ids.count(name) > 1})
    if twice:
        raise ValueError(f"Operation ids that are used twice: {', '.join(twice)}")
