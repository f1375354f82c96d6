"""`OverseerrGateway`: hands requests to Overseerr, and reads there how far they are."""

from collections.abc import Sequence
from typing import TypeVar

import httpx
import msgspec

from medianest.adapters.overseerr.shapes import (
    FAILED,
    Asked,
    Complaint,
    Holding,
    TitleAnswer,
    holding_of,
    request_from,
)
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import GatewayUnavailable, asked_wait
from medianest.ports.request_gateway import GatewayRefused, GatewayRequest

STRANGE = "What answers at MEDIANEST_OVERSEERR_URL does not speak like Overseerr."
T = TypeVar("T")


class OverseerrGateway:
    """Implements `RequestGateway`. `client` is None where no gateway is set up; else its base address is Overseerr's,
    and it sends the key by itself (an administrator's: Overseerr approves what it asks for at once)."""

    name = "overseerr"

    def __init__(self, client: httpx.AsyncClient | None) -> None:
        self._client = client

    @property
    def is_configured(self) -> bool:
        return self._client is not None

    async def create(
        self, *, media_type: MediaType, tmdb_id: int, is_4k: bool, seasons: Sequence[int]
    ) -> GatewayRequest:
        """Ask for a title, or for the seasons of it that nobody asked for yet.

        It looks first, because an earlier call may have succeeded without our learning of it. What failed there is
        tried again there, since Overseerr takes no second request for it.
        """
        holding = await self._holding(media_type, tmdb_id, is_4k)
        failed = [asked for asked in holding.live if asked.status == FAILED]
        for asked in failed:
            _decode((await self._send("POST", f"/api/v1/request/{asked.id}/retry")).content, Asked)
        wanted = _wanted(holding, media_type, seasons)
        if wanted is None:
            return await self._reread(media_type, tmdb_id, is_4k) if failed else request_from(holding)
        # `is4k` always: without it Overseerr does not notice duplicates.
        order: dict[str, object] = {"mediaType": media_type, "mediaId": tmdb_id, "is4k": is_4k}
        if media_type == "tv":
            order["seasons"] = wanted
        answer = await self._send("POST", "/api/v1/request", order, accepted=(201, 202, 409))
        if answer.status_code == 201:
            return await self._created(_decode(answer.content, Asked), media_type, tmdb_id, is_4k)
        # 409: somebody else was faster. 202: no request was made, there being nothing left to ask for.
        found = await self._reread(media_type, tmdb_id, is_4k)
        if found.status in ("absent", "declined"):
            raise GatewayRefused(_said(answer) or "Overseerr made no request, and did not say why.")
        return found

    async def status(self, *, media_type: MediaType, tmdb_id: int, is_4k: bool) -> GatewayRequest:
        return await self._reread(media_type, tmdb_id, is_4k)

    async def decline(self, gateway_id: str) -> None:
        if gateway_id.isascii() and gateway_id.isdigit():
            answer = await self._send("POST", f"/api/v1/request/{gateway_id}/decline", accepted=(200, 404))
            _decode(answer.content, Asked if answer.status_code == 200 else Complaint)

    async def _created(self, asked: Asked, media_type: MediaType, tmdb_id: int, is_4k: bool) -> GatewayRequest:
        """What was just made, read again: the medium inside the answer may be stale. If that fails the request exists
        all the same, and its number must not be lost."""
        try:
            found = await self._reread(media_type, tmdb_id, is_4k)
        except (GatewayUnavailable, GatewayRefused):
            found = request_from(Holding(1, {}, (asked,)))
        return msgspec.structs.replace(found, gateway_id=str(asked.id))

    async def _reread(self, media_type: MediaType, tmdb_id: int, is_4k: bool) -> GatewayRequest:
        return request_from(await self._holding(media_type, tmdb_id, is_4k))

    async def _holding(self, media_type: MediaType, tmdb_id: int, is_4k: bool) -> Holding:
        answer = await self._send("GET", f"/api/v1/{media_type}/{tmdb_id}", accepted=(200, 404))
        if answer.status_code == 404:
            _decode(answer.content, Complaint)
            return holding_of(None, is_4k=is_4k)
        return holding_of(_decode(answer.content, TitleAnswer).media_info, is_4k=is_4k)

    async def _send(
        self, method: str, path: str, body: object | None = None, *, accepted: Sequence[int] = (200,)
    ) -> httpx.Response:
        """An answer with an accepted status. Raises GatewayUnavailable, and GatewayRefused for other 4xx."""
        if self._client is None:
            raise GatewayUnavailable("No request gateway is set up. The owner sets MEDIANEST_OVERSEERR_URL.")
        try:
            answer = await self._client.request(method, path, json=body)
        except (httpx.HTTPError, OSError) as error:
            # Named by its class: the text of a transport's error may hold an address.
            raise GatewayUnavailable(f"{GatewayUnavailable.text} ({type(error).__name__})") from None
        status = answer.status_code
        if status in accepted:
            return answer
        if status in (401, 403):
            said = _said(answer)
            raise GatewayRefused(
                "Overseerr refused the key, or it may not do this. Check MEDIANEST_OVERSEERR_API_KEY."
                + (f" It said: {said}" if said else "")
            )
        if 400 <= status < 500 and status not in (408, 425, 429):
            said = _said(answer)
            raise GatewayRefused(f"Overseerr said no (HTTP {status})" + (f": {said}" if said else "."))
        if status >= 500 or status in (408, 425, 429):
            raise GatewayUnavailable(
                f"{GatewayUnavailable.text} (HTTP {status})", retry_after=asked_wait(answer.headers.get("retry-after"))
            )
        raise GatewayUnavailable(f"{STRANGE} (HTTP {status})", retry_after=30.0)


def _wanted(holding: Holding, media_type: MediaType, seasons: Sequence[int]) -> list[int] | None:
    """The seasons to ask for (none for a film); None where nothing is left to ask for."""
    there = request_from(holding)
    if media_type == "movie":
        return [] if there.status in ("absent", "declined") else None
    missing = [n for n in sorted(set(seasons)) if there.seasons.get(n, "absent") in ("absent", "declined")]
    return missing or None


def _decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise GatewayUnavailable(STRANGE, retry_after=30.0) from None


def _said(answer: httpx.Response) -> str:
    """Overseerr's own words in a refusal, if it has any."""
    try:
        return msgspec.json.decode(answer.content, type=Complaint).text
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
