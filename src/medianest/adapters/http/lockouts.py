"""`/admin/lockouts`, and what those who manage people do for somebody who cannot get in."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import Body, Limit, Moment, Page, Password, Resource
from medianest.adapters.http.foundation.told_headers import RECORDS
from medianest.adapters.http.writing import context_of
from medianest.application.queries.lockouts import ListLockouts
from medianest.application.queries.people import FindPerson
from medianest.domain.lockout import TargetKind

MANAGE_USERS = {"access": Access.permission("manage_users")}
VIEWS = ("user_directory",)


class LockoutResource(Resource):
    """`user` is null for an address, for a known device, and for an account that does not exist; `address` for anything
    but an address. `lockouts` is how often in a row it was locked."""

    kind: TargetKind
    user: UUID | None
    address: str | None
    last_at: Moment
    locked_until: Moment
    lockouts: int


class SetPassword(Body, kw_only=True):
    """With `keepOtherWays` their API keys and accounts elsewhere go on letting them in."""

    password: Password
    keep_other_ways: bool = False


@get("/lockouts", opt=MANAGE_USERS, summary="What is locked after too many wrong attempts")
async def list_lockouts(door: NamedDependency[FrontDoor], limit: Limit = 20) -> Page[LockoutResource]:
    """The latest first, and of those `limit`: there is no next page."""
    locked = await door.queries.ask(ListLockouts(limit=limit))
    return Page(
        items=[
            LockoutResource(
                kind=seen.lockout.target.kind,
                user=seen.user_id,
                address=seen.lockout.target.key if seen.lockout.target.kind == "address" else None,
                last_at=seen.lockout.last_at,
                locked_until=seen.lockout.locked_until,
                lockouts=seen.lockout.lockouts,
            )
            for seen in locked
        ]
    )


@delete(
    "/users/{user_id:uuid}/lockout",
    status_code=204,
    opt={**MANAGE_USERS, RECORDS: True},
    summary="Let somebody try again at once",
)
async def unlock_user(
    user_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """Their password and their second factor; addresses are locked for a while whatever happens."""
    person = await door.queries.ask(FindPerson(user_id=user_id))
    outcome = await door.identity.guard.unlock(
        caller_of(request).user_id, user_id, person.email or "", context_of(request)
    )
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, VIEWS))


@put(
    "/users/{user_id:uuid}/password",
    status_code=204,
    opt={**MANAGE_USERS, "fresh": True, RECORDS: True},
    summary="Set a password for somebody else",
)
async def set_password(
    user_id: FromPath[UUID],
    data: JSONBody[SetPassword],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
) -> Response[None]:
    """All their sessions end, and API keys and accounts elsewhere open nothing any more. Only an administrator does
    this to an administrator; your own password is changed at `/auth/password`."""
    outcome = await door.identity.passwords.set_for(
        caller_of(request).user_id,
        user_id,
        data.password,
        context_of(request),
        keep_other_ways=data.keep_other_ways,
    )
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, VIEWS))


lockouts_router = Router(path="/admin", route_handlers=[list_lockouts, unlock_user, set_password], tags=["People"])
