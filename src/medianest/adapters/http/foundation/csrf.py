"""Requests that another site makes a browser send: what tells them from those of our own pages.

A change that proves itself by a header (a bearer token, a key) needs none of this, since no other site can make a
browser send one. All others have to come from a page of ours, or of an origin that the owner named; and where a cookie
says who calls, they have to repeat a token that only such a page can read. The token is bound to the session, so that
one planted from elsewhere is no good. After OWASP's cheat sheet on this, "Signed Double-Submit Cookie".
"""

import hmac
import secrets
from collections.abc import Collection
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.access import OPT, Access
from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.cookies import ACCESS, CSRF, read
from medianest.adapters.http.foundation.credentials import shown_in
from medianest.adapters.http.foundation.origins import is_same_origin
from medianest.adapters.http.foundation.problems import HttpProblem

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of which no route changes anything."""

_HEADER: Final = b"x-csrf-token"
_NONCE: Final = 16
"""Random bytes in a token."""


class CsrfTokens:
    """Tokens under `secret` (bytes, the same in every process)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"medianest csrf v1", sha256)

    def issue(self, session_id: UUID) -> str:
        """Good for as long as the session is."""
        nonce = secrets.token_hex(_NONCE)
        return f"{nonce}.{self._signed(session_id, nonce)}"

    def are_good(self, session_id: UUID, given: str, kept: str) -> bool:
        """Whether what the page sent and what the cookie holds are the same token, and of this session."""
        nonce, _, signature = kept.partition(".")
        is_ours = hmac.compare_digest(signature.encode(), self._signed(session_id, nonce).encode())
        return hmac.compare_digest(given.encode(), kept.encode()) and is_ours

    def _signed(self, session_id: UUID, nonce: str) -> str:
        return hmac.digest(self._secret, f"{session_id}!{nonce}".encode(), sha256).hex()


class ForgeryGuard:
    """Before every route. `allowed` are the origins that the owner named."""

    def __init__(self, tokens: CsrfTokens, allowed: Collection[str]) -> None:
        self._tokens = tokens
        self._allowed = allowed

    def check(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Raises HttpProblem 403 (`origin_not_allowed`, `csrf_missing`, `csrf_wrong`)."""
        scope: HTTPScope = connection.scope  # type: ignore[assignment]
        if scope["method"] in SAFE or proves_itself(scope):
            return
        if not is_same_origin(scope, self._allowed):
            text = (
                "This comes from a page of another origin. If that page is yours, name its origin in "
                "MEDIANEST_CORS_ORIGINS; if it is this server's own, its reverse proxy has to hand on Host and "
                "X-Forwarded-Proto (docs/runbook.md)."
            )
            raise HttpProblem(403, "origin_not_allowed", text)
        caller = scope.get("user")
        if isinstance(caller, Caller) and handler.opt.get(OPT) != Access.PUBLIC:  # a public one asks nobody who calls
            self._check_token(scope, caller.session_id)

    def _check_token(self, scope: HTTPScope, session_id: UUID) -> None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER]
        kept = read(scope, CSRF)
        if not given or kept is None:
            text = "Ask GET /api/v1/csrf first, and send the token that it answers in the header X-CSRF-Token."
            raise HttpProblem(403, "csrf_missing", text)
        if len(given) > 1 or not kept or not self._tokens.are_good(session_id, given[0], kept):
            text = "The token in X-CSRF-Token is not the cookie's, or not of this session. Ask GET /api/v1/csrf anew."
            raise HttpProblem(403, "csrf_wrong", text)


def proves_itself(scope: HTTPScope) -> bool:
    """Whether a header, which no page of another site can send, says who calls. It wins over a cookie, even if it is
    no good. `Basic` does not count: browsers add that by themselves, for a proxy."""
    return shown_in(scope) is not None


def access_of(scope: HTTPScope) -> str | None:
    """The access token that the cookie holds, where no header says who calls; None without a cookie."""
    return None if proves_itself(scope) else read(scope, ACCESS)
