"""Requests whose JSON bodies are read strictly: what the OpenAPI document does not allow does not come in.

Litestar decodes a body to plain Python first and then converts it leniently ("1" passes for a number). Here the body
is decoded straight into the Struct that the handler asks for; Litestar's own conversion then passes it through.
"""

import json
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.types.empty import Empty

from medianest.adapters.http.foundation.problems import FieldError, HttpProblem, InvalidBody

BODY_LIMIT: Final = 1024 * 1024
"""Bytes of a request body."""

PLEX_WEBHOOKS: Final = "/api/v1/webhooks/plex/"
LARGER: Final = {PLEX_WEBHOOKS: 6 * 1024 * 1024}
"""Where a body may have more: beside its report, Plex sends a picture."""

_NUL: Final = b"\\u0000"
_ENDED: Final = "The request ended before its body was complete."


def body_limit(path: str) -> int:
    """Bytes that the body of a request to `path` may have."""
    return next((limit for start, limit in LARGER.items() if path.startswith(start)), BODY_LIMIT)


class StrictRequest(Request[Any, Any, Any]):
    async def body(self) -> bytes:
        """The body. Raises InvalidBody when the client went away in the middle of it, and HttpProblem 415 for one that
        is compressed."""
        self._ensure_plain()
        try:
            return await super().body()
        except InternalServerException as error:
            raise InvalidBody(_ENDED) from error

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes, held nowhere. Raises as `body` does."""
        self._ensure_plain()
        try:
            async for piece in self.stream():
                yield piece
        except InternalServerException as error:
            raise InvalidBody(_ENDED) from error

    def _ensure_plain(self) -> None:
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):  # a megabyte may unpack to a thousand
            text = "Send the body as it is: this server unpacks nothing."
            raise HttpProblem(415, "unsupported_content_coding", text, headers={"Accept-Encoding": "identity"})

    async def json(self) -> Any:
        """The body as the type of the handler's `data`. Raises InvalidBody, and HttpProblem 415."""
        if self._json is Empty:
            body = await self.body()
            media_type = self.content_type[0].lower()
            if media_type != "application/json":
                raise HttpProblem(415, "unsupported_media_type", "The body must be application/json.")
            data = self.route_handler.parsed_fn_signature.parameters.get("data")
            self._json = decode_strictly(body, Any if data is None else data.annotation)
        return self._json


def decode_strictly(body: bytes, into: Any) -> Any:
    """`body` as JSON of the shape `into`. Raises InvalidBody, which names the field.

    msgspec refuses raw NUL, invalid UTF-8 and lone surrogates by itself; an escaped NUL is the one character that
    JSON may carry and Postgres cannot hold. It takes the last of two members of one name; whoever looked at the first
    one before us saw another request (RFC 8259, 4).
    """
    try:
        decoded = _decoder(into).decode(body)
        json.loads(body, object_pairs_hook=_refuse_twice)
        if _NUL in body:
            _refuse_nul(msgspec.json.decode(body))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InvalidBody(
            "The body is not what this operation expects.",
            [FieldError(field=_pointer(path.rstrip("`")), message=message)],
        ) from error
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidBody(f"The body is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidBody("The body is nested too deeply.") from error
    return decoded


@lru_cache(512)
def _decoder(into: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(into)


def _refuse_twice(members: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, member in members:
        if name in found:
            message = "This name stands twice in one object."
            raise InvalidBody(message, [FieldError(field=f"/{name}", message=message)])
        found[name] = member
    return found


def _refuse_nul(value: object, path: str = "") -> None:
    match value:
        case str():
            if "\0" in value:
                message = "The character U+0000 is not allowed in text."
                raise InvalidBody(message, [FieldError(field=path, message=message)])
        case dict():
            for name, member in value.items():
                _refuse_nul(name, path)
                _refuse_nul(member, f"{path}/{name}")
        case list():
            for index, item in enumerate(value):
                _refuse_nul(item, f"{path}/{index}")


def _pointer(path: str) -> str:
    """msgspec's path (`.seasons[0].x`, `[...]` for any member) as a JSON Pointer (RFC 6901)."""
    return path.replace("[", "/").replace("]", "").replace(".", "/").replace("///", "/*")
