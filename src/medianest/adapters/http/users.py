"""`/admin/users`: the people of the house."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access, ensure_fresh
from medianest.adapters.http.foundation.schema import (
    Body,
    CursorText,
    Email,
    Limit,
    Page,
    Password,
    Reason,
    ShortText,
)
from medianest.adapters.http.foundation.versions import version_tag
from medianest.adapters.http.resources import UserResource, encode, user_resource
from medianest.application.queries.people import FindPerson, ListPeople
from medianest.domain.kernel import Command
from medianest.domain.limits import LONGEST_WINDOW, QuotaLimits
from medianest.domain.user import PERMISSIONS, USER, Permission, Role
from medianest.domain.user.commands import (
    ChangeRole,
    GrantPermission,
    ReinstateUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    SuspendUser,
)
from medianest.ports.front_door import Answer, Decided
from medianest.projections.user_directory import USER_DIRECTORY, Person

MANAGE_USERS = {"access": Access.permission("manage_users")}
VIEWS = ("user_directory",)
QuotaLimit = Annotated[int, Meta(ge=0, le=100_000)]
QuotaDays = Annotated[int, Meta(ge=1, le=LONGEST_WINDOW)]


class NewUser(Body, kw_only=True):
    email: Email
    name: ShortText
    role: Role = "member"
    password: Password


class QuotaChange(Body):
    """A limit of null: as many as they like."""

    movie_limit: QuotaLimit | None = None
    movie_days: QuotaDays = 7
    season_limit: QuotaLimit | None = None
    season_days: QuotaDays = 7


class UserChange(Body):
    """What is left out stays as it is. `permissions` are those granted one by one, all of them."""

    name: ShortText | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    reason: Reason | None = None
    permissions: Sequence[Permission] | UnsetType = UNSET
    quota: QuotaChange | UnsetType = UNSET


@post(
    "/",
    status_code=201,
    opt={**MANAGE_USERS, "fresh": "for an administrator"},
    dependencies=WITHOUT_VERSION,
    summary="Register somebody",
)
async def create_user(
    data: JSONBody[NewUser],
    acting: NamedDependency[Acting],
) -> Response[UserResource]:
    door, caller = acting.door, acting.caller
    if data.role == "admin":
        ensure_fresh(caller)

    async def worded(decided: Decided) -> Answer:
        return await worded_user(decided, decided.decided[0].stream_id, 201)

    return await acting.answer(
        lambda context, idempotency: door.identity.registration.register(
            actor=caller.user_id,
            email=data.email,
            name=data.name,
            role=data.role,
            password=data.password,
            context=context,
            wording=worded,
            idempotency=idempotency,
        ),
        views=VIEWS,
    )


@get("/", opt=MANAGE_USERS, summary="Everybody, in the order in which they came")
async def list_users(
    door: NamedDependency[FrontDoor], limit: Limit = 20, cursor: CursorText = None
) -> Page[UserResource]:
    after = door.cursors.read("users", cursor)
    page = await door.queries.ask(ListPeople(limit=limit, after=after))
    return Page(
        items=[user_resource(person) for person in page.items], next_cursor=door.cursors.write("users", page.next_key)
    )


@get("/{user_id:uuid}", opt=MANAGE_USERS, summary="One person")
async def get_user(user_id: FromPath[UUID], door: NamedDependency[FrontDoor]) -> Response[UserResource]:
    person = await door.queries.ask(FindPerson(user_id=user_id))
    return Response(user_resource(person), headers={"ETag": version_tag(person.version)})


@patch(
    "/{user_id:uuid}",
    opt={**MANAGE_USERS, "fresh": "for role and permissions"},
    summary="Change what somebody is called, is, and may do",
)
async def change_user(
    user_id: FromPath[UUID],
    data: JSONBody[UserChange],
    acting: NamedDependency[Acting],
) -> Response[UserResource]:
    door = acting.door
    if data.role is not UNSET or data.permissions is not UNSET:
        ensure_fresh(acting.caller)
    person = await door.queries.ask(FindPerson(user_id=user_id))
    commands = _commands(data, person, acting)

    async def worded(decided: Decided) -> Answer:
        return await worded_user(decided, user_id, 200, door.people.find(user_id))

    if not commands:
        acting.ensure(person.version)
        return Response(user_resource(person), headers={"ETag": version_tag(person.version)})
    return await acting.run(commands, on=(USER, user_id), wording=worded, views=VIEWS)


@delete(
    "/{user_id:uuid}",
    status_code=204,
    opt={**MANAGE_USERS, "fresh": True},
    summary="Forget somebody; their history stays, nameless",
)
async def delete_user(user_id: FromPath[UUID], acting: NamedDependency[Acting]) -> Response[None]:
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.identity.departure.delete(
            actor=caller.user_id,
            user_id=user_id,
            context=context,
            idempotency=idempotency,
            expected=acting.expected(USER, user_id),
        ),
        views=VIEWS,
    )


def _commands(data: UserChange, person: Person, acting: Acting) -> Sequence[Command]:
    def order(command: type[Command], **fields: Any) -> Command:
        return acting.order(command, user_id=person.user_id, **fields)

    commands: list[Command] = []
    if isinstance(data.name, str) and data.name != person.name:
        commands.append(order(RenameUser, name=data.name.strip()))
    if data.role is not UNSET:
        commands.append(order(ChangeRole, role=data.role))
    if data.suspended is True:
        commands.append(order(SuspendUser, reason=data.reason))
    elif data.suspended is False:
        commands.append(order(ReinstateUser))
    if data.permissions is not UNSET:
        # Every one of them, whatever the view shows: somebody else may be changing them at this very moment.
        commands += [
            order(GrantPermission if permission in data.permissions else RevokePermission, permission=permission)
            for permission in PERMISSIONS
        ]
    if (quota := data.quota) is not UNSET:
        limits = QuotaLimits(
            movie_limit=quota.movie_limit,
            movie_days=quota.movie_days,
            season_limit=quota.season_limit,
            season_days=quota.season_days,
        )
        commands.append(order(SetQuota, limits=limits))
    return commands


async def worded_user(decided: Decided, user_id: UUID, status: int, seen: Person | None = None) -> Answer:
    """`seen` is the person as they were known before; when they were last here is no part of their own stream."""
    person: Person | None = None
    for recorded in await decided.history(USER.category, user_id):
        person = USER_DIRECTORY.apply(person, recorded)
    if person is not None and seen is not None:
        person = replace(person, last_seen_at=seen.last_seen_at)
    return Answer(status=status, body=encode(user_resource(person) if person else None))


users_router = Router(
    path="/admin/users",
    route_handlers=[create_user, list_users, get_user, change_user, delete_user],
    tags=["People"],
)
