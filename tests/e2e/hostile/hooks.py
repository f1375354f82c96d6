"""What schemathesis reports although nothing is wrong. It loads this module by itself: see test_document.py."""

import json
import re
from typing import Any

import schemathesis

SEMANTIC = frozenset({"invalid_cursor", "unknown_name", "ambiguous_moment"})
"""Codes of a 400 that no schema can foresee: whether a cursor is ours, whether an event has this name."""

UNHEEDED = frozenset({"invalid_if_match"})
"""Where schemathesis takes a value for a valid one that the pattern of its header forbids. That this pattern is what
is read has a test of its own: test_api_document.py."""

NOT_SET_UP = frozenset({"plex_not_configured", "mail_not_configured", "oidc_unavailable"})
"""Codes of a 503 that is no fault: these servers are not there, or were made up by whoever asks."""

WITHOUT_FRACTION = re.compile(r"Expected `int( \| null)?`, got `float`")
"""To JSON Schema 1.0 is a whole number; here it is none, and the document says so in words."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Send one credential, as the document says by naming its schemes one by one: else most calls would end at that,
    and not come to what they are about."""
    headers = case.headers if case.headers is not None else {}
    if any("Authorization" in sent for sent in (headers, kwargs.get("headers") or {})):
        headers.pop("X-Api-Key", None)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep all but refusals that follow from the state of things: 410, 412 and 422, and a few 400 and 503."""
    if type(failure).__name__ == "ServerError":
        return response.status_code != 503 or json.loads(response.content)["code"] not in NOT_SET_UP
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    if response.status_code != 400:
        return response.status_code not in (410, 412, 422)
    problem = json.loads(response.content)
    is_fraction = any(WITHOUT_FRACTION.fullmatch(error["message"]) for error in problem["errors"])
    return problem["code"] not in SEMANTIC | UNHEEDED and not is_fraction
