"""`/auth/keys`, `/admin/users/{id}/keys`: what people let programs do in their name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from medianest.adapters.http.browser import NO_STORE
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.problems import FieldError, InvalidBody
from medianest.adapters.http.foundation.schema import Body, CursorText, Limit, Moment, Page, Resource, ShortText
from medianest.adapters.http.foundation.told_headers import RECORDS
from medianest.adapters.http.writing import context_of
from medianest.application.identity.keys import KeySeen
from medianest.domain.api_key import Scope

SIGNED_IN = {"access": Access.SIGNED_IN}
MANAGE_USERS = {"access": Access.permission("manage_users")}
VIEWS = ("api_keys",)


class NewApiKey(Body, kw_only=True):
    """`name` says what will use it. `scopes`: `read` what you may see, `request` what you may ask for and do with your
    own, `manage` what you may manage, `admin` what administrators may, and the audit trail; none includes another, and
    a key never may more than you. `expiresAt` left out: it opens until it is revoked."""

    name: ShortText
    scopes: Annotated[Sequence[Scope], Meta(min_length=1, max_length=4)]
    expires_at: Moment | None = None


class ApiKeyResource(Resource, kw_only=True):
    """`lastUsedAt` is right to a minute or two. Both it and `lastAddress` are null for a key that was never used, or is
    revoked."""

    id: UUID
    name: str | None
    scopes: Sequence[Scope]
    made_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None
    last_address: str | None


class NewApiKeyResource(ApiKeyResource, kw_only=True):
    """`key` is shown this once. Send it as `X-Api-Key`, or as `Authorization: Bearer`."""

    key: str


@post(
    "/auth/keys",
    status_code=201,
    opt={**SIGNED_IN, "fresh": True, RECORDS: True},
    tags=["Signing in"],
    summary="Make an API key",
)
async def make_api_key(
    data: JSONBody[NewApiKey], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[NewApiKeyResource]:
    """It takes no `Idempotency-Key`: kept answers must hold no keys."""
    made = await door.identity.keys.make(
        caller_of(request).user_id,
        name=data.name,
        scopes=data.scopes,
        expires_at=_in_utc(data.expires_at),
        context=context_of(request),
    )
    headers = await door.writing.settle(made.outcome, VIEWS)
    shown = api_key_resource(KeySeen(card=made.card, last_use=None))
    fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return Response(NewApiKeyResource(**fields, key=made.secret), status_code=201, headers=NO_STORE | headers)


@get("/auth/keys", opt=SIGNED_IN, tags=["Signing in"], summary="Your API keys, the newest first")
async def list_api_keys(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Page[ApiKeyResource]:
    return await _page(door, caller_of(request).user_id, limit, cursor)


@delete(
    "/auth/keys/{key_id:uuid}",
    opt={**SIGNED_IN, RECORDS: True},
    tags=["Signing in"],
    summary="Revoke an API key of yours",
)
async def revoke_api_key(
    key_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    return await _revoke(request, door, caller_of(request).user_id, key_id)


@get("/admin/users/{user_id:uuid}/keys", opt=MANAGE_USERS, tags=["People"], summary="Somebody's API keys")
async def list_api_keys_of(
    user_id: FromPath[UUID], door: NamedDependency[FrontDoor], limit: Limit = 20, cursor: CursorText = None
) -> Page[ApiKeyResource]:
    return await _page(door, user_id, limit, cursor)


@delete(
    "/admin/users/{user_id:uuid}/keys/{key_id:uuid}",
    opt={**MANAGE_USERS, RECORDS: True},
    tags=["People"],
    summary="Revoke an API key of somebody's",
)
async def revoke_api_key_of(
    user_id: FromPath[UUID], key_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    return await _revoke(request, door, user_id, key_id)


async def _page(door: FrontDoor, user_id: UUID, limit: int, cursor: str | None) -> Page[ApiKeyResource]:
    query = ("api_keys", user_id)
    page = await door.identity.keys.of(user_id, limit=limit, after=door.cursors.read(query, cursor))
    return Page(
        items=[api_key_resource(seen) for seen in page.items], next_cursor=door.cursors.write(query, page.next_key)
    )


async def _revoke(request: Request[Any, Any, Any], door: FrontDoor, user_id: UUID, key_id: UUID) -> Response[None]:
    outcome = await door.identity.keys.revoke(caller_of(request).user_id, user_id, key_id, context_of(request))
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, VIEWS))


def api_key_resource(seen: KeySeen) -> ApiKeyResource:
    card, last_use = seen.card, seen.last_use
    return ApiKeyResource(
        id=card.key_id,
        name=card.name,
        scopes=card.scopes,
        made_at=card.made_at,
        expires_at=card.expires_at,
        revoked_at=card.revoked_at,
        last_used_at=last_use.at if last_use else None,
        last_address=last_use.address if last_use else None,
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    """Raises InvalidBody for the last and the first hours that there are."""
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        text = "There is no such time."
        raise InvalidBody(text, [FieldError(field="/expiresAt", message=text)]) from None


api_keys_router = Router(
    path="/",
    route_handlers=[make_api_key, list_api_keys, revoke_api_key, list_api_keys_of, revoke_api_key_of],
)
