"""What the headers of a request show of who calls: a bearer token or an API key."""

from typing import Final

from litestar.types import HTTPScope

from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.ports.api_keys import PREFIX

API_KEY: Final = b"x-api-key"
_BEARER: Final = b"bearer "


def shown_in(scope: HTTPScope) -> str | None:
    """The token or key; None without any, and an empty text for what can be neither. A key may come either way, a token
    only as `Authorization: Bearer`. Raises HttpProblem 400 where two different ones come: nobody can tell whose request
    it is."""
    found = {_read(name, value) for name, value in scope["headers"]} - {None}
    if len(found) > 1:
        text = "Two different credentials came with this. Send one, in Authorization: Bearer or in X-Api-Key."
        raise HttpProblem(400, "two_credentials", text)
    return found.pop() if found else None


def _read(name: bytes, value: bytes) -> str | None:
    if name == API_KEY:
        given = value.strip()
        return _text(given) if given.startswith(PREFIX.encode()) else ""
    if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
        return _text(value[len(_BEARER) :].strip())
    return None


def _text(value: bytes) -> str:
    return value.decode("ascii") if value.isascii() else ""
