"""`PlexTvAccounts`: signing in at plex.tv by PIN, and what plex.tv says of the people who did."""

import hmac
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import httpx

from medianest.adapters.plex.device import confirmation_link, device_headers
from medianest.adapters.plex.shapes import (
    CODE,
    TOKEN,
    Nonsense,
    account_from,
    check_pong,
    check_refusal,
    machine_from,
    pin_from,
    servers_from,
    token_from,
)
from medianest.ports.failures import PlexNotConfigured, PlexUnavailable, asked_wait
from medianest.ports.plex import PinExpired, PlexAccount, PlexPin, PlexToken, PlexTokenRejected
from medianest.ports.surroundings import Clock

STRANGE = "What answers at MEDIANEST_PLEX_TV_URL does not speak like Plex."
SERVER_AWAY = "The Plex server does not answer at the moment. Try again shortly."
SERVER_STRANGE = "What answers at MEDIANEST_PLEX_URL does not speak like a Plex server. The owner checks the address."
SERVER_REFUSES = "The Plex server refused MEDIANEST_PLEX_TOKEN. The owner sets a valid one and starts again."

T = TypeVar("T")
Read = TypeVar("Read")


class PlexTvAccounts:
    """Implements `PlexAccounts`. `tv` leads to plex.tv and sends nobody's credentials by itself; `server` leads to our
    media server and sends its token. Both are None where no server is set up. `client_identifier` must never change
    (see `device`); `app_url` is where people confirm."""

    def __init__(
        self,
        tv: httpx.AsyncClient | None,
        server: httpx.AsyncClient | None,
        clock: Clock,
        *,
        client_identifier: str,
        version: str,
        app_url: str,
    ) -> None:
        self._tv = tv
        self._server = server
        self._clock = clock
        self._identifier = client_identifier
        self._device = device_headers(client_identifier, version)
        self._app_url = app_url
        self._machine: str | None = None

    @property
    def is_configured(self) -> bool:
        return self._tv is not None and self._server is not None

    async def begin(self) -> PlexPin:
        if not self.is_configured:
            raise PlexNotConfigured
        asked_at = self._clock.now()
        answer = await self._ask("POST", "/api/v2/pins?strong=true", accepted=(200, 201))
        pin = _checked(pin_from, answer.content)
        if pin.expires_in <= 0:
            raise PlexUnavailable(STRANGE, retry_after=30.0)
        return PlexPin(
            pin_id=pin.id,
            code=pin.code,
            link=confirmation_link(self._app_url, self._identifier, pin.code),
            # By our clock, whatever theirs shows.
            expires_at=asked_at + timedelta(seconds=pin.expires_in),
        )

    async def claim(self, pin_id: int, code: str) -> PlexToken | None:
        if pin_id <= 0 or not CODE.fullmatch(code):
            raise PinExpired
        answer = await self._ask("GET", f"/api/v2/pins/{pin_id:d}", accepted=(200, 404))
        if answer.status_code == 404:
            _checked(check_refusal, answer.content)
            raise PinExpired
        pin = _checked(pin_from, answer.content)
        # Ids are numbers in a row; the code is what makes the PIN ours.
        if pin.id != pin_id or not hmac.compare_digest(pin.code.encode(), code.encode()):
            raise PinExpired
        token = _checked(token_from, pin)
        # An old PIN is gone, or still there with no time left: clients of plex.tv know both.
        if token is None and pin.expires_in <= 0:
            raise PinExpired
        return token

    async def account(self, token: PlexToken) -> PlexAccount:
        return _checked(account_from, (await self._ask("GET", "/api/v2/user", token)).content)

    async def has_access(self, token: PlexToken) -> bool:
        """As the port says. A yes rests on what our server said of itself once in the life of this process. A no may
        end somebody's account here, so the server is asked afresh before: it may have been set up anew meanwhile."""
        if self._machine is None:
            self._machine = await self._our_machine()
        theirs = _checked(servers_from, (await self._ask("GET", "/api/v2/resources", token)).content)
        if self._machine not in theirs:
            self._machine = await self._our_machine()
        return self._machine in theirs

    async def ping(self, token: PlexToken) -> None:
        _checked(check_pong, (await self._ask("GET", "/api/v2/ping", token)).content)

    async def _ask(
        self, method: str, path: str, token: PlexToken | None = None, *, accepted: Sequence[int] = (200,)
    ) -> httpx.Response:
        """plex.tv's answer, with an accepted status. The token travels in a header: addresses end up in logs."""
        if self._tv is None:
            raise PlexNotConfigured
        if token is None:
            return await _answer(self._tv, method, path, self._device, accepted=accepted)
        if not TOKEN.fullmatch(token.value):
            raise PlexTokenRejected("No token of Plex looks like that.")
        headers = {**self._device, "X-Plex-Token": token.value}
        answer = await _answer(self._tv, method, path, headers, accepted=(*accepted, 401, 403))
        if answer.status_code in (401, 403):
            # Not every 403 is Plex's: what guards plex.tv answers so as well, with a page of its own.
            _checked(check_refusal, answer.content)
            raise PlexTokenRejected("Plex refused the token.")
        return answer

    async def _our_machine(self) -> str:
        if self._server is None:
            raise PlexNotConfigured
        accepted = (200, 401, 403)
        answer = await _answer(
            self._server, "GET", "/identity", self._device, accepted=accepted, away=SERVER_AWAY, strange=SERVER_STRANGE
        )
        if answer.status_code != 200:
            raise PlexUnavailable(SERVER_REFUSES, retry_after=60.0)
        return _checked(machine_from, answer.content, SERVER_STRANGE)


async def _answer(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    headers: dict[str, str],
    *,
    accepted: Sequence[int],
    away: str = PlexUnavailable.text,
    strange: str = STRANGE,
) -> httpx.Response:
    """Raises PlexUnavailable for every status that is not accepted."""
    try:
        answer = await client.request(method, path, headers=headers)
    except (httpx.HTTPError, OSError) as error:
        # Named by its class: the text of a transport's error may hold an address.
        raise PlexUnavailable(f"{away} ({type(error).__name__})") from None
    status = answer.status_code
    if status in accepted:
        return answer
    if status >= 500 or status in (408, 425, 429):
        raise PlexUnavailable(f"{away} (HTTP {status})", retry_after=asked_wait(answer.headers.get("retry-after")))
    raise PlexUnavailable(f"{strange} (HTTP {status})", retry_after=30.0)


def _checked(parse: Callable[[Read], T], read: Read, strange: str = STRANGE) -> T:
    try:
        return parse(read)
    except Nonsense:
        raise PlexUnavailable(strange, retry_after=30.0) from None
