"""`/auth/me`: all that is kept about you, to take with you; and going for good."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from litestar import Request, Response, Router, delete, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from medianest.adapters.http.acting import Acting
from medianest.adapters.http.audit_export import NDJSON
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import camel
from medianest.adapters.http.resources import encode
from medianest.adapters.http.whereabouts import session_of
from medianest.domain.user import USER
from medianest.ports.sessions import Session


@get(
    "/auth/me/export",
    opt={"access": Access.SIGNED_IN, "rate": "downloads"},
    summary="Everything about you, as a file",
    media_type=NDJSON,
    responses={200: ResponseSpec(str, generate_examples=False, media_type=NDJSON, description="One thing a line.")},
)
async def export_me(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> Stream:
    """Lines of JSON, each with a `kind` and a `body`: your `account`, `second_factor`, every `session`, `api_key` and
    `notification`, and every `event` that is about you or that you caused, the oldest first. Of other people there are
    ids, and nothing that they wrote. The last line is of the kind `end`: without it the file is cut off."""
    session = session_of(request)
    name = f"medianest-me-{door.clock.now():%Y-%m-%d}.ndjson"
    return Stream(
        _lines(door, session),
        media_type=NDJSON,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _lines(door: FrontDoor, session: Session) -> AsyncIterator[bytes]:
    async def is_welcome() -> bool:
        return await door.people.admit(session.user_id, session.session_id) is not None

    async for piece in door.export.of(session.user_id, is_welcome=is_welcome):
        yield b"".join(
            # What an event says stays as the log holds it; all else has the names that it has everywhere outside.
            encode({"kind": line.kind, "body": line.body if line.kind == "event" else _in_camels(line.body)}) + b"\n"
            for line in piece
        )


def _in_camels(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {camel(name): _in_camels(inner) for name, inner in value.items()}
    return value


@delete(
    "/auth/me",
    status_code=204,
    opt={"access": Access.SIGNED_IN, "fresh": True},
    summary="Go for good; your history stays, nameless",
)
async def delete_me(request: Request[Any, Any, Any], acting: NamedDependency[Acting]) -> Response[None]:
    """Your sessions, keys, password and second factor are destroyed, and with the key of what is personal all that
    names you. Nobody can undo it. The last administrator cannot go."""
    me = session_of(request).user_id
    departure = acting.door.identity.departure
    return await acting.answer(
        lambda context, _: departure.delete(actor=me, user_id=me, context=context, expected=acting.expected(USER, me)),
        views=("user_directory",),
    )


me_router = Router(path="/", route_handlers=[export_me, delete_me], tags=["Signing in"])
