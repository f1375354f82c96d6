"""The notifications that the Overseerr stand-in sends, in the shape of the real one's default template."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import httpx
import msgspec

from medianest.adapters.standin.shelf import MEDIA_WORDS, Asked
from medianest.adapters.standin.titles import OVERVIEW

Notification = Literal["MEDIA_AUTO_APPROVED", "MEDIA_APPROVED", "MEDIA_DECLINED", "MEDIA_FAILED", "MEDIA_AVAILABLE"]
EVENTS: dict[Notification, str] = {
    "MEDIA_AUTO_APPROVED": "Request Automatically Approved",
    "MEDIA_APPROVED": "Request Approved",
    "MEDIA_DECLINED": "Request Declined",
    "MEDIA_FAILED": "Request Failed",
    "MEDIA_AVAILABLE": "Request Now Available",
}


def notification(kind: Notification, asked: Asked) -> dict[str, Any]:
    """The body: every value is a string, and what does not apply is null."""
    found = asked.medium.title
    seasons = ", ".join(map(str, asked.seasons))
    return {
        "notification_type": kind,
        "event": f"{'4K ' if asked.is_4k else ''}{'Movie' if found.is_film else 'Series'} {EVENTS[kind]}",
        "subject": f"{found.name} ({found.year})",
        "message": OVERVIEW,
        "image": f"https://image.tmdb.org/t/p/w600_and_h900_bestv2{found.poster_path}",
        "media": {
            "media_type": "movie" if found.is_film else "tv",
            "tmdbId": str(found.tmdb_id),
            "tvdbId": "" if found.is_film else str(1_000_000 + found.tmdb_id),
            "status": MEDIA_WORDS[asked.medium.status[False]],
            "status4k": MEDIA_WORDS[asked.medium.status[True]],
        },
        "request": {
            "request_id": str(asked.id),
            "requestedBy_email": "owner@example.org",
            "requestedBy_username": "owner",
            "requestedBy_avatar": "/os_logo_square.png",
            "requestedBy_settings_discordId": "",
            "requestedBy_settings_telegramChatId": "",
        },
        "issue": None,
        "comment": None,
        "extra": [{"name": "Requested Seasons", "value": seasons}] if seasons else [],
    }


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it takes 20 ms, and a webhook a hundredth of that."""
    return httpx.create_ssl_context(trust_env=False)


class WebhookSender:
    """Posts notifications to `url` (None: nowhere) with the static `authorization`, one after the other. As with the
    real one, what cannot be delivered is not repeated."""

    def __init__(self, url: str | None, authorization: str | None) -> None:
        self.url = url
        self._headers = {"Authorization": authorization} if authorization else {}
        self._order = asyncio.Lock()
        self._under_way: set[asyncio.Task[int | None]] = set()

    async def send(self, body: dict[str, Any]) -> int | None:
        """The status of the receiver's answer; None where there was none."""
        return await self.post(msgspec.json.encode(body), "application/json")

    async def post(self, content: bytes, content_type: str) -> int | None:
        if self.url is None:
            return None
        headers = {**self._headers, "Content-Type": content_type}
        async with self._order, self._client(headers) as client:
            try:
                return (await client.post(self.url, content=content)).status_code
            except httpx.HTTPError:
                return None

    def _client(self, headers: Mapping[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=5.0, trust_env=False, headers=headers, verify=_authorities())

    def send_later(self, body: dict[str, Any]) -> None:
        """Send while the request that caused it is answered; never before `send_later` returns."""
        task = asyncio.ensure_future(self.send(body))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
