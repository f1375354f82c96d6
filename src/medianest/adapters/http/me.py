"""`/auth/me`: your language; all that is kept about you, to take with you; and going for good."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, patch
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import UNSET, Meta, UnsetType

from medianest.adapters.http.acting import Acting
from medianest.adapters.http.audit_export import NDJSON
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import LANGUAGE, REGION, Body, camel
from medianest.adapters.http.resources import UserResource, encode
from medianest.adapters.http.tokens import user_of
from medianest.adapters.http.users import worded_user
from medianest.adapters.http.whereabouts import session_of
from medianest.domain.user import USER
from medianest.domain.user.commands import ChooseLanguage
from medianest.ports.front_door import Answer, Decided
from medianest.ports.sessions import Session


class MyChange(Body):
    """What is left out stays as it is; null is what the house has. `region` is the country whose age ratings, dates and
    watch providers you see."""

    language: Annotated[str, Meta(pattern=LANGUAGE)] | UnsetType | None = UNSET
    region: Annotated[str, Meta(pattern=REGION)] | UnsetType | None = UNSET


@patch("/auth/me", opt={"access": Access.SIGNED_IN}, summary="Choose the language in which you read about titles")
async def change_me(data: JSONBody[MyChange], acting: NamedDependency[Acting]) -> Response[UserResource]:
    me = acting.caller.user_id

    async def worded(decided: Decided) -> Answer:
        return await worded_user(decided, me, 200, acting.door.people.find(me))

    before = await user_of(acting.door, me)
    order = acting.order(
        ChooseLanguage,
        user_id=me,
        language=before.language if data.language is UNSET else data.language,
        region=before.region if data.region is UNSET else data.region,
    )
    return await acting.run([order], on=(USER, me), wording=worded, views=("user_directory",))


@get(
    "/auth/me/export",
    opt={"access": Access.SIGNED_IN, "rate": "downloads"},
    summary="Everything about you, as a file",
    media_type=NDJSON,
    responses={200: ResponseSpec(str, generate_examples=False, media_type=NDJSON, description="One thing a line.")},
)
async def export_me(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> Stream:
    """Lines of JSON, each with a `kind` and a `body`: your `account`, `second_factor`, every `session` (those that
    ended for as long as they are kept), `api_key` and `notification`, and every `event` that is about you or that you
    caused, the oldest first. Of other people there are ids, and nothing that they wrote. The last line is of the kind
    `end`: without it the file is cut off."""
    session = session_of(request)
    name = f"medianest-me-{door.clock.now():%Y-%m-%d}.ndjson"
    return Stream(
        _lines(door, session),
        media_type=NDJSON,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _lines(door: FrontDoor, session: Session) -> AsyncIterator[bytes]:
    async def is_welcome() -> bool:
        return await door.people.admit_wholly(session.user_id, session.session_id) is not None

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
        lambda context, idempotency: departure.delete(
            actor=me, user_id=me, context=context, idempotency=idempotency, expected=acting.expected(USER, me)
        ),
        views=("user_directory",),
    )


me_router = Router(path="/", route_handlers=[change_me, export_me, delete_me], tags=["Signing in"])
