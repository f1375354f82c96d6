"""A small application on the foundation, with a route for everything that the foundation promises."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import uvicorn
from litestar import Litestar, Request, Response, delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent

from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.correlation import correlation_id
from medianest.adapters.http.foundation.csrf import CsrfTokens
from medianest.adapters.http.foundation.health import Check, ReadyReport, health_routes
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.adapters.http.foundation.paging import Cursors
from medianest.adapters.http.foundation.schema import Body, CursorText, Limit, Note, Page, Resource, ShortText, TmdbId
from medianest.adapters.http.foundation.versions import IfMatch, ensure_version, version_tag
from medianest.domain.kernel import Refused
from medianest.ports.cache import Allowance, RateLimiter
from medianest.ports.failures import MetadataUnavailable, UnreadableEvent

MEMBER = Caller(user_id=UUID(int=1), session_id=UUID(int=2), role="member", permissions=frozenset({"request"}))
ADMIN = Caller(user_id=UUID(int=3), session_id=UUID(int=4), role="admin", permissions=frozenset({"manage_requests"}))
AS_MEMBER = {"Authorization": "Bearer member"}
AS_ADMIN = {"Authorization": "Bearer admin"}
TITLES = [f"Title {number:03}" for number in range(50)]
CURSORS = Cursors(b"secret of the tests")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class NewTitle(Body, kw_only=True):
    title_name: ShortText
    is_4k: bool = False
    seasons: Sequence[Annotated[int, "season"]] | Literal["all"] | None = None
    note: Note | None = None


class TitleResource(Resource, kw_only=True):
    id: int
    title_name: str
    is_4k: bool = False
    made_at: datetime = NOON


class AlreadyThere(Refused):
    code = "already_there"
    text = "It is already there."


@post("/api/v1/titles", opt={"access": Access.permission("request"), "rate": "requests"})
async def add_title(data: JSONBody[NewTitle]) -> TitleResource:
    """Add a title."""
    if data.title_name == "Twice":
        raise AlreadyThere
    return TitleResource(id=1, title_name=data.title_name, is_4k=data.is_4k)


@get("/api/v1/titles", opt={"access": Access.PUBLIC})
async def list_titles(
    limit: Limit = 20,
    cursor: CursorText = None,
    media_type: Annotated[Literal["movie", "tv"] | None, QueryParameter(name="mediaType")] = None,
    tag: Annotated[list[str] | None, QueryParameter()] = None,
) -> Page[TitleResource]:
    query = ("titles", media_type, tag)
    after = CURSORS.read(query, cursor)
    first = int(after[0]) + 1 if after else 0
    items = [TitleResource(id=n, title_name=TITLES[n]) for n in range(first, min(first + limit, len(TITLES)))]
    more = bool(items) and items[-1].id < len(TITLES) - 1
    return Page(items=items, next_cursor=CURSORS.write(query, (str(items[-1].id),) if more else None))


@get("/api/v1/search", opt={"access": Access.PUBLIC})
async def search(text: Annotated[str, QueryParameter(name="query", min_length=1, max_length=20)]) -> dict[str, str]:
    return {"query": text}


@get("/api/v1/titles/{title_id:uuid}", opt={"access": Access.SIGNED_IN})
async def read_title(title_id: FromPath[UUID]) -> Response[TitleResource]:
    return Response(TitleResource(id=1, title_name=str(title_id)), headers={"ETag": version_tag(3)})


@patch("/api/v1/titles/{title_id:uuid}", opt={"access": Access.ADMIN})
async def change_title(title_id: FromPath[UUID], if_match: IfMatch = None) -> TitleResource:
    ensure_version(if_match, 3)
    return TitleResource(id=1, title_name=str(title_id))


@delete("/api/v1/titles/{title_id:uuid}", opt={"access": Access.permission("manage_requests")})
async def drop_title(title_id: FromPath[UUID]) -> None:
    """Nothing is really dropped."""


@get("/api/v1/kinds/{kind:str}", opt={"access": Access.PUBLIC})
async def read_kind(kind: FromPath[Literal["movie", "tv"]]) -> dict[str, str]:
    return {"kind": kind}


@get("/api/v1/films/{tmdb_id:int}", opt={"access": Access.PUBLIC})
async def read_film(tmdb_id: TmdbId) -> dict[str, int]:
    return {"id": tmdb_id}


@get("/api/v1/me", opt={"access": Access.SIGNED_IN})
async def read_me(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"id": str(caller_of(request).user_id), "correlation": correlation_id(request)}


@post("/api/v1/auth/login", opt={"access": Access.PUBLIC}, status_code=200)
async def login(data: JSONBody[NewTitle]) -> dict[str, str]:
    return {"hello": data.title_name}


@get("/api/v1/upstream", opt={"access": Access.PUBLIC})
async def ask_upstream() -> None:
    raise MetadataUnavailable(retry_after=6.2)


@get("/api/v1/unreadable", opt={"access": Access.PUBLIC})
async def ask_what_cannot_be_read() -> None:
    raise UnreadableEvent("user.something_new is no event of this release: a newer one wrote it")


@get("/api/v1/bug", opt={"access": Access.PUBLIC})
async def hit_a_bug() -> None:
    raise RuntimeError("the password is hunter2")


@get("/api/v1/cut-off", opt={"access": Access.PUBLIC})
async def be_cut_off() -> None:
    """Ends as an open request does when the server goes and has waited long enough."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.Event().wait()


@get("/api/v1/live", opt={"access": Access.PUBLIC})
async def live() -> ServerSentEvent:
    async def events() -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield "never"

    return ServerSentEvent(events())


SAMPLE: Sequence[HTTPRouteHandler] = [
    add_title,
    list_titles,
    search,
    read_title,
    change_title,
    drop_title,
    read_kind,
    read_film,
    read_me,
    login,
    ask_upstream,
    ask_what_cannot_be_read,
    hit_a_bug,
    be_cut_off,
    live,
]


class PlentyLimiter:
    """A RateLimiter whose buckets hold their capacity and never refill."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> Allowance:
        self.taken[bucket] = taken = self.taken.get(bucket, 0) + 1
        return Allowance(is_granted=taken <= capacity, left=max(0, capacity - taken), next_in=1 / per_second)


async def authenticate(token: str) -> Caller | None:
    return {"member": MEMBER, "admin": ADMIN}.get(token)


def sample_app(
    *,
    limiter: RateLimiter | None = None,
    settings: HttpSettings | None = None,
    checks: Sequence[Check] = (),
    metrics_token: str | None = None,
    csrf: CsrfTokens | None = None,
    more: Sequence[HTTPRouteHandler] = (),
) -> Litestar:
    metrics = HttpMetrics()

    async def ready() -> ReadyReport:
        return ReadyReport.of(checks)

    return create_app(
        [*SAMPLE, *more, *health_routes(ready=ready, metrics=metrics, metrics_token=metrics_token)],
        settings=settings or HttpSettings(version="1.2.3"),
        authenticate=authenticate,
        rate_limiter=limiter or PlentyLimiter(),
        metrics=metrics,
        csrf=csrf,
    )


@contextmanager
def serving(app: Litestar, **options: Any) -> Iterator[str]:
    """`app` behind a real uvicorn, in a thread, on a port of its own; the address. `options` of uvicorn's Config."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, proxy_headers=False, timeout_graceful_shutdown=1, **options)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
