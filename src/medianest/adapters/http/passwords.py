"""`/auth/password`: another password, by whoever knows the one they have, or reads the letters they get."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, Router, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from medianest.adapters.http.browser import NO_STORE
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Body, Email, GivenPassword, Password, Resource, Secret
from medianest.adapters.http.foundation.told_headers import RECORDS
from medianest.adapters.http.whereabouts import arrival_of, session_of


class PasswordChange(Body, kw_only=True):
    """`current` may be left out by whoever has none, because they came in another way."""

    current: GivenPassword | None = None
    password: Password


class ForgottenPassword(Body):
    email: Email


class PasswordReset(Body):
    """`token` is what the link in the letter ends in. With `keepOtherWays` your API keys and your accounts elsewhere go
    on letting you in; otherwise, and if you are not sure that all of them are yours, they are shut."""

    token: Secret
    password: Password
    keep_other_ways: bool = False


class PasswordResetResource(Resource):
    """What was shut: the names of API keys that were revoked (null where it is not known), and the providers at which
    an account was unlinked."""

    revoked_keys: Sequence[str | None]
    unlinked: Sequence[str]


@put(
    "/", status_code=204, opt={"access": Access.SIGNED_IN, "fresh": True, RECORDS: True}, summary="Change your password"
)
async def change_password(
    data: JSONBody[PasswordChange], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """Every other session of yours ends."""
    outcome = await door.identity.passwords.change(
        session_of(request), current=data.current, password=data.password, arrival=arrival_of(request)
    )
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, ()))


@post("/forgotten", status_code=202, opt={"access": Access.PUBLIC}, summary="Ask for a letter to choose a new one")
async def forget_password(
    data: JSONBody[ForgottenPassword], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> None:
    """The same answer whoever lives there. The link in the letter is good once, for 30 minutes, and until another one
    is asked for. Where no letters are sent, the answer is the problem `mail_not_configured`."""
    await door.identity.forgotten.ask(data.email, arrival_of(request))


@post("/reset", status_code=200, opt={"access": Access.PUBLIC}, summary="Choose a new password by the link in a letter")
async def reset_password(
    data: JSONBody[PasswordReset], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[PasswordResetResource]:
    """All sessions end, API keys and accounts elsewhere open nothing any more, and the account is unlocked. Signing in
    with it asks for a second factor as before."""
    evicted = await door.identity.passwords.reset(
        data.token, data.password, arrival_of(request), keep_other_ways=data.keep_other_ways
    )
    await door.people.catch_up()
    shut = PasswordResetResource(revoked_keys=list(evicted.keys.values()), unlinked=evicted.providers)
    return Response(shut, headers=NO_STORE)


passwords_router = Router(
    path="/auth/password",
    route_handlers=[change_password, forget_password, reset_password],
    tags=["Signing in"],
)
