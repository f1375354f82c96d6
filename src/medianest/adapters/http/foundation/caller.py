"""Who calls: the person behind a bearer token, as every later layer sees them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.problems import NotSignedIn
from medianest.domain.api_key import Scope
from medianest.ports.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`permissions` is all that the person may do here, what their role brings included, and of an API key no more than
    its scopes let through. `session_id` is that of the session, or of the key; `session` is None for a key, and
    `scopes` None for a session; `expires_at` is when a key expires. `is_fresh`: they proved who they are a short while
    ago; a key never does. `is_limited`: they have to enrol a second factor before anything else."""

    user_id: UUID
    session_id: UUID
    role: str
    permissions: frozenset[str]
    session: Session | None = None
    scopes: frozenset[Scope] | None = None
    is_fresh: bool = False
    is_limited: bool = False
    expires_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether their key has expired meanwhile; for answers that take long."""
        return self.expires_at is not None and self.expires_at <= now


Authenticate = Callable[[str], Awaitable[Caller | None]]
"""The person that a bearer token speaks for; None for a token that is forged, expired, of an ended session or of
somebody who is suspended. May raise Unavailable."""

Notice = Callable[[HTTPScope, str, Caller | None], Awaitable[None]]
"""Is told of every credential that came, and whom it spoke for."""

_REJECTED = "medianest_token_rejected"


def sign_in(scope: HTTPScope, caller: Caller | None, *, rejected: bool) -> None:
    """Put the caller on the scope. `rejected`: there was a bearer token, and it was no good."""
    scope["user"] = caller
    scope["state"][_REJECTED] = rejected


def caller_or_none(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
    user = connection.scope.get("user")
    return user if isinstance(user, Caller) else None


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """The person who is signed in. Raises NotSignedIn."""
    if (caller := caller_or_none(connection)) is not None:
        return caller
    if connection.scope["state"].get(_REJECTED):
        raise NotSignedIn(
            "invalid_token", "The token or key has expired or is not valid. Sign in again.", error="invalid_token"
        )
    raise NotSignedIn
