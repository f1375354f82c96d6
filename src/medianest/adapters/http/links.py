"""`/auth/links`: the accounts elsewhere by which you come in."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.adapters.http.foundation.told_headers import RECORDS
from medianest.adapters.http.writing import context_of
from medianest.domain.linked_account import LossReason

VIEWS: Final = ("linked_accounts",)


class LinkResource(Resource):
    """`provider` is `plex` or the short name of a sign-in provider; `name` what the account is called there. `lost` is
    why it no longer lets you in, null while it does."""

    id: UUID
    provider: str
    name: str | None
    linked_at: Moment
    lost: LossReason | None


class LinkList(Resource):
    items: Sequence[LinkResource]


@get("/", opt={"access": Access.SIGNED_IN}, summary="The accounts elsewhere by which you come in")
async def list_links(request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]) -> LinkList:
    return LinkList(
        items=[
            LinkResource(
                id=link.account_id, provider=link.provider, name=link.name, linked_at=link.linked_at, lost=link.lost
            )
            for link in await door.identity.links.of(caller_of(request).user_id)
        ]
    )


@delete(
    "/{link_id:uuid}",
    status_code=204,
    opt={"access": Access.SIGNED_IN, "fresh": True, RECORDS: True},
    summary="Unlink an account",
)
async def unlink(
    link_id: FromPath[UUID], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """Refused where nothing else lets you in: no password and no other link."""
    user_id = caller_of(request).user_id
    outcome = await door.identity.links.unlink(user_id, user_id, link_id, context_of(request))
    return Response(None, status_code=204, headers=await door.writing.settle(outcome, VIEWS))


links_router = Router(path="/auth/links", route_handlers=[list_links, unlink], tags=["Signing in"])
