"""`/media/requests`: the board, its counters, one request, and its story."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from medianest.adapters.http.ages import marks_stale
from medianest.adapters.http.asking import (
    approve_request,
    ask_for_title,
    cancel_request,
    comment_on_request,
    complete_request,
    follow_request,
    reject_request,
    retry_request,
    unfollow_request,
)
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.problems import PROBLEM_JSON, NotAllowed, Problem
from medianest.adapters.http.foundation.schema import CursorText, Limit, Page, Resource
from medianest.adapters.http.foundation.told_headers import SHOWS_TITLES
from medianest.adapters.http.foundation.versions import version_tag
from medianest.adapters.http.resources import HistoryResource, RequestResource, history_resource, request_resource
from medianest.adapters.http.titles import get_attribution, get_movie, get_season, get_series, search_titles
from medianest.adapters.http.titles_collections import collection_routes
from medianest.adapters.http.titles_discovery import discovery_routes
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.requests import CountRequests, FindRequest, ListRequests, TellStory
from medianest.domain.media_request.vocabulary import MediaType, RequestStatus
from medianest.ports.views import BoardFilter, BoardSort

SIGNED_IN = {"access": Access.SIGNED_IN}
After = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=2**63 - 1,
        schema_extra={"minimum": 0},  # Litestar writes no bound that is zero
        description="An `X-Event-Position` of yours: waits up to a second until it can be seen.",
    ),
]


class RequestCounts(Resource):
    """How many requests there are, by status and by kind. `needsApproval` counts those of which something waits."""

    total: int
    movie: int
    tv: int
    needs_approval: int
    pending: int
    approved: int
    handed_on: int
    partially_available: int
    available: int
    failed: int
    rejected: int
    cancelled: int
    expired: int


@get(
    "/requests",
    opt=SIGNED_IN,
    summary="Requests, the newest first unless sorted otherwise",
    responses={
        403: ResponseSpec(
            Problem, generate_examples=False, media_type=PROBLEM_JSON, description="`requestedBy` names somebody else."
        )
    },
)
async def list_requests(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    *,
    status: Annotated[RequestStatus | None, QueryParameter()] = None,
    media_type: Annotated[MediaType | None, QueryParameter(name="mediaType")] = None,
    requested_by: Annotated[
        UUID | None,
        QueryParameter(name="requestedBy", description="Whose. Yours, or anybody's for those who manage requests."),
    ] = None,
    mine: Annotated[bool, QueryParameter(description="What you asked for or follow.")] = False,
    needs_approval: Annotated[bool | None, QueryParameter(name="needsApproval")] = None,
    sort: Annotated[BoardSort, QueryParameter()] = "newest",
    limit: Limit = 20,
    cursor: CursorText = None,
    after: After = None,
) -> Response[Page[RequestResource]]:
    viewer = viewer_of(request)
    if requested_by not in (None, viewer.user_id) and not viewer.may("manage_requests"):
        raise NotAllowed("Who asked for what is for those who manage requests. Ask for your own, or leave it out.")
    criteria = BoardFilter(
        status=status,
        media_type=media_type,
        requested_by=requested_by,
        member=viewer.user_id if mine else None,
        needs_approval=needs_approval,
    )
    query = ("requests", criteria, sort)
    headers = await door.writing.look_after(("request_board",), after)
    page = await door.queries.ask(
        ListRequests(viewer=viewer, criteria=criteria, sort=sort, limit=limit, after=door.cursors.read(query, cursor))
    )
    items = [request_resource(seen) for seen in page.items]
    return Response(Page(items=items, next_cursor=door.cursors.write(query, page.next_key)), headers=headers)


@get("/requests/counts", opt=SIGNED_IN, summary="How many there are")
async def count_requests(door: NamedDependency[FrontDoor]) -> RequestCounts:
    counts = await door.queries.ask(CountRequests())
    return RequestCounts(**{field: counts.get(field, 0) for field in RequestCounts.__struct_fields__})


@get("/requests/{request_id:uuid}", opt=SIGNED_IN, summary="One request")
async def get_request(
    request_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    after: After = None,
) -> Response[RequestResource]:
    headers = await door.writing.look_after(("request_board",), after)
    seen = await door.queries.ask(FindRequest(viewer=viewer_of(request), request_id=request_id))
    return Response(request_resource(seen), headers={"ETag": version_tag(seen.card.version), **headers})


@get("/requests/{request_id:uuid}/history", opt=SIGNED_IN, summary="What became of it, in words, the oldest first")
async def get_history(
    request_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Page[HistoryResource]:
    query = ("history", request_id)
    key = door.cursors.read(query, cursor)
    story = await door.queries.ask(
        TellStory(viewer=viewer_of(request), request_id=request_id, limit=limit, after=int(key[0]) if key else 0)
    )
    items = [history_resource(entry) for entry in story.items]
    return Page(items=items, next_cursor=door.cursors.write(query, story.next_key))


media_router = Router(
    path="/media",
    route_handlers=[
        search_titles,
        get_attribution,
        get_movie,
        get_series,
        get_season,
        *discovery_routes,
        *collection_routes,
        ask_for_title,
        list_requests,
        count_requests,
        get_request,
        get_history,
        approve_request,
        reject_request,
        cancel_request,
        retry_request,
        complete_request,
        follow_request,
        unfollow_request,
        comment_on_request,
    ],
    middleware=[marks_stale],
    opt={SHOWS_TITLES: True},
    tags=["Films and series"],
)
