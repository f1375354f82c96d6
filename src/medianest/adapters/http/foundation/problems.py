"""Every "no" over HTTP, as RFC 9457 problem details with a stable code."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from msgspec import UNSET, UnsetType

from medianest.adapters.http.foundation.schema import Resource
from medianest.application.identity.denials import Denied, SecondFactorNeeded, TooManyAttempts
from medianest.domain.kernel import RefusalKind, Refused
from medianest.ports.failures import NotAPicture, Unavailable

PROBLEM_JSON: Final = "application/problem+json"

_STATUS_OF_REFUSAL: Final[Mapping[RefusalKind, int]] = {
    "conflict": 409,
    "forbidden": 403,
    "missing": 404,
    "invalid": 422,
}


class FieldError(Resource):
    """`field` is a JSON Pointer into the body (`/seasons/0`), or the name of a parameter."""

    field: str
    message: str


class Problem(Resource):
    """The body of every answer that says no (RFC 9457). `type` is `urn:medianest:problem:<code>`. `challenge` comes
    with `second_factor_required` alone, and goes back with the code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: Sequence[FieldError] = ()
    challenge: str | UnsetType = UNSET


class HttpProblem(Exception):
    """A "no" that the HTTP layer itself has to say. `detail` is for people and holds no secret."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        challenge: str | UnsetType = UNSET,
    ) -> None:
        super().__init__(detail)
        self.challenge = challenge
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def to_problem(self, correlation_id: str) -> Problem:
        return Problem(
            type=f"urn:medianest:problem:{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            code=self.code,
            correlation_id=correlation_id,
            errors=self.errors,
            challenge=self.challenge,
        )


class InvalidBody(HttpProblem):
    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(400, "invalid_body", detail, errors=errors)


class InvalidParameter(HttpProblem):
    """A query parameter or a header that is missing, repeated or not what it should be."""

    def __init__(self, detail: str, errors: Sequence[FieldError] = (), code: str = "invalid_parameter") -> None:
        super().__init__(400, code, detail, errors=errors)


class NotFound(HttpProblem):
    def __init__(self, detail: str = "There is nothing here, or nothing that you may see.") -> None:
        super().__init__(404, "not_found", detail)


class NotSignedIn(HttpProblem):
    """401 with the challenge of RFC 6750, section 3."""

    def __init__(
        self, code: str = "not_signed_in", detail: str = "Sign in first.", *, error: str | None = None
    ) -> None:
        challenge = 'Bearer realm="medianest"' + (f', error="{error}"' if error else "")
        super().__init__(401, code, detail, headers={"WWW-Authenticate": challenge})


class NotAllowed(HttpProblem):
    def __init__(self, detail: str) -> None:
        super().__init__(403, "not_allowed", detail)


FRESH_FOR: Final = 600
"""Seconds for which a proof of who somebody is counts, where something weighty asks for one."""


class ConfirmationRequired(HttpProblem):
    """401 with the challenge of RFC 9470, section 3: they are signed in, and their last proof is too old for this."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "confirmation_required",
            "Prove once more who you are (/api/v1/auth/confirm), and do it again with the token of that answer.",
            headers={
                "WWW-Authenticate": 'Bearer realm="medianest", error="insufficient_user_authentication", '
                f'error_description="Prove once more who you are.", max_age="{FRESH_FOR}"'
            },
        )


class PreconditionFailed(HttpProblem):
    """The `If-Match` of a change names a version that is no longer the current one."""

    def __init__(self, current: int) -> None:
        super().__init__(
            412,
            "stale_version",
            f"This was changed in the meantime; it is at version {current} now. Read it again.",
            headers={"ETag": f'W/"{current}"'},
        )


class TooManyRequests(HttpProblem):
    def __init__(self, retry_after: float) -> None:
        super().__init__(
            429,
            "too_many_requests",
            "Too many requests in a short time. Wait a moment.",
            headers={"Retry-After": seconds(retry_after)},
        )


def of_denial(denied: Denied) -> HttpProblem:
    match denied:
        case TooManyAttempts(retry_after=retry_after):
            return HttpProblem(429, denied.code, str(denied), headers={"Retry-After": seconds(retry_after)})
        case SecondFactorNeeded(challenge=challenge):
            return HttpProblem(401, denied.code, str(denied), challenge=challenge)
    return HttpProblem(401, denied.code, str(denied))


def of_refusal(refused: Refused) -> HttpProblem:
    return HttpProblem(_STATUS_OF_REFUSAL[refused.kind], refused.code, str(refused))


def of_unavailable(unavailable: Unavailable) -> HttpProblem:
    headers = {"Retry-After": seconds(unavailable.retry_after)}
    status = 502 if isinstance(unavailable, NotAPicture) else 503
    return HttpProblem(status, unavailable.code, str(unavailable), headers=headers)


def seconds(duration: float) -> str:
    """`duration` as Retry-After says it: whole seconds, at least one."""
    return str(max(1, math.ceil(duration)))
