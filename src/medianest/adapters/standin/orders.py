"""How Overseerr judges the body of `POST /request`, and what it makes of it.

Source: answers recorded from Overseerr 1.34, which its OpenAPI document does not mention all of.
"""

from typing import Any

import msgspec

from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.standin.shelf import PENDING, PROCESSING, UNKNOWN, Asked, Shelf
from medianest.adapters.standin.titles import title

DUPLICATE = "Request for this media already exists."
NO_SEASONS = "No seasons available to request"


def take_order(shelf: Shelf, body: bytes) -> tuple[Answer, Asked | None]:
    """The answer, and the request if one was made."""
    try:
        order = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return _invalid("", "should be object"), None
    complaint = _complaint(order)
    if complaint is not None:
        return complaint, None
    found = title(order["mediaId"], is_film=order["mediaType"] == "movie")
    if found is None:
        return json_answer(
            {"message": "[TMDB] Failed to fetch details: Request failed with status code 404"}, 500
        ), None
    medium = shelf.medium(found)
    is_4k = bool(order.get("is4k"))
    # Left out, it matches neither kind of request, and the repeat goes unnoticed.
    earlier = shelf.live(medium, is_4k=is_4k) if "is4k" in order else []
    seasons: list[int] = []
    if found.is_film:
        if earlier:
            return json_answer({"message": DUPLICATE}, 409), None
    else:
        wanted = order.get("seasons", [])
        numbers = range(1, len(found.seasons) + 1) if wanted == "all" else wanted
        taken = {number for each in earlier for number in each.seasons}
        taken |= {number for number, status in medium.seasons.items() if status[is_4k] != UNKNOWN}
        seasons = sorted(set(numbers) - taken)
        if not seasons:
            return json_answer({"message": NO_SEASONS}, 202), None
    if medium.status[is_4k] == UNKNOWN:
        medium.status[is_4k] = PENDING
    asked = shelf.add(medium, is_4k=is_4k, seasons=seasons)
    answer = json_answer(shelf.show(asked), 201)
    # Only after the answer was made: as in the real one, the medium in it lags behind.
    if medium.status[is_4k] == PENDING:
        medium.status[is_4k] = PROCESSING
    return answer, asked


def _complaint(order: dict[str, Any]) -> Answer | None:
    for field in ("mediaType", "mediaId"):
        if field not in order:
            return _invalid(f".{field}", "should have required property", code="required.openapi.validation")
    if order["mediaType"] not in ("movie", "tv"):
        return _invalid(
            ".mediaType", "should be equal to one of the allowed values: movie, tv", code="enum.openapi.validation"
        )
    if not isinstance(order["mediaId"], int) or isinstance(order["mediaId"], bool):
        return _invalid(".mediaId", "should be number")
    if not isinstance(order.get("is4k", False), bool):
        return _invalid(".is4k", "should be boolean")
    seasons = order.get("seasons", "all")
    if seasons != "all" and not (isinstance(seasons, list) and all(isinstance(n, int) and n >= 0 for n in seasons)):
        return _invalid(".seasons", "should match exactly one schema in oneOf", code="oneOf.openapi.validation")
    return None


def _invalid(path: str, problem: str, *, code: str = "type.openapi.validation") -> Answer:
    message = f"request.body{path} {problem}"
    error = {"path": f".body{path}", "message": problem, "errorCode": code}
    return json_answer({"message": message, "errors": [error]}, 400)
