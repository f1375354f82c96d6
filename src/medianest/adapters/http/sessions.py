"""`/auth/sessions`: every device on which somebody is signed in, and ending what should not be."""

from typing import Any
from uuid import UUID

from litestar import Request, Router, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import Moment, Page, Resource
from medianest.adapters.http.whereabouts import session_of
from medianest.adapters.http.writing import context_of
from medianest.application.queries.people import FindPerson
from medianest.domain.session import EndReason, SignInMethod
from medianest.ports.sessions import OpenedSession

SIGNED_IN = {"access": Access.SIGNED_IN}
MANAGE_USERS = {"access": Access.permission("manage_users")}


class SessionResource(Resource):
    """`device` is what it seems to be, in words; `client` what the program calls itself; `address` where it was last
    seen. `expiresAt` is when it ends if nobody uses it any more."""

    id: UUID
    device: str | None
    client: str | None
    address: str | None
    method: SignInMethod
    opened_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    is_current: bool


class EndedSessions(Resource):
    """How many there were."""

    ended: int


@get("/auth/sessions", opt=SIGNED_IN, summary="Where you are signed in; the one that was seen last comes first")
async def list_sessions(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> Page[SessionResource]:
    session = session_of(request)
    return await _listed(door, session.user_id, session.session_id)


@delete(
    "/auth/sessions/{session_id:uuid}",
    status_code=204,
    opt=SIGNED_IN,
    summary="Sign a device of yours out; its live streams close at once",
)
async def end_session(
    session_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> None:
    session = session_of(request)
    reason: EndReason = "signed_out" if session_id == session.session_id else "ended_elsewhere"
    await door.identity.sessions.end_one(session.user_id, session.user_id, session_id, reason, context_of(request))
    await door.people.catch_up()


@delete("/auth/sessions", status_code=200, opt=SIGNED_IN, summary="Sign all your other devices out")
async def end_other_sessions(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> EndedSessions:
    session = session_of(request)
    ended = await door.identity.sessions.end_all(
        session.user_id, session.user_id, "ended_elsewhere", context_of(request), but=[session.session_id]
    )
    await door.people.catch_up()
    return EndedSessions(ended=ended)


@get("/admin/users/{user_id:uuid}/sessions", opt=MANAGE_USERS, summary="Where somebody is signed in")
async def list_sessions_of(
    user_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Page[SessionResource]:
    await door.queries.ask(FindPerson(user_id=user_id))
    return await _listed(door, user_id, caller_of(request).session_id)


@delete(
    "/admin/users/{user_id:uuid}/sessions/{session_id:uuid}",
    status_code=204,
    opt=MANAGE_USERS,
    summary="Sign one device of somebody out",
)
async def end_session_of(
    user_id: FromPath[UUID],
    session_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
) -> None:
    actor = caller_of(request).user_id
    await door.identity.sessions.end_one(actor, user_id, session_id, "ended_by_administrator", context_of(request))
    await door.people.catch_up()


@delete("/admin/users/{user_id:uuid}/sessions", status_code=200, opt=MANAGE_USERS, summary="Sign somebody out")
async def end_sessions_of(
    user_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> EndedSessions:
    await door.queries.ask(FindPerson(user_id=user_id))
    actor = caller_of(request).user_id
    ended = await door.identity.sessions.end_all(actor, user_id, "ended_by_administrator", context_of(request))
    await door.people.catch_up()
    return EndedSessions(ended=ended)


async def _listed(door: FrontDoor, user_id: UUID, current: UUID) -> Page[SessionResource]:
    """On one page: there are at most 200."""
    opened = await door.identity.sessions.of(user_id)
    return Page(items=[session_resource(one, is_current=one.session_id == current) for one in opened])


def session_resource(opened: OpenedSession, *, is_current: bool) -> SessionResource:
    return SessionResource(
        id=opened.session_id,
        device=opened.whereabouts.device,
        client=opened.whereabouts.client,
        address=opened.whereabouts.address,
        method=opened.method,
        opened_at=opened.opened_at,
        last_seen_at=opened.last_seen_at,
        expires_at=opened.expires_at,
        is_current=is_current,
    )


sessions_router = Router(path="/", route_handlers=[list_sessions, end_session, end_other_sessions], tags=["Signing in"])
sessions_of_people_router = Router(
    path="/", route_handlers=[list_sessions_of, end_session_of, end_sessions_of], tags=["People"]
)
