"""A stand-in for Overseerr 1.34: requests in memory, judged as the real one judges them, and its webhook."""

from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Literal

import msgspec

from medianest.adapters.standin.arrivals import Arrivals
from medianest.adapters.standin.orders import take_order
from medianest.adapters.standin.server import CONTROL, Answer, Received, Standin, json_answer
from medianest.adapters.standin.shelf import APPROVED, DECLINED, FAILED, PROCESSING, UNKNOWN, Asked, Earlier, Shelf
from medianest.adapters.standin.titles import InventedTitle, title
from medianest.adapters.standin.webhooks import Notification, WebhookSender, notification

API_KEY = "overseerr-standin-key"
"""What the stand-in accepts unless told otherwise."""

CHANGES: dict[str, tuple[int, Notification]] = {
    "approve": (APPROVED, "MEDIA_APPROVED"),
    "decline": (DECLINED, "MEDIA_DECLINED"),
    "retry": (APPROVED, "MEDIA_APPROVED"),
}


class _Available(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    media_type: Literal["movie", "tv"]
    tmdb_id: int
    seasons: list[int] | None = None
    is4k: bool = False


class _Failed(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    request_id: int


class OverseerrStandin(Standin):
    """`async with OverseerrStandin() as overseerr:` serves at `overseerr.url`.

    Switches: `GET /__standin/requests` lists the requests it holds; `POST /__standin/available {mediaType, tmdbId,
    seasons?, is4k?}` puts a title into the library; `POST /__standin/failed {requestId}` lets a request fail. Both
    tell `webhook_url`, which can also be set later. With `arrival`, what was asked for comes by itself, so many seconds
    later; `bring` is told the title, the seasons (None: the film) and whether in 4K, and then it is for that to tell.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str = API_KEY,
        webhook_url: str | None = None,
        webhook_authorization: str | None = None,
        arrival: float | None = None,
        bring: Callable[[InventedTitle, Sequence[int] | None, bool], Awaitable[object]] | None = None,
    ) -> None:
        super().__init__(port=port)
        self.api_key = api_key
        self._bring = bring
        self.webhook = WebhookSender(webhook_url, webhook_authorization)
        self._shelf = Shelf()
        self._arrivals = Arrivals(arrival, self._arrive)
        self._waiting: list[Asked] = []

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests it holds, as it shows them, oldest first."""
        return [self._shelf.show(asked) for asked in list(self._shelf.asked.values())]

    def remember(self, earlier: Sequence[Earlier], last: int = 0) -> None:
        """Hold these requests, as an earlier run left them; `last` is the number of the newest request ever made."""
        self._waiting += [self._shelf.remember(each) for each in earlier]
        self._shelf.number_from(last)

    def go_on(self) -> None:
        """Let what it remembers arrive, one after the other: to be called when somebody hears the webhook."""
        for turn, asked in enumerate(self._waiting, start=1):
            self._arrivals.expect(asked, turn=turn)
        self._waiting.clear()

    async def make_available(
        self,
        media_type: Literal["movie", "tv"],
        tmdb_id: int,
        *,
        seasons: Sequence[int] | None = None,
        is_4k: bool = False,
    ) -> int | None:
        """Put a title (or these seasons of it) into the library, and tell the webhook where somebody asked for it.
        The answer is the status of the webhook's last answer. Raises LookupError for an id without a title."""
        found = title(tmdb_id, is_film=media_type == "movie")
        if found is None:
            raise LookupError("no such title")
        medium = self._shelf.medium(found)
        self._shelf.make_available(medium, is_4k=is_4k, seasons=seasons)
        status = None
        for asked in self._shelf.live(medium, is_4k=is_4k):
            status = await self.webhook.send(notification("MEDIA_AVAILABLE", asked))
        return status

    async def make_failed(self, request_id: int) -> int | None:
        """Let a request fail, as when Radarr is away. Raises LookupError."""
        asked = self._shelf.asked[request_id]
        asked.status = FAILED
        return await self.webhook.send(notification("MEDIA_FAILED", asked))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._arrivals.close()
        await self.webhook.close()
        await super().__aexit__(kind, error, trace)

    async def control(self, request: Received) -> Answer:
        switch = (request.method, request.path.removeprefix(CONTROL))
        try:
            match switch:
                case ("GET", "requests"):
                    return json_answer({"results": self.requests})
                case ("POST", "available"):
                    order = msgspec.json.decode(request.body, type=_Available)
                    status = await self.make_available(
                        order.media_type, order.tmdb_id, seasons=order.seasons, is_4k=order.is4k
                    )
                case ("POST", "failed"):
                    status = await self.make_failed(msgspec.json.decode(request.body, type=_Failed).request_id)
                case _:
                    return await super().control(request)
        except msgspec.MsgspecError as problem:
            return json_answer({"message": str(problem)}, 400)
        except LookupError:
            return json_answer({"message": "The stand-in knows no such title or request."}, 404)
        return json_answer({"webhookStatus": status})

    async def answer(self, request: Received) -> Answer:
        path = request.path.removeprefix("/api/v1").strip("/").split("/")
        if (request.method, path) == ("GET", ["status"]):
            return json_answer({"version": "1.34.0", "commitTag": "standin", "updateAvailable": False})
        key = request.headers.get("x-api-key")
        if key is None:
            complaint = "cookie 'connect.sid' required"
            return json_answer({"message": complaint, "errors": [{"path": request.path, "message": complaint}]}, 401)
        if key != self.api_key:
            return json_answer({"status": 403, "error": "You do not have permission to access this endpoint"}, 403)
        match (request.method, path):
            case ("GET", ["movie" | "tv" as kind, number]) if number.isdigit():
                return self._details(kind, int(number))
            case ("POST", ["request"]):
                answer, asked = take_order(self._shelf, request.body)
                if asked is not None:
                    self._arrivals.expect(asked)
                    self.webhook.send_later(notification("MEDIA_AUTO_APPROVED", asked))
                return answer
            case ("GET", ["request"]):
                found = self.requests[::-1]
                about = {"pages": 1, "pageSize": max(20, len(found)), "results": len(found), "page": 1}
                return json_answer({"pageInfo": about, "results": found})
            case (("GET" | "DELETE") as method, ["request", number]):
                return self._one(method, number)
            case ("POST", ["request", number, word]):
                return self._change(number, word)
            case _:
                return json_answer({"message": "not found", "errors": [{"path": request.path}]}, 404)

    def _details(self, kind: str, tmdb_id: int) -> Answer:
        found = title(tmdb_id, is_film=kind == "movie")
        if found is None:
            # Not 404: the real one does not tell a title that does not exist from TMDB being away.
            return json_answer({"message": f"Unable to retrieve {'movie' if kind == 'movie' else 'series'}."}, 500)
        shown: dict[str, Any] = {"id": tmdb_id, "title" if found.is_film else "name": found.name}
        medium = self._shelf.media.get((found.is_film, tmdb_id))
        if medium is not None:
            shown["mediaInfo"] = self._shelf.show_medium(medium, with_requests=True)
        return json_answer(shown)

    def _find(self, number: str) -> Asked | None:
        return self._shelf.asked.get(int(number)) if number.isdigit() else None

    def _one(self, method: str, number: str) -> Answer:
        asked = self._find(number)
        if asked is None:
            return json_answer({"message": "Request not found."}, 404)
        if method == "GET":
            return json_answer(self._shelf.show(asked))
        del self._shelf.asked[asked.id]
        self._settle(asked)
        return Answer(status=204)

    def _change(self, number: str, word: str) -> Answer:
        if word not in CHANGES:
            problem = "should be equal to one of the allowed values: approve, decline"
            error = {"path": ".params.status", "message": problem, "errorCode": "enum.openapi.validation"}
            return json_answer({"message": f"request.params.status {problem}", "errors": [error]}, 400)
        asked = self._find(number)
        if asked is None:
            return json_answer({"message": "Request not found."}, 404)
        asked.status, kind = CHANGES[word]
        if asked.status == APPROVED:
            self._arrivals.expect(asked)
        answer = json_answer(self._shelf.show(asked))
        # Only after the answer was made: as in the real one, the medium in it lags behind.
        self._settle(asked)
        self.webhook.send_later(notification(kind, asked))
        return answer

    async def _arrive(self, asked: Asked, seasons: Sequence[int] | None) -> None:
        if self._shelf.asked.get(asked.id) is asked and asked.status == APPROVED:
            found = asked.medium.title
            if self._bring is not None:
                await self._bring(found, seasons, asked.is_4k)
                self._shelf.make_available(asked.medium, is_4k=asked.is_4k, seasons=seasons)
                return
            media_type: Literal["movie", "tv"] = "movie" if found.is_film else "tv"
            await self.make_available(media_type, found.tmdb_id, seasons=seasons, is_4k=asked.is_4k)

    def _settle(self, asked: Asked) -> None:
        """Bring the medium in line with the requests that are left for it."""
        status = asked.medium.status
        if status[asked.is_4k] <= PROCESSING:
            status[asked.is_4k] = PROCESSING if self._shelf.live(asked.medium, is_4k=asked.is_4k) else UNKNOWN
