"""`/admin/security-log`: credentials that were refused, beside the audit trail."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.parameters import aware
from medianest.adapters.http.foundation.schema import CursorText, Limit, Moment, Page, Resource
from medianest.application.queries.security_log import ListRefused
from medianest.ports.security_log import CredentialKind, SecurityEntry, SecurityFilter


class RefusedResource(Resource):
    """`user` is whose credential it would have been, as far as that is known. `times` is more than 1 where so many of a
    kind came from one address that they were counted together; `at` is then the latest. `correlationId` is that of the
    answer that said no."""

    id: int
    at: Moment
    method: CredentialKind
    reason: str
    user: UUID | None
    address: str | None
    device: str | None
    correlation_id: str | None
    times: int


@get("/security-log", opt={"access": Access.permission("view_audit")}, summary="Credentials that were refused")
async def list_refused(
    door: NamedDependency[FrontDoor],
    *,
    method: Annotated[CredentialKind | None, QueryParameter()] = None,
    reason: Annotated[str | None, QueryParameter(min_length=1, max_length=100)] = None,
    user: Annotated[UUID | None, QueryParameter()] = None,
    address: Annotated[str | None, QueryParameter(min_length=1, max_length=50, description="As it is listed.")] = None,
    since: Annotated[datetime | None, QueryParameter(description="Refused from this moment on.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Refused before this moment.")] = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Page[RefusedResource]:
    """The latest first. Kept for 90 days, and of those the newest 100,000; no part of the log, which remembers who came
    in. Of somebody who was deleted neither address nor device is there any more."""
    criteria = SecurityFilter(
        method=method,
        reason=reason,
        user_id=user,
        address=address,
        since=aware("since", since),
        until=aware("until", until),
    )
    query = ("security-log", criteria)
    page = await door.queries.ask(ListRefused(criteria=criteria, limit=limit, after=door.cursors.read(query, cursor)))
    return Page(
        items=[refused_resource(entry) for entry in page.items], next_cursor=door.cursors.write(query, page.next_key)
    )


def refused_resource(entry: SecurityEntry) -> RefusedResource:
    refused = entry.refused
    return RefusedResource(
        id=entry.entry_id,
        at=refused.at,
        method=refused.method,
        reason=refused.reason,
        user=refused.user_id,
        address=refused.address,
        device=refused.device,
        correlation_id=refused.correlation_id,
        times=entry.times,
    )


security_log_router = Router(path="/admin", route_handlers=[list_refused], tags=["History"])
