"""What a provider answers: JSON, or a reason why not; and the keeping of it for a while."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import httpx
import msgspec

from medianest.ports.failures import OidcUnavailable, asked_wait

T = TypeVar("T")


async def ask(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Whatever it answers, whole. Raises OidcUnavailable.

    The text of a transport's error may hold an address: none of it goes on.
    """
    try:
        return await client.send(request)
    except httpx.TimeoutException:
        raise OidcUnavailable("too_slow") from None
    except (httpx.DecodingError, httpx.ReadError, httpx.RemoteProtocolError):
        raise OidcUnavailable("broken_off") from None  # by them, or by us: too large
    except (httpx.HTTPError, OSError):
        raise OidcUnavailable("unreachable") from None


async def ask_json(client: httpx.AsyncClient, url: str, shape: type[T], *, access_token: str | None = None) -> T:
    """What stands at `url`. Raises OidcUnavailable for everything but a 200 of that shape."""
    headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
    try:
        request = client.build_request("GET", url, headers=headers)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise OidcUnavailable("nonsense") from None  # a token or an address that no request can hold
    answer = await ask(client, request)
    if answer.status_code != 200:
        raise OidcUnavailable("http_error", retry_after=asked_wait(answer.headers.get("retry-after")))
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise OidcUnavailable("nonsense", retry_after=30.0) from None


class Shelf(Generic[T]):
    """The latest answers, one per issuer: at most `size` of them, each good for `lifetime`."""

    def __init__(self, *, size: int, lifetime: timedelta) -> None:
        self._size = size
        self._lifetime = lifetime
        self._kept: OrderedDict[str, tuple[T, datetime]] = OrderedDict()

    def find(self, issuer: str, now: datetime) -> T | None:
        age = self.age(issuer, now)
        # Nothing from the future: a clock set back must not keep an answer for ever.
        if age is None or not timedelta() <= age < self._lifetime:
            return None
        self._kept.move_to_end(issuer)
        return self._kept[issuer][0]

    def age(self, issuer: str, now: datetime) -> timedelta | None:
        """Since it was asked for; None where there is nothing."""
        return now - self._kept[issuer][1] if issuer in self._kept else None

    def put(self, issuer: str, answer: T, now: datetime) -> None:
        self._kept[issuer] = (answer, now)
        self._kept.move_to_end(issuer)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
