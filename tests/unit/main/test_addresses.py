"""No secret stands in an address, where logs, histories and proxies would keep it."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from medianest.main.operations import openapi

SECRET = re.compile(
    r"(token|password|secret|code|key|challenge|invitation|credential|pin|state)(?!.*_id$)", re.IGNORECASE
)

HARMLESS = {
    "get /api/v1/auth/oidc/{slug}/callback: code": "OpenID Connect puts it there; good once, for one browser",
    "get /api/v1/auth/oidc/{slug}/callback: state": "the same",
    "post /api/v1/webhooks/plex/{secret}: secret": "the one exception: Plex can send nothing else; hidden in logs",
    "get /api/v1/auth/plex/pin/{pin}: pin": "good once, for minutes, hidden in logs; a body takes it as well",
}


@pytest.fixture(scope="module")
def document() -> Mapping[str, Any]:
    return openapi()


def test_no_address_takes_a_secret(document: Mapping[str, Any]) -> None:
    named = [
        f"{method} {path}: {parameter['name']}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in {"path", "query"}
    ]
    assert len(named) > 80
    assert {name for name in named if SECRET.search(name.split(": ")[1])} <= HARMLESS.keys()


def test_what_proves_who_somebody_is_travels_in_headers_and_cookies(document: Mapping[str, Any]) -> None:
    """And is described so: a client that follows the document puts none of it elsewhere."""
    schemes = document["components"]["securitySchemes"].values()
    assert schemes
    assert {scheme.get("in", "header") for scheme in schemes} <= {"header", "cookie"}
