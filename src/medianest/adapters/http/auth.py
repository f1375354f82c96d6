"""`/auth`: the first administrator, signing in and out, and proving once more who one is."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from medianest.adapters.http.browser import WayIn, let_in, show_out
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.cookies import REFRESH, read
from medianest.adapters.http.foundation.csrf import access_of
from medianest.adapters.http.foundation.schema import Email, GivenPassword, Password, Secret, ShortText
from medianest.adapters.http.resources import UserResource
from medianest.adapters.http.tokens import Tokens, user_of
from medianest.adapters.http.whereabouts import arrival_of, session_of
from medianest.adapters.http.writing import context_of
from medianest.application.identity.denials import RefreshDenied


class Setup(WayIn):
    """`token` is what `medianest setup-token` prints while there is no administrator."""

    token: Secret
    email: Email
    name: ShortText
    password: Password


class Login(WayIn, kw_only=True):
    """`rememberedDevice` is what an earlier sign-in gave this device, so that it is not asked for the second factor;
    `knownDevice` what one with the password gave it, so that nobody's guesses elsewhere keep its person out."""

    email: Email
    password: GivenPassword
    remembered_device: Secret | None = None
    known_device: Secret | None = None


class SecondFactor(WayIn, kw_only=True):
    """`challenge` is what the sign-in answered; `code` one of the authenticator app, or a recovery code."""

    challenge: Secret
    code: Secret
    remember_device: bool = False


class Registration(WayIn, kw_only=True):
    """`invitation` may be left out where anybody may register."""

    invitation: Secret | None = None
    email: Email
    name: ShortText
    password: Password


class Refresh(WayIn, kw_only=True):
    """Without `refreshToken`, or without a body, the browser's cookie is exchanged."""

    refresh_token: Secret | None = None


class Confirmation(WayIn, kw_only=True):
    """The code of the second factor where one is enrolled, else the password."""

    password: GivenPassword | None = None
    code: Secret | None = None


@post("/setup", status_code=201, opt={"access": Access.PUBLIC}, summary="Make the first administrator, once")
async def set_up(
    data: JSONBody[Setup], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    signed_in = await door.identity.registration.set_up(
        token=data.token, email=data.email, name=data.name, password=data.password, arrival=arrival_of(request)
    )
    return await let_in(request, door, signed_in, browser=data.browser, status_code=201)


@post("/register", status_code=201, opt={"access": Access.PUBLIC}, summary="Come in as a guest, by invitation")
async def register(
    data: JSONBody[Registration], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    signed_in = await door.identity.registration.as_guest(
        invitation=data.invitation,
        email=data.email,
        name=data.name,
        password=data.password,
        arrival=arrival_of(request),
    )
    return await let_in(request, door, signed_in, browser=data.browser, status_code=201)


@post("/login", status_code=200, opt={"access": Access.PUBLIC}, summary="Sign in with e-mail and password")
async def log_in(
    data: JSONBody[Login], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    """Where a second factor is enrolled, the answer is the problem `second_factor_required` with a `challenge`."""
    arrival = arrival_of(request, remembered=data.remembered_device, known=data.known_device)
    signed_in = await door.identity.sign_in.with_password(data.email, data.password, arrival)
    return await let_in(request, door, signed_in, browser=data.browser)


@post("/second-factor", status_code=200, opt={"access": Access.PUBLIC}, summary="Complete a sign-in with a code")
async def show_second_factor(
    data: JSONBody[SecondFactor], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    signed_in = await door.identity.sign_in.with_second_factor(data.challenge, data.code, arrival_of(request))
    device = await door.identity.factors.remember(signed_in.session.user_id) if data.remember_device else None
    return await let_in(request, door, signed_in, browser=data.browser, remembered_device=device)


@post("/refresh", status_code=200, opt={"access": Access.PUBLIC}, summary="Exchange a refresh token for new tokens")
async def refresh_tokens(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], data: JSONBody[Refresh | None] = None
) -> Response[Tokens]:
    """A browser sends no body: its cookie is exchanged, and another one comes back."""
    given = data.refresh_token if data is not None else None
    by_cookie = given is None
    try:
        token = given or read(request.scope, REFRESH)
        if not token:
            raise RefreshDenied
        signed_in = await door.identity.sessions.refresh(token, arrival_of(request))
    except RefreshDenied:
        if by_cookie:
            show_out(request)
        await door.people.catch_up()
        raise
    return await let_in(request, door, signed_in, browser=by_cookie or (data is not None and data.browser))


@post("/confirm", status_code=200, opt={"access": Access.ENROLLING}, summary="Prove once more who you are")
async def confirm(
    data: JSONBody[Confirmation], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[Tokens]:
    """Before something weighty, which otherwise answers `confirmation_required`: its token is good for ten minutes of
    that."""
    signed_in = await door.identity.sign_in.confirm(
        session_of(request), password=data.password, code=data.code, arrival=arrival_of(request)
    )
    return await let_in(request, door, signed_in, browser=data.browser)


@post("/logout", status_code=204, opt={"access": Access.ENROLLING}, summary="End this session")
async def log_out(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> None:
    session = session_of(request)
    await door.identity.sessions.end(session.user_id, session.session_id, "signed_out", context_of(request))
    if access_of(request.scope) is not None:
        show_out(request)
    await door.people.catch_up()


@get("/me", opt={"access": Access.ENROLLING, "scope": "read"}, summary="Who you are and what you may do")
async def who_am_i(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> UserResource:
    return await user_of(door, caller_of(request).user_id)


auth_router = Router(
    path="/auth",
    route_handlers=[
        set_up,
        register,
        log_in,
        show_second_factor,
        refresh_tokens,
        confirm,
        log_out,
        who_am_i,
    ],
    tags=["Signing in"],
)
