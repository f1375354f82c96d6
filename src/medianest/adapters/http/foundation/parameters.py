"""Query parameters as the routes declare them: unknown, repeated and missing ones, and text that is no text.

Litestar ignores what a handler does not ask for, takes the last of several values, and replaces invalid UTF-8; it reads
`1` as true, `1e2` as a number, seconds as a time, and `null` as whatever was left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl, unquote_to_bytes
from uuid import UUID

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import KwargDefinition
from litestar.routes import HTTPRoute

from medianest.adapters.http.foundation.problems import FieldError, InvalidParameter

TAKES_ANY: Final = "takes_any_parameter"
"""The key in a route's `opt` for queries that others write."""

MAX_FIELDS: Final = 50
"""Parameters in one query string."""


_FORMS: Final[Mapping[Any, tuple[re.Pattern[str], str]]] = {
    int: (re.compile(r"-?[0-9]{1,30}"), "Expected an integer, in digits."),
    bool: (re.compile(r"true|false"), "Expected true or false."),
    datetime: (re.compile(r"[0-9]{4}-.*"), "Expected a time such as 2026-11-22T08:00:00Z."),
    UUID: (re.compile(r"[0-9A-Fa-f-]*"), "Expected a UUID."),
}
"""How a value is written, by its type, and what to say if it is not."""


class LostBound(Exception):
    """A parameter carries a msgspec Meta, which Litestar drops. The application does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The parameters of one handler by their names outside."""

    many: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    takes_version: bool = False
    """`If-Match`."""
    takes_any: bool = False
    """Somebody else's page writes the query, and may add to it."""
    outside: Mapping[str, str] = field(default_factory=dict)
    """Names outside by names in Python, also of headers."""
    forms: Mapping[str, tuple[re.Pattern[str], str]] = field(default_factory=dict)
    """Of those query parameters that are not just text."""


class UnguardedChange(InvalidParameter):
    """Somebody wants a change made to one version alone, and it is not made to anything that has versions."""

    def __init__(self) -> None:
        message = "This change has no version that it could be made for. Nothing was done; send it without."
        super().__init__(message, [FieldError(field="If-Match", message=message)], "if_match_not_taken")


class Parameters:
    """What every route declares; filled from the finished application."""

    def __init__(self) -> None:
        self._declared: dict[BaseRouteHandler, Declared] = {}

    def read_from(self, app: Litestar) -> None:
        """Raises LostBound."""
        for route in app.routes:
            if not isinstance(route, HTTPRoute):
                continue
            for handler, model in route.route_handler_map.values():
                _ensure_no_bound_is_lost(handler)
                query = model.expected_query_params
                everything = [*query, *model.expected_header_params, *model.expected_path_params]
                kinds = _annotations(handler)
                forms = {each.field_alias: _form_of(kinds[each.field_name]) for each in query}
                self._declared[handler] = Declared(
                    many=frozenset(model.sequence_query_parameter_names),
                    single=frozenset(p.field_alias for p in query) - frozenset(model.sequence_query_parameter_names),
                    required=frozenset(p.field_alias for p in query if p.is_required),
                    takes_version=any(each.field_alias.lower() == "if-match" for each in model.expected_header_params),
                    takes_any=handler.opt.get(TAKES_ANY, False),
                    outside={p.field_name: p.field_alias for p in everything},
                    forms={name: form for name, form in forms.items() if form is not None},
                )

    def name_outside(self, handler: BaseRouteHandler | None, name: str) -> str:
        declared = self._declared.get(handler) if handler is not None else None
        return declared.outside.get(name, name) if declared else name

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Raises InvalidParameter, with the code `unknown_parameter` for what the route does not know, and for an
        `If-Match` that would be overlooked UnguardedChange."""
        declared = self._declared.get(connection.scope["route_handler"])  # a guard is handed a copy
        if declared is None:
            return
        if (
            not declared.takes_version
            and connection.scope.get("method") not in _READS
            and "if-match" in connection.headers
        ):
            raise UnguardedChange
        seen: set[str] = set()
        for name, value in _pairs(connection.scope["query_string"]):
            if name in declared.single:
                if name in seen:
                    raise _wrong(name, "May be given only once.")
            elif name not in declared.many and not declared.takes_any:
                raise _wrong(name[:100], "This operation knows no such parameter.", "unknown_parameter")
            if "\0" in value:
                raise _wrong(name, "The character U+0000 is not allowed in text.")
            form, complaint = declared.forms.get(name, _TEXT)
            if not form.fullmatch(value):
                raise _wrong(name, complaint)
            seen.add(name)
        for name in sorted(declared.required - seen):
            raise _wrong(name, "Is required.")


_READS: Final = ("GET", "HEAD", "OPTIONS")
_TEXT: Final = (re.compile(r".*", re.DOTALL), "")


def _annotations(handler: BaseRouteHandler) -> Mapping[str, Any]:
    """By the names that the handler and what it depends on give their arguments. The document says the same of them,
    but making it takes longer than all else that is done before the first request."""
    signatures = [each.parsed_fn_signature for each in handler.resolve_dependencies().values()]
    return {
        name: field.annotation
        for signature in [*signatures, handler.parsed_fn_signature]
        for name, field in signature.parameters.items()
    }


def _form_of(kind: Any) -> tuple[re.Pattern[str], str] | None:
    if get_origin(kind) in (Union, UnionType):
        kinds = [each for each in get_args(kind) if each is not NoneType]
        kind = kinds[0] if len(kinds) == 1 else None
    if get_origin(kind) is Literal:
        words = [str(word) for word in get_args(kind)]
        return re.compile("|".join(map(re.escape, words))), f"Expected one of {', '.join(words)}."
    return _FORMS.get(kind)


def _pairs(query: bytes) -> list[tuple[str, str]]:
    if not query:
        return []
    try:
        unquote_to_bytes(query).decode("utf-8")  # parse_qsl would write U+FFFD and go on
        query_text = query.decode("ascii")
        pairs = parse_qsl(query_text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise InvalidParameter("The query string is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise InvalidParameter("The query string has too many parameters.") from error
    return pairs


def aware(name: str, moment: datetime | None) -> datetime | None:
    """A time that somebody asks about. Raises InvalidParameter where it has no offset: whose noon is meant?"""
    if moment is not None and moment.tzinfo is None:
        raise _wrong(name, "Say which time zone is meant: 2026-11-22T08:00:00Z.")
    return moment


def _wrong(name: str, message: str, code: str = "invalid_parameter") -> InvalidParameter:
    return InvalidParameter(f"Query parameter {name!r}: {message}", [FieldError(field=name, message=message)], code)


def _ensure_no_bound_is_lost(handler: BaseRouteHandler) -> None:
    for name, parameter in handler.parsed_fn_signature.parameters.items():
        metadata = get_args(parameter.raw)[1:]
        is_parameter = any(isinstance(item, KwargDefinition) for item in metadata) and name != "data"
        if is_parameter and any(isinstance(item, msgspec.Meta) for item in metadata):
            raise LostBound(f"{handler.handler_name}({name}): put the bounds into QueryParameter(...), not into Meta.")
