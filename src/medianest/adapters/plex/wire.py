"""Asking one Plex Media Server, and what its refusals mean."""

from collections.abc import Mapping
from typing import Final, TypeVar

import httpx

from medianest.adapters.plex.device import device_headers
from medianest.adapters.plex.server_shapes import identity_from
from medianest.adapters.plex.shapes import Nonsense, decode
from medianest.ports.failures import PlexUnavailable, asked_wait
from medianest.ports.media_server import ItemNotThere, ServerIdentity, ServerRefusesToken

AWAY: Final = "The Plex server does not answer at the moment. Try again shortly."
STRANGE: Final = (
    "What answers at the address of the Plex server does not speak like one. The owner checks the address, and what "
    "stands in front of the server."
)

NOT_OURS: Final = (
    "The Plex server does not let our token do that. The owner sets one of the account that the server belongs to."
)

T = TypeVar("T")
Params = Mapping[str, str | int]


class PlexWire:
    """The way to one media server. `client` leads there and adds its token, as a header, on the way out.
    `client_identifier` must never change (see `device`).

    Every method raises PlexUnavailable and ServerRefusesToken."""

    def __init__(self, client: httpx.AsyncClient, *, client_identifier: str, version: str) -> None:
        self._client = client
        self._device = device_headers(client_identifier, version)

    async def identity(self) -> ServerIdentity:
        answer = await self._answer("GET", "/", {}, accept=None)
        if answer.status_code in (401, 403):
            raise ServerRefusesToken
        if answer.status_code != 200:
            # Everybody has this page who is a media server: what says no to it is none.
            raise PlexUnavailable(f"{STRANGE} (HTTP {answer.status_code})", retry_after=30.0)
        try:
            return identity_from(answer.content)
        except Nonsense:
            raise strange() from None

    async def ask(self, shape: type[T], path: str, params: Params | None = None, *, method: str = "GET") -> T:
        """The answer's body. Raises ItemNotThere."""
        answer = await self.send(method, path, params)
        try:
            return decode(answer.content, shape)
        except Nonsense:
            raise strange() from None

    async def send(
        self, method: str, path: str, params: Params | None = None, *, accept: str | None = None
    ) -> httpx.Response:
        """An answer with status 200 or its like. Raises ItemNotThere."""
        answer = await self._answer(method, path, params or {}, accept=accept)
        if answer.status_code in (400, 404):
            # A proxy that lost its way to the server says so of everything: the server itself has to be behind it.
            await self.identity()
            raise ItemNotThere
        if answer.status_code in (401, 403):
            # A guest's token is good for a part of the paths: whether it is taken at all, the server itself says.
            await self.identity()
            raise PlexUnavailable(NOT_OURS, retry_after=60.0)
        return answer

    async def _answer(self, method: str, path: str, params: Params, *, accept: str | None) -> httpx.Response:
        """Of status 2xx, 400, 401, 403 or 404."""
        headers = self._device if accept is None else {**self._device, "Accept": accept}
        try:
            answer = await self._client.request(method, path, params=params or None, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            # Named by its class: the text of a transport's error may hold an address.
            raise PlexUnavailable(f"{AWAY} ({type(error).__name__})") from None
        status = answer.status_code
        if answer.is_success or status in (400, 401, 403, 404):
            return answer
        if status >= 500 or status in (408, 425, 429):
            raise PlexUnavailable(f"{AWAY} (HTTP {status})", retry_after=asked_wait(answer.headers.get("retry-after")))
        raise PlexUnavailable(f"{STRANGE} (HTTP {status})", retry_after=30.0)


def strange() -> PlexUnavailable:
    return PlexUnavailable(STRANGE, retry_after=30.0)
