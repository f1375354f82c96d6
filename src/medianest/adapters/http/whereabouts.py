"""Who comes to the door and from where, as far as a request tells."""

from typing import Any

from litestar import Request

from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.cookies import DEVICE, KNOWN, read
from medianest.adapters.http.foundation.problems import NotAllowed
from medianest.adapters.http.writing import context_of
from medianest.application.identity.devices import Arrival, whereabouts
from medianest.ports.sessions import Session


def arrival_of(request: Request[Any, Any, Any], *, remembered: str | None = None, known: str | None = None) -> Arrival:
    """`remembered`: what the device shows on which somebody asked to be remembered, `known`: on which they gave their
    password; a browser shows its cookies. The address is the peer's, or what a trusted proxy says; None over a Unix
    socket."""
    client = request.scope.get("client")
    return Arrival(
        context=context_of(request),
        whereabouts=whereabouts(request.headers.get("user-agent", ""), client[0] if client else None),
        remembered=remembered or read(request.scope, DEVICE) or None,
        known=known or read(request.scope, KNOWN) or None,
    )


def session_of(request: Request[Any, Any, Any]) -> Session:
    """The session of whoever calls. Raises NotSignedIn, and NotAllowed for an API key, which has none."""
    caller = caller_of(request)
    if caller.session is None:
        raise NotAllowed("This is for people who signed in. An API key cannot do it.")
    return caller.session
