"""`/webhooks/overseerr`: the gateway says that something changed; and all webhooks together."""

import hmac
from typing import Annotated, Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.correlation import correlation_id
from medianest.adapters.http.foundation.problems import HttpProblem, InvalidBody
from medianest.adapters.http.plex_webhook import receive_plex
from medianest.application.jobs import look_again_job


@post(
    "/overseerr",
    status_code=202,
    opt={"access": Access.PUBLIC},
    summary="What Overseerr sends when a request or a title changes",
)
async def receive_overseerr(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    authorization: Annotated[str | None, HeaderParameter(name="Authorization", include_in_schema=False)] = None,
) -> Response[None]:
    """The body is a hint and nothing more: what is true is asked of the gateway, so a repeated, late or made-up report
    does no harm. `Authorization` must be what MEDIANEST_OVERSEERR_WEBHOOK_AUTHORIZATION says; without that setting
    every report is refused."""
    expected = door.webhook_authorization
    given = (authorization or "").encode()
    if not expected or not hmac.compare_digest(given, expected.encode()):
        text = "The Authorization of this webhook is not the one that MEDIANEST_OVERSEERR_WEBHOOK_AUTHORIZATION sets."
        raise HttpProblem(401, "webhook_refused", text)
    try:
        report = door.read_report(await request.body())
    except ValueError as error:
        raise InvalidBody(str(error)) from error
    if report.media_type is not None and report.tmdb_id is not None:
        await door.jobs.defer([look_again_job(report.media_type, report.tmdb_id, correlation_id(request))])
    return Response(None, status_code=202)


webhooks_router = Router(path="/webhooks", route_handlers=[receive_overseerr, receive_plex], tags=["Webhooks"])
