"""Browser mode: tokens in cookies that no script can read, and `/csrf`, which shows that a page of ours asks."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from msgspec import UNSET, Meta

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.cookies import (
    ACCESS,
    CSRF,
    DEVICE,
    DEVICE_FOR,
    KNOWN,
    KNOWN_FOR,
    REFRESH,
    REFRESH_FOR,
    leave,
    take_away,
)
from medianest.adapters.http.foundation.csrf import access_of
from medianest.adapters.http.foundation.schema import Body, Resource
from medianest.adapters.http.foundation.told_headers import NOT_KEPT
from medianest.adapters.http.tokens import Tokens, tokens
from medianest.adapters.http.whereabouts import session_of
from medianest.application.identity.sessions import SignedIn

NO_STORE: Final = {"Cache-Control": "no-store"}


class WayIn(Body, kw_only=True):
    """What somebody shows who wants to be let in."""

    browser: Annotated[
        bool, Meta(description="Answer with cookies that no script can read, in place of tokens in the body.")
    ] = False


class Csrf(Resource):
    """`csrfToken` goes into `X-CSRF-Token` of whatever changes something. It is the same as in the cookie, and good for
    as long as the session is."""

    csrf_token: str


@get(
    "/csrf",
    opt={"access": Access.ENROLLING, "scope": None, NOT_KEPT: True},
    tags=["Signing in"],
    summary="Show that a page of ours asks",
)
async def get_csrf_token(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> Response[Csrf]:
    """For pages that signed in with `"browser": true`: their changes carry the token in `X-CSRF-Token`."""
    token = door.csrf.issue(session_of(request).session_id)
    leave(request.scope, CSRF, token, REFRESH_FOR)
    return Response(Csrf(csrf_token=token), headers=NO_STORE)


async def let_in(
    request: Request[Any, Any, Any],
    door: FrontDoor,
    signed_in: SignedIn,
    *,
    browser: bool,
    status_code: int = 200,
    remembered_device: str | None = None,
) -> Response[Tokens]:
    """What every way in answers."""
    answer = await tokens_for(request, door, signed_in, browser=browser, remembered_device=remembered_device)
    return Response(answer, status_code=status_code, headers=NO_STORE)


async def tokens_for(
    request: Request[Any, Any, Any],
    door: FrontDoor,
    signed_in: SignedIn,
    *,
    browser: bool = False,
    remembered_device: str | None = None,
) -> Tokens:
    """In the body or, for a `browser`, in cookies. Whoever came by cookie gets cookies for that session in any case:
    no script of theirs ever sees a token."""
    answer = await tokens(door, signed_in)
    if remembered_device is not None:
        answer.remembered_device = remembered_device
    if browser or _came_by_cookie(request, signed_in):
        _into_cookies(request, door, answer, signed_in)
    return answer


def show_out(request: Request[Any, Any, Any]) -> None:
    """Take away what opened the session. The device stays known: its person asked for that."""
    take_away(request.scope, ACCESS, CSRF, REFRESH)


def _came_by_cookie(request: Request[Any, Any, Any], signed_in: SignedIn) -> bool:
    caller = request.scope.get("user")
    is_theirs = isinstance(caller, Caller) and caller.session_id == signed_in.session.session_id
    return is_theirs and access_of(request.scope) is not None


def _into_cookies(request: Request[Any, Any, Any], door: FrontDoor, answer: Tokens, signed_in: SignedIn) -> None:
    scope = request.scope
    leave(scope, ACCESS, signed_in.access_token, signed_in.expires_in)
    answer.access_token = UNSET
    if signed_in.refresh_token is not None:
        leave(scope, REFRESH, signed_in.refresh_token, REFRESH_FOR)
        answer.refresh_token = UNSET
    if isinstance(answer.remembered_device, str):
        leave(scope, DEVICE, answer.remembered_device, DEVICE_FOR)
        answer.remembered_device = UNSET
    if isinstance(answer.known_device, str):
        leave(scope, KNOWN, answer.known_device, KNOWN_FOR)
        answer.known_device = UNSET
    answer.csrf_token = door.csrf.issue(signed_in.session.session_id)
    leave(scope, CSRF, answer.csrf_token, REFRESH_FOR)
