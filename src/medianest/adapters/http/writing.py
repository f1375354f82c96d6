"""Answering a command: idempotency, versions, and waiting for the views so that writers read what they wrote."""

import hmac
from collections.abc import Awaitable, Callable, Collection
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response

from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.correlation import correlation_id
from medianest.adapters.http.foundation.problems import HttpProblem, PreconditionFailed
from medianest.application.people import PeopleBook
from medianest.application.viewer import Viewer
from medianest.ports.event_log import Context
from medianest.ports.front_door import Idempotency, KeyReused, Outcome, VersionMoved
from medianest.ports.views import ViewProgress

PATIENCE: Final = 1.0
"""Seconds that a write waits for the views of its resource before it answers anyway."""

RIGHTS: Final = ("user", "setting")
"""Whoever changed one of these finds what they may do changed by the answer."""

Act = Callable[[Context, Idempotency | None], Awaitable[Outcome]]


def context_of(request: Request[Any, Any, Any]) -> Context:
    user = request.scope.get("user")
    session_id: UUID | None = user.session_id if isinstance(user, Caller) else None
    return Context(correlation_id=correlation_id(request), session_id=session_id)


def viewer_of(request: Request[Any, Any, Any]) -> Viewer:
    caller = caller_of(request)
    return Viewer(
        user_id=caller.user_id,
        permissions=caller.permissions,  # type: ignore[arg-type]
        session_id=caller.session_id,
    )


class Writing:
    """`secret` is the server's key, the same in every process."""

    def __init__(self, progress: ViewProgress, people: PeopleBook, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"medianest receipt v1", sha256)
        self._progress = progress
        self._people = people

    async def answer(
        self, request: Request[Any, Any, Any], act: Act, *, views: Collection[str], idempotency_key: str | None = None
    ) -> Response[Any]:
        """Run `act` and answer with what it worded (204 without words). Waits at most a second for `views`; a write
        that is not seen yet says so in `X-Views: behind`."""
        idempotency = None
        if idempotency_key is not None:
            idempotency = Idempotency(key=idempotency_key, body_hash=await self._hash_of(request))
        try:
            outcome = await act(context_of(request), idempotency)
        except KeyReused as reused:
            text = "This Idempotency-Key came with another request before. Use a new key for a new request."
            raise HttpProblem(422, "idempotency_key_reused", text) from reused
        except VersionMoved as moved:
            raise PreconditionFailed(moved.current) from moved
        headers = await self.settle(outcome, views)
        if outcome.is_repeat:
            headers["Idempotent-Replay"] = "true"
        if outcome.answer is None or outcome.answer.status == 204:
            return Response(None, status_code=204, headers=headers)
        return Response(
            outcome.answer.body, status_code=outcome.answer.status, headers=headers, media_type="application/json"
        )

    async def settle(self, outcome: Outcome, views: Collection[str]) -> dict[str, str]:
        """Wait for what was written to be seen; the headers that say where it is."""
        if outcome.position is None:
            return {}
        headers = {"X-Event-Position": str(outcome.position)}
        if any(recorded.category in RIGHTS for recorded in outcome.recorded):
            await self._people.catch_up()
        if not await self._progress.wait(views, position=outcome.position, timeout=PATIENCE):
            headers["X-Views"] = "behind"
        return headers

    async def look_after(self, views: Collection[str], after: int | None) -> dict[str, str]:
        """For a reader who says which of their writes they want to see (`?after=`)."""
        if after is None or await self._progress.wait(views, position=after, timeout=PATIENCE):
            return {}
        return {"X-Views": "behind"}

    async def _hash_of(self, request: Request[Any, Any, Any]) -> bytes:
        """What was asked for: method, path and body. Keyed, because a body may hold a password, and a bare hash of it
        could be tried out much faster than the one that signing in looks at."""
        asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
        return hmac.digest(self._secret, asked, sha256)
