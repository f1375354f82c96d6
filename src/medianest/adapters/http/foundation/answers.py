"""From any exception to its problem answer: the one place that decides what a caller learns."""

import re
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope, Send

from medianest.adapters.http.foundation.correlation import correlation_id
from medianest.adapters.http.foundation.parameters import Parameters
from medianest.adapters.http.foundation.problems import (
    PROBLEM_JSON,
    FieldError,
    HttpProblem,
    InvalidBody,
    InvalidParameter,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooManyRequests,
    of_denial,
    of_refusal,
    of_unavailable,
)
from medianest.application.identity.denials import Denied
from medianest.domain.kernel import Refused
from medianest.ports.failures import Unavailable, UnreadableEvent

_log = structlog.stdlib.get_logger("medianest.http")

_RETRY_OTHERWISE: Final = 5.0
_NAMED: Final = re.compile(r"parameter '([^']{1,100})'")


class Answers:
    """Turns exceptions into problems. Bugs are logged with their stack trace and answered with nothing but a 500."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def handle(self, request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
        """Litestar's exception handler."""
        problem = self.of(exc, request.scope.get("route_handler"))
        body = msgspec.json.encode(problem.to_problem(correlation_id(request)))
        return Response(body, status_code=problem.status, headers=problem.headers, media_type=PROBLEM_JSON)

    async def send(self, exc: Exception, scope: HTTPScope, send: Send) -> None:
        """The same for what goes wrong before or beside Litestar's routes."""
        problem = self.of(exc, None)
        body = msgspec.json.encode(problem.to_problem(scope["state"]["correlation_id"]))
        own = {"Content-Type": PROBLEM_JSON, "Content-Length": str(len(body)), **problem.headers}
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in own.items()]
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def of(self, exc: Exception, handler: BaseRouteHandler | None) -> HttpProblem:
        match exc:
            case HttpProblem():
                return exc
            case Refused():
                return of_refusal(exc)
            case Denied():
                return of_denial(exc)
            case Unavailable():
                _log.warning("unavailable", code=exc.code, reason=str(exc), cause=repr(exc.__cause__))
                return of_unavailable(exc)
            case UnreadableEvent():
                _log.error("event_unreadable", reason=str(exc))
                return _of_unreadable()
            case ValidationException():
                return self._of_validation(exc, handler)
            case HTTPException(status_code=status) if status < 500:
                return _of_client_error(exc)
        _log.error("internal error", exc_info=exc)
        return HttpProblem(500, "internal_error", "Something went wrong inside MediaNest. It has been written down.")

    def _of_validation(self, exc: ValidationException, handler: BaseRouteHandler | None) -> HttpProblem:
        found = [item for item in exc.extra or [] if isinstance(item, dict)]
        if any(item.get("source") == "path" for item in found):
            return NotFound()  # an id that cannot be one
        if any(item.get("source") == "body" for item in found):
            return InvalidBody("This operation needs a JSON body.")  # all else about bodies: StrictRequest
        errors = [
            FieldError(field=self._parameters.name_outside(handler, str(item.get("key", ""))), message=item["message"])
            for item in found
        ]
        if not errors and (named := _NAMED.search(exc.detail)):
            errors = [FieldError(field=named.group(1), message="Is required.")]
        return InvalidParameter("A parameter is not what this operation expects.", errors)


def _of_unreadable() -> HttpProblem:
    text = (
        "The history of this holds something that this release of MediaNest cannot read: most likely a newer one "
        "wrote it. Nothing was changed. Try again when the server has been upgraded."
    )
    return HttpProblem(503, "event_unreadable", text, headers={"Retry-After": "30"})


def _of_client_error(exc: HTTPException) -> HttpProblem:
    """Litestar's own refusals. Its texts hold URLs and internals, so they are not passed on."""
    match exc.status_code:
        case 401:
            return NotSignedIn()
        case 403:
            return NotAllowed("You may not do this.")
        case 404:
            return NotFound()
        case 405:
            allow = (exc.headers or {}).get("allow", "")
            allow = allow.replace("GET", "GET, HEAD")
            text = f"This address answers {allow} only."
            return HttpProblem(405, "method_not_allowed", text, headers={"Allow": allow})
        case 413:
            return HttpProblem(413, "body_too_large", "The body is larger than this server takes.")
        case 429:
            return TooManyRequests(_RETRY_OTHERWISE)
        case _:
            return HttpProblem(400, "bad_request", "The request is not valid HTTP for this address.")
