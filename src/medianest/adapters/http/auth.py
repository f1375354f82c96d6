"""`/auth`: the first administrator, signing in and out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.problems import HttpProblem, NotSignedIn
from medianest.adapters.http.foundation.schema import Body, Email, GivenPassword, Password, Resource, Secret, ShortText
from medianest.adapters.http.resources import UserResource, user_resource
from medianest.adapters.http.writing import context_of
from medianest.application.accounts import SignedIn, SignInRejected
from medianest.ports.identity import RefreshRejected, Session

NO_STORE = {"Cache-Control": "no-store"}


class Setup(Body):
    """`token` is what `medianest setup-token` prints while there is no administrator."""

    token: Secret
    email: Email
    name: ShortText
    password: Password


class Login(Body):
    email: Email
    password: GivenPassword


class Refresh(Body):
    refresh_token: Secret


class Tokens(Resource):
    """`accessToken` goes into `Authorization: Bearer`; it lives `expiresIn` seconds. `refreshToken` is good for one
    exchange."""

    access_token: str
    expires_in: int
    refresh_token: str
    user: UserResource


@post("/setup", status_code=201, opt={"access": Access.PUBLIC}, summary="Make the first administrator, once")
async def set_up(
    data: JSONBody[Setup], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    signed_in = await door.accounts.set_up(
        token=data.token, email=data.email, name=data.name, password=data.password, context=context_of(request)
    )
    return Response(await _tokens(door, signed_in), status_code=201, headers=NO_STORE)


@post("/login", status_code=200, opt={"access": Access.PUBLIC}, summary="Sign in with e-mail and password")
async def log_in(
    data: JSONBody[Login], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    device = request.headers.get("user-agent", "")[:200].strip() or None
    try:
        signed_in = await door.accounts.sign_in(
            email=data.email, password=data.password, device=device, context=context_of(request)
        )
    except SignInRejected as rejected:
        raise HttpProblem(401, "invalid_credentials", "The e-mail address or the password is wrong.") from rejected
    return Response(await _tokens(door, signed_in), headers=NO_STORE)


@post("/refresh", status_code=200, opt={"access": Access.PUBLIC}, summary="Exchange a refresh token for new tokens")
async def refresh_tokens(
    data: JSONBody[Refresh], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    try:
        signed_in = await door.accounts.refresh(data.refresh_token, context_of(request))
    except RefreshRejected as rejected:
        await door.people.catch_up()
        text = "This refresh token is no longer good. Sign in again."
        raise HttpProblem(401, "invalid_refresh_token", text) from rejected
    return Response(await _tokens(door, signed_in), headers=NO_STORE)


@post("/logout", status_code=204, opt={"access": Access.SIGNED_IN}, summary="End this session")
async def log_out(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> None:
    caller = caller_of(request)
    session = Session(session_id=caller.session_id, user_id=caller.user_id)
    await door.accounts.sign_out(session, context_of(request))
    await door.people.catch_up()


@get("/me", opt={"access": Access.SIGNED_IN}, summary="Who you are and what you may do")
async def who_am_i(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> UserResource:
    return await _user(door, caller_of(request).user_id)


async def _tokens(door: FrontDoor, signed_in: SignedIn) -> Tokens:
    return Tokens(
        access_token=signed_in.access_token,
        expires_in=signed_in.expires_in,
        refresh_token=signed_in.refresh_token,
        user=await _user(door, signed_in.user_id),
    )


async def _user(door: FrontDoor, user_id: UUID) -> UserResource:
    """From memory, which is as new as the log."""
    await door.people.catch_up()
    person = door.people.find(user_id)
    if person is None or person.is_suspended or person.is_deleted:
        raise NotSignedIn
    return user_resource(person)


auth_router = Router(
    path="/auth", route_handlers=[set_up, log_in, refresh_tokens, log_out, who_am_i], tags=["Signing in"]
)
