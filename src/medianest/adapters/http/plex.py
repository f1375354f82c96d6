"""`/auth/plex` and `/auth/links/plex`: coming in by Plex, and linking a Plex account."""

from typing import Any, Final, Literal

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from medianest.adapters.http.browser import NO_STORE, WayIn, let_in
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.openapi import REFUSES
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import Body, Moment, Resource, Secret
from medianest.adapters.http.foundation.told_headers import NOT_KEPT, RECORDS
from medianest.adapters.http.tokens import Tokens
from medianest.adapters.http.whereabouts import arrival_of
from medianest.application.identity.plex import BegunPin
from medianest.ports.plex import PinExpired

VIEWS: Final = ("linked_accounts",)
WEIGHTY: Final = {"access": Access.SIGNED_IN, "fresh": True}
GONE: Final = HttpProblem(
    410, "plex_pin_expired", "This PIN has expired, or was used. Begin anew with another one.", headers=NO_STORE
)


class PinResource(Resource):
    """Send the person to `link`, which shows `code` as well; then ask with `id`, which is a secret, about once a second
    until `expiresAt`."""

    id: str
    code: str
    link: str
    expires_at: Moment


class PendingResource(Resource):
    """Nobody has confirmed yet."""

    status: Literal["pending"] = "pending"


class ConfirmedResource(Resource):
    """Somebody has confirmed: `POST /auth/plex/claim` lets them in."""

    status: Literal["confirmed"] = "confirmed"


class LinkedResource(Resource):
    status: Literal["linked"] = "linked"


class ClaimedPin(WayIn, kw_only=True):
    """`id` is what the PIN was begun with; `rememberedDevice` as at any sign-in."""

    id: Secret
    remembered_device: Secret | None = None


class LinkedPin(Body):
    id: Secret


PENDING: Final = {202: ResponseSpec(PendingResource, generate_examples=False, description="Nobody has confirmed yet.")}


@post("/plex/pin", status_code=201, opt={"access": Access.PUBLIC}, summary="Begin to sign in by Plex")
async def begin_plex_pin(door: NamedDependency[FrontDoor]) -> Response[PinResource]:
    return _begun(await door.identity.plex.begin())


@get(
    "/plex/pin/{pin:str}",
    opt={"access": Access.PUBLIC, REFUSES: (410,), NOT_KEPT: True},
    responses=PENDING,
    summary="Whether the PIN was confirmed",
)
async def poll_plex_pin(
    pin: FromPath[str], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[ConfirmedResource]:
    """It lets nobody in, and changes nothing: `POST /auth/plex/claim` does, and can be asked in place of this."""
    try:
        is_confirmed = await door.identity.plex.is_confirmed(pin, arrival_of(request))
    except PinExpired:
        raise GONE from None
    return Response(ConfirmedResource(), headers=NO_STORE) if is_confirmed else _pending()


@post(
    "/plex/claim",
    status_code=200,
    opt={"access": Access.PUBLIC, REFUSES: (401, 403, 409, 410)},
    responses=PENDING,
    summary="Come in by the PIN, once it was confirmed",
)
async def claim_plex_pin(
    data: JSONBody[ClaimedPin], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    try:
        signed_in = await door.identity.plex.sign_in(data.id, arrival_of(request, remembered=data.remembered_device))
    except PinExpired:
        raise GONE from None
    return _pending() if signed_in is None else await let_in(request, door, signed_in, browser=data.browser)


@post("/links/plex/pin", status_code=201, opt=WEIGHTY, summary="Begin to link your Plex account")
async def begin_plex_link(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> Response[PinResource]:
    return _begun(await door.identity.plex.begin(caller_of(request).user_id))


@post(
    "/links/plex/claim",
    status_code=200,
    opt={**WEIGHTY, REFUSES: (410,), RECORDS: True},
    responses=PENDING,
    summary="Link the Plex account that confirmed the PIN",
)
async def claim_plex_link(
    data: JSONBody[LinkedPin], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[LinkedResource]:
    try:
        outcome = await door.identity.plex.link(data.id, caller_of(request).user_id, arrival_of(request))
    except PinExpired:
        raise GONE from None
    if outcome is None:
        return _pending()
    return Response(LinkedResource(), headers=await door.writing.settle(outcome, VIEWS))


def _pending() -> Response[Any]:
    """In place of what the route answers with 200."""
    return Response(PendingResource(), status_code=202, headers={**NO_STORE, "Retry-After": "1"})


def _begun(pin: BegunPin) -> Response[PinResource]:
    answer = PinResource(id=pin.pin, code=pin.code, link=pin.link, expires_at=pin.expires_at)
    return Response(answer, status_code=201, headers=NO_STORE)


plex_router = Router(
    path="/auth",
    route_handlers=[begin_plex_pin, poll_plex_pin, claim_plex_pin, begin_plex_link, claim_plex_link],
    tags=["Signing in"],
)
