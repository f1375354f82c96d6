"""`/webhooks/plex/{secret}`: a media server says that something changed."""

from typing import Any, Final, cast

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.correlation import correlation_id
from medianest.adapters.http.foundation.problems import HttpProblem, InvalidBody, NotFound
from medianest.adapters.http.foundation.request import PLEX_WEBHOOKS, StrictRequest, body_limit
from medianest.adapters.http.whereabouts import arrival_of
from medianest.ports.media_server import ReportTooLarge, ReportUnreadable

FORM: Final = "multipart/form-data"


@post(
    "/plex/{secret:str}",
    status_code=204,
    opt={"access": Access.PUBLIC},
    request_max_body_size=body_limit(PLEX_WEBHOOKS),
    summary="What a Plex Media Server sends when something was added",
)
async def receive_plex(
    secret: FromPath[str], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    """A form (`multipart/form-data`) with a part `payload`, in JSON, and sometimes a picture, in any order. It is a
    hint and nothing more: what is true is asked of the server, so a repeated, late or made-up report does no harm, and
    one of an unknown event or server is ignored. The address is a secret, for Plex can show nothing else; `GET
    /admin/media-servers` names it to administrators."""
    if not door.reports.is_ours(secret):
        # Written down, and no attempt at signing in: a server that holds a former address must not lock its house out.
        await door.identity.guard.note("webhook", "wrong_address", arrival_of(request))
        raise NotFound
    content_type = request.headers.get("content-type", "")
    if content_type.split(";")[0].strip().lower() != FORM:
        raise HttpProblem(415, "unsupported_media_type", f"The body must be {FORM}.")
    try:
        await door.reports.take(content_type, cast("StrictRequest", request).pieces(), correlation_id(request))
    except ReportTooLarge as problem:
        raise HttpProblem(413, "body_too_large", str(problem)) from problem
    except ReportUnreadable as problem:
        raise InvalidBody(str(problem)) from problem
    return Response(None, status_code=204)
