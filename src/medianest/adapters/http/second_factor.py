"""`/auth/second-factor`: enrolling an authenticator app, codes for when it is lost, and giving it up."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from medianest.adapters.http.browser import NO_STORE, tokens_for
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.problems import NotSignedIn
from medianest.adapters.http.foundation.schema import Body, Resource, Secret
from medianest.adapters.http.tokens import Tokens
from medianest.adapters.http.whereabouts import arrival_of, session_of
from medianest.adapters.http.writing import context_of
from medianest.application.queries.people import FindPerson

PATH = "/auth/second-factor"
ENROLLING = {"access": Access.ENROLLING, "fresh": True}
WEIGHTY = {"access": Access.SIGNED_IN, "fresh": True}


class SecondFactorResource(Resource):
    """`isRequired`: this server asks one of everybody of your role."""

    is_enrolled: bool
    codes_left: int
    is_required: bool


class EnrolmentResource(Resource):
    """What an authenticator app takes: `picture` (an SVG document) to be scanned, `uri` to be opened, or `seed` typed
    in. It counts for nothing until a code of it is shown."""

    seed: str
    uri: str
    picture: str


class FirstCode(Body, kw_only=True):
    code: Secret
    end_other_sessions: bool = False


class RecoveryCodesResource(Resource):
    """Each is good once, in place of a code of the app. They are shown this once: keep them on paper."""

    recovery_codes: Sequence[str]


class EnrolledResource(RecoveryCodesResource, kw_only=True):
    """`tokens` are for this session, which can do everything from now on; its refresh token stays good."""

    tokens: Tokens


@get(PATH, opt={"access": Access.SIGNED_IN}, summary="Whether you have a second factor, and how many recovery codes")
async def get_second_factor(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> SecondFactorResource:
    session, factors = session_of(request), door.identity.factors
    person = door.people.find(session.user_id)
    return SecondFactorResource(
        is_enrolled=await factors.is_enrolled(session.user_id),
        codes_left=await factors.codes_left(session.user_id),
        is_required=person is not None and factors.is_required(person.role),
    )


@post(f"{PATH}/enrolment", status_code=200, opt=ENROLLING, summary="Begin to enrol an authenticator app")
async def begin_enrolment(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[EnrolmentResource]:
    """What was begun before and not completed is no longer good."""
    session = session_of(request)
    person = door.people.find(session.user_id)
    if person is None or person.email is None:
        raise NotSignedIn
    begun = await door.identity.factors.begin(session.user_id, person.email)
    resource = EnrolmentResource(seed=begun.seed, uri=begun.uri, picture=begun.picture)
    return Response(resource, status_code=200, headers=NO_STORE)


@put(f"{PATH}/enrolment", opt=ENROLLING, summary="Complete it with a first code; the answer is the recovery codes")
async def complete_enrolment(
    data: JSONBody[FirstCode], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[EnrolledResource]:
    session, identity, context = session_of(request), door.identity, context_of(request)
    codes = await identity.factors.enrol(session.user_id, data.code, arrival_of(request))
    signed_in = await identity.sessions.confirm(session, "totp", context)
    if data.end_other_sessions:
        me = session.user_id
        await identity.sessions.end_all(me, me, "second_factor_changed", context, but=[session.session_id])
        await door.people.catch_up()
    enrolled = EnrolledResource(recovery_codes=codes, tokens=await tokens_for(request, door, signed_in))
    return Response(enrolled, headers=NO_STORE)


@post(f"{PATH}/recovery-codes", status_code=200, opt=WEIGHTY, summary="Ten new recovery codes in place of the old ones")
async def renew_recovery_codes(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[RecoveryCodesResource]:
    codes = await door.identity.factors.renew_codes(session_of(request).user_id, context_of(request))
    return Response(RecoveryCodesResource(recovery_codes=codes), status_code=200, headers=NO_STORE)


@delete(PATH, status_code=204, opt=WEIGHTY, summary="Give up your second factor, with its codes and remembered devices")
async def give_up_second_factor(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> None:
    session = session_of(request)
    person = door.people.find(session.user_id)
    if person is None:
        raise NotSignedIn
    await door.identity.factors.give_up(session.user_id, person.role, context_of(request))
    await door.people.catch_up()


@delete(
    "/admin/users/{user_id:uuid}/second-factor",
    status_code=204,
    opt={"access": Access.permission("manage_users"), "fresh": True},
    summary="Remove the second factor of somebody who lost it",
)
async def remove_second_factor(
    user_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> None:
    """Make sure that it is they who ask: from then on their password alone lets somebody in."""
    actor, context = caller_of(request).user_id, context_of(request)
    person = await door.queries.ask(FindPerson(user_id=user_id))
    if actor == user_id:
        await door.identity.factors.give_up(user_id, person.role, context)
    else:
        await door.identity.factors.remove(actor, user_id, context)
    await door.people.catch_up()


second_factor_router = Router(
    path="/",
    route_handlers=[
        get_second_factor,
        begin_enrolment,
        complete_enrolment,
        renew_recovery_codes,
        give_up_second_factor,
    ],
    tags=["Signing in"],
)
second_factors_of_people_router = Router(path="/", route_handlers=[remove_second_factor], tags=["People"])
