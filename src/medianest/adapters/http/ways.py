"""`/auth/ways` and `/auth/invitation`: what a page tells somebody who is not signed in yet."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Body, Moment, Resource, Secret
from medianest.adapters.http.whereabouts import arrival_of
from medianest.domain.user import Role


class ProviderResource(Resource):
    slug: str
    name: str


class WaysResource(Resource):
    """`registration`: whether anybody may register; with an invitation guests always may. `reset`: whether a forgotten
    password is replaced by letter."""

    password: bool
    registration: bool
    reset: bool
    plex: bool
    oidc: Sequence[ProviderResource]


class GivenInvitation(Body):
    invitation: Secret


class GreetingResource(Resource):
    """What the invitation makes of a guest, and until when it is good."""

    role: Role
    expires_at: Moment


@get("/ways", opt={"access": Access.PUBLIC}, summary="The ways in that are open here")
async def list_ways(door: NamedDependency[FrontDoor]) -> WaysResource:
    ways = door.identity.ways
    return WaysResource(
        password=True,
        registration=ways.can_register,
        reset=ways.can_reset,
        plex=ways.has_plex,
        oidc=[ProviderResource(slug=provider.slug, name=provider.name) for provider in await ways.providers()],
    )


@post("/invitation", status_code=200, opt={"access": Access.PUBLIC}, summary="Whether an invitation is good")
async def greet_guest(
    data: JSONBody[GivenInvitation], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> GreetingResource:
    """To greet a guest before they register. The token stands in the body, so that it is in no log."""
    invited = await door.identity.registration.invited(data.invitation, arrival_of(request))
    return GreetingResource(role=invited.role, expires_at=invited.expires_at)


ways_router = Router(path="/auth", route_handlers=[list_ways, greet_guest], tags=["Signing in"])
