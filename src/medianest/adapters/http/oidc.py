"""`/auth/oidc` and `/auth/links/oidc`: coming in by an OpenID provider, and linking an account there.

A browser goes to the provider and comes back with a code of theirs; it is sent on to a page of ours with a code of
ours in the fragment, which no server sees, and that page trades it for tokens. No token is ever in an address.
"""

from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from medianest.adapters.http.browser import NO_STORE, WayIn, let_in
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.cookies import Cookie, leave, read, take_away
from medianest.adapters.http.foundation.openapi import REFUSES
from medianest.adapters.http.foundation.parameters import TAKES_ANY
from medianest.adapters.http.foundation.schema import Body, Resource, Secret
from medianest.adapters.http.tokens import Tokens
from medianest.adapters.http.whereabouts import arrival_of, session_of
from medianest.application.identity.oidc import DONE, UNDER_WAY, Departed, ReturnFailed
from medianest.application.return_address import LONGEST
from medianest.ports.oidc import OidcCallback

BINDING: Final = Cookie(name="medianest-oidc", prefix="__Secure-", path="/api/v1/auth/oidc", same_site="Lax")
"""Which browser began. Not `Strict`: the provider's page sends it back."""
BINDING_FOR: Final = int((UNDER_WAY + DONE).total_seconds())
PUBLIC: Final = {"access": Access.PUBLIC}


class Exchange(WayIn, kw_only=True):
    """`code` is what the fragment of the page's address held; `rememberedDevice` as at any sign-in."""

    code: Secret
    remembered_device: Secret | None = None


class ReturnAddress(Body):
    """Where the browser goes on to afterwards: a path of this server."""

    return_to: Annotated[str, Meta(max_length=LONGEST)] = "/"


class DepartureResource(Resource):
    """Send the browser to `url`; it goes on to `returnTo` with `#linked=` or `#error=`."""

    url: str


@get(
    "/oidc/{slug:str}/begin",
    status_code=303,
    opt={**PUBLIC, REFUSES: (401, 409, 422)},
    summary="Send a browser to a sign-in provider",
)
async def begin_oidc(
    slug: FromPath[str],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    return_to: Annotated[
        str,
        QueryParameter(
            name="returnTo",
            max_length=LONGEST,
            description="A path of this server, where the browser goes on to with `#code=` or `#error=`.",
        ),
    ] = "/",
) -> Response[None]:
    departed = await door.identity.oidc.begin(slug, return_to)
    return _sent(_bound(request, departed).url)


@get(
    "/oidc/{slug:str}/callback",
    status_code=303,
    opt={**PUBLIC, TAKES_ANY: True, REFUSES: (401,)},
    summary="Where a sign-in provider sends the browser back to",
)
async def return_from_oidc(
    slug: FromPath[str], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """With `state`, and `code` or `error`; what else a provider adds is passed over (RFC 6749, 4.1.2)."""
    callback = OidcCallback(**{name: _given(request, name) for name in OidcCallback.__struct_fields__})
    try:
        back = await door.identity.oidc.come_back(slug, read(request.scope, BINDING), callback, arrival_of(request))
    except ReturnFailed as failed:
        take_away(request.scope, BINDING)
        return _sent(_with_fragment(failed.return_to, f"error={failed.code}"))
    if back.code is None:
        take_away(request.scope, BINDING)
        return _sent(_with_fragment(back.return_to, f"linked={slug}"))
    return _sent(_with_fragment(back.return_to, f"code={back.code}"))


@post("/oidc/exchange", status_code=200, opt=PUBLIC, summary="Trade the code of a return for tokens, once")
async def exchange_oidc_code(
    data: JSONBody[Exchange], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    """Within a minute, and from the browser that began."""
    binding = read(request.scope, BINDING)
    take_away(request.scope, BINDING)
    arrival = arrival_of(request, remembered=data.remembered_device)
    signed_in = await door.identity.oidc.exchange(data.code, binding, arrival)
    return await let_in(request, door, signed_in, browser=data.browser)


@post(
    "/links/oidc/{slug:str}",
    status_code=200,
    opt={"access": Access.SIGNED_IN, "fresh": True},
    summary="Begin to link your account at a sign-in provider",
)
async def begin_oidc_link(
    slug: FromPath[str],
    data: JSONBody[ReturnAddress],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
) -> Response[DepartureResource]:
    departed = await door.identity.oidc.begin(slug, data.return_to, session_of(request))
    return Response(DepartureResource(url=_bound(request, departed).url), headers=NO_STORE)


def _given(request: Request[Any, Any, Any], name: str) -> str | None:
    """None for what stands there twice: nobody can tell which is meant."""
    values = request.query_params.getall(name, [])
    return values[0] if len(values) == 1 else None


def _bound(request: Request[Any, Any, Any], departed: Departed) -> Departed:
    leave(request.scope, BINDING, departed.binding, BINDING_FOR)
    return departed


def _sent(location: str) -> Response[None]:
    return Response(None, status_code=303, headers={**NO_STORE, "Location": location})


def _with_fragment(return_to: str, told: str) -> str:
    """`told` beside whatever the fragment holds: pages may be named by it."""
    place, _, fragment = return_to.partition("#")
    return f"{place}#{fragment}&{told}" if fragment else f"{place}#{told}"


oidc_router = Router(
    path="/auth",
    route_handlers=[begin_oidc, return_from_oidc, exchange_oidc_code, begin_oidc_link],
    tags=["Signing in"],
)
