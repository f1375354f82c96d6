"""`/admin/invitations`: ways in for guests."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access, ensure_fresh
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import Body, CursorText, Limit, Moment, Note, Page, Resource
from medianest.adapters.http.foundation.told_headers import RECORDS
from medianest.adapters.http.writing import context_of
from medianest.application.queries.invitations import InvitationStatus, ListInvitations
from medianest.domain.invitation import MOST_USES
from medianest.domain.user import Role

MANAGE_USERS = {"access": Access.permission("manage_users")}
VIEWS = ("invitations",)


class NewInvitation(Body, kw_only=True):
    """`note` says whom it is for, to those who manage people."""

    role: Role = "member"
    uses: Annotated[int, Meta(ge=1, le=MOST_USES)] = 1
    days: Annotated[int, Meta(ge=1, le=365)] = 7
    note: Note | None = None


class InvitationResource(Resource):
    """`uses` guests may come in by it, `used` have. `void`: whoever made it may not invite any more, or not to this
    role, so nobody comes in by it."""

    id: UUID
    role: Role
    uses: int
    used: int
    status: InvitationStatus
    note: str | None
    created_by: UUID
    created_at: Moment
    expires_at: Moment


class InvitedResource(Resource):
    """`token` is what a guest registers with, and is shown this once. `link` leads to a page that does; null where
    `MEDIANEST_PUBLIC_URL` is not set."""

    id: UUID
    role: Role
    uses: int
    expires_at: Moment
    token: str
    link: str | None


@post(
    "/", status_code=201, opt={**MANAGE_USERS, "fresh": "for an administrator", RECORDS: True}, summary="Invite guests"
)
async def create_invitation(
    data: JSONBody[NewInvitation], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[InvitedResource]:
    """Only an administrator invites administrators. There is no Idempotency-Key here: the token is kept nowhere."""
    caller = caller_of(request)
    if data.role == "admin":
        ensure_fresh(caller)
    invited = await door.identity.invitations.create(
        caller.user_id,
        role=data.role,
        uses=data.uses,
        lifetime=timedelta(days=data.days),
        note=data.note,
        context=context_of(request),
    )
    headers = await door.writing.settle(invited.outcome, VIEWS)
    return Response(
        InvitedResource(
            id=invited.command.invitation_id,
            role=invited.command.role,
            uses=invited.command.uses,
            expires_at=invited.command.expires_at,
            token=invited.token,
            link=invited.link,
        ),
        status_code=201,
        headers={**headers, "Cache-Control": "no-store"},
    )


@get("/", opt=MANAGE_USERS, summary="Invitations, the newest first")
async def list_invitations(
    door: NamedDependency[FrontDoor], limit: Limit = 20, cursor: CursorText = None
) -> Page[InvitationResource]:
    page = await door.queries.ask(ListInvitations(limit=limit, after=door.cursors.read("invitations", cursor)))
    return Page(
        items=[
            InvitationResource(
                id=seen.card.invitation_id,
                role=seen.card.role,
                uses=seen.card.uses,
                used=seen.card.used,
                status=seen.status,
                note=seen.card.note,
                created_by=seen.card.created_by,
                created_at=seen.card.created_at,
                expires_at=seen.card.expires_at,
            )
            for seen in page.items
        ],
        next_cursor=door.cursors.write("invitations", page.next_key),
    )


@delete(
    "/{invitation_id:uuid}", status_code=204, opt={**MANAGE_USERS, RECORDS: True}, summary="Let nobody else in by it"
)
async def revoke_invitation(
    invitation_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """Only an administrator revokes what an administrator made, or what makes one."""
    outcome = await door.identity.invitations.revoke(caller_of(request).user_id, invitation_id, context_of(request))
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, VIEWS))


invitations_router = Router(
    path="/admin/invitations",
    route_handlers=[create_invitation, list_invitations, revoke_invitation],
    tags=["People"],
)
