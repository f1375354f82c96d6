"""`POST /media/request`, and what is done with a request: approve, reject, cancel, retry, complete, follow, comment."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Body, CommentText, Note, Reason
from medianest.adapters.http.resources import RequestResource, encode, request_resource
from medianest.application.viewer import NotInvolved
from medianest.domain.kernel import Command
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CommentOnRequest,
    CompleteRequest,
    FollowRequest,
    RejectRequest,
    RetryRequest,
    UnfollowRequest,
)
from medianest.domain.media_request.events import RequestSubmitted
from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.title_claim import TITLE_CLAIM, claim_id
from medianest.ports.front_door import Answer, Decided, Wording
from medianest.projections.request_board import REQUEST_BOARD, RequestCard

VIEWS = ("request_board", "dashboard")
SIGNED_IN = {"access": Access.SIGNED_IN}
TAKING_PART = {**SIGNED_IN, "rate": "comments"}
MANAGE_REQUESTS = {"access": Access.permission("manage_requests")}
SeasonNumbers = Annotated[Sequence[Annotated[int, Meta(ge=0, le=10_000)]], Meta(min_length=1, max_length=500)]


class Wish(Body):
    """`seasons` is for a series: numbers, or "all" without the specials. Title, year and poster come from TMDB."""

    media_type: MediaType
    tmdb_id: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    seasons: SeasonNumbers | Literal["all"] | None = None
    is_4k: bool = False
    note: Note | None = None


class SomeSeasons(Body):
    """Only these seasons; left out: all that it can be."""

    seasons: SeasonNumbers | None = None


class Rejection(Body):
    reason: Reason
    seasons: SeasonNumbers | None = None


class Comment(Body):
    text: CommentText


@post(
    "/request",
    status_code=201,
    opt={"access": Access.permission("request"), "rate": "requests"},
    dependencies=WITHOUT_VERSION,
    summary="Ask for a film or a series, or join whoever asked before",
    responses={
        200: ResponseSpec(
            RequestResource, generate_examples=False, description="Somebody asked before: you follow their request now."
        )
    },
)
async def ask_for_title(
    data: JSONBody[Wish],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    return await acting.answer(
        lambda context, idempotency: acting.door.asking.ask(
            actor=acting.caller.user_id,
            media_type=data.media_type,
            tmdb_id=data.tmdb_id,
            seasons=data.seasons,
            is_4k=data.is_4k,
            note=data.note or None,
            context=context,
            wording=wording_of_wish(acting, data.media_type, data.tmdb_id, data.is_4k),
            idempotency=idempotency,
        ),
        views=VIEWS,
    )


def wording_of_wish(acting: Acting, media_type: MediaType, tmdb_id: int, is_4k: bool) -> Wording:
    """201 with the request that a wish became, or 200 with the one that it joined."""

    async def worded(decided: Decided) -> Answer:
        request_id = next((r.stream_id for r in decided.decided if isinstance(r.event, RequestSubmitted)), None)
        if request_id is not None:
            return _answer(acting, await _card(decided, request_id), status=201)
        claim: Any = await decided.state(TITLE_CLAIM, claim_id(media_type, tmdb_id, is_4k))
        return _answer(acting, await _card_after(acting, decided, claim.holder), joined=True)

    return worded


@post("/requests/{request_id:uuid}/approve", status_code=200, opt=MANAGE_REQUESTS, summary="Approve what waits")
async def approve_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
    data: JSONBody[SomeSeasons | None] = None,
) -> Response[RequestResource]:
    seasons = _tuple(data.seasons) if data else None
    return await _run(acting, request_id, ApproveRequest, seasons=seasons)


@post("/requests/{request_id:uuid}/reject", status_code=200, opt=MANAGE_REQUESTS, summary="Say no, and why")
async def reject_request(
    request_id: FromPath[UUID],
    data: JSONBody[Rejection],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    seasons = _tuple(data.seasons)
    return await _run(acting, request_id, RejectRequest, reason=data.reason, seasons=seasons)


@post("/requests/{request_id:uuid}/cancel", status_code=200, opt=SIGNED_IN, summary="Take back your own request")
async def cancel_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    return await _run(acting, request_id, CancelRequest)


@post("/requests/{request_id:uuid}/retry", status_code=200, opt=MANAGE_REQUESTS, summary="Try again what failed")
async def retry_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    return await _run(acting, request_id, RetryRequest)


@post("/requests/{request_id:uuid}/complete", status_code=200, opt=MANAGE_REQUESTS, summary="Say that it is there")
async def complete_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
    data: JSONBody[SomeSeasons | None] = None,
) -> Response[RequestResource]:
    seasons = _tuple(data.seasons) if data else None
    return await _run(acting, request_id, CompleteRequest, seasons=seasons)


@post("/requests/{request_id:uuid}/follow", status_code=200, opt=TAKING_PART, summary="Hear of it as well")
async def follow_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    return await _run(acting, request_id, FollowRequest)


@post("/requests/{request_id:uuid}/unfollow", status_code=200, opt=TAKING_PART, summary="Hear no more of it")
async def unfollow_request(
    request_id: FromPath[UUID],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    return await _run(acting, request_id, UnfollowRequest)


@post("/requests/{request_id:uuid}/comment", status_code=200, opt=TAKING_PART, summary="Write something about it")
async def comment_on_request(
    request_id: FromPath[UUID],
    data: JSONBody[Comment],
    acting: NamedDependency[Acting],
) -> Response[RequestResource]:
    async def worded(decided: Decided) -> Answer:
        card = await _card_after(acting, decided, request_id)
        if not acting.viewer.is_insider(card):  # on the request as it is now, and before anything is recorded
            raise NotInvolved
        return _answer(acting, card)

    order = acting.order(CommentOnRequest, request_id=request_id, comment_id=acting.door.ids.new(), text=data.text)
    return await acting.run([order], on=(MEDIA_REQUEST, request_id), wording=worded, views=VIEWS)


async def _run(acting: Acting, request_id: UUID, command: type[Command], **fields: Any) -> Response[Any]:
    async def worded(decided: Decided) -> Answer:
        return _answer(acting, await _card_after(acting, decided, request_id))

    order = acting.order(command, request_id=request_id, **fields)
    return await acting.run([order], on=(MEDIA_REQUEST, request_id), wording=worded, views=VIEWS)


async def _card_after(acting: Acting, decided: Decided, request_id: UUID) -> RequestCard:
    """The same of a request that was there before: from what the board knows on, however long its story is."""
    return await _card(decided, request_id, await acting.door.board.known(request_id))


async def _card(decided: Decided, request_id: UUID, known: RequestCard | None = None) -> RequestCard:
    """The request as its events tell it, by the same fold that makes the board."""
    card, after = known, known.version if known else 0
    for recorded in await decided.history(MEDIA_REQUEST.category, request_id, after=after):
        card = REQUEST_BOARD.apply(card, recorded)
    if card is None:
        raise LookupError(f"no events of request {request_id}")
    return card


def _answer(acting: Acting, card: RequestCard, *, status: int = 200, joined: bool | UnsetType = UNSET) -> Answer:
    resource = request_resource(acting.door.board.seen(card, acting.viewer), joined=joined)
    return Answer(status=status, body=encode(resource))


def _tuple(seasons: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if seasons is None else tuple(seasons)
