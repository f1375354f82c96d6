"""Who fetches what was approved. Today: Overseerr (or Seerr)."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from medianest.domain.media_request.vocabulary import MediaType

GatewayStatus = Literal["absent", "pending", "processing", "partially_available", "available", "failed", "declined"]


class GatewayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway holds of a title. `seasons` maps season numbers to their status and is empty for a film.
    `gateway_id` is None while the gateway has no request for it (the title may still be available)."""

    gateway_id: str | None
    status: GatewayStatus
    seasons: Mapping[int, GatewayStatus] = {}


class GatewayReport(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway's word that something changed; what is true is asked of the gateway.

    `notification_type` is its own word ("MEDIA_AVAILABLE"). `media_type` and `tmdb_id` are both there or both None;
    `gateway_id` is the number of the request there, None where the report is not about one.
    """

    notification_type: str
    media_type: MediaType | None = None
    tmdb_id: int | None = None
    gateway_id: str | None = None

    @property
    def is_test(self) -> bool:
        """Sent by the "Test" button of Overseerr's settings."""
        return self.notification_type == "TEST_NOTIFICATION"


class GatewayRefused(Exception):
    """The gateway understood and said no: a wrong key, no permission, no such title. Trying again will not help
    until somebody changes something; the text says what, and holds no secret."""


class RequestGateway(Protocol):
    """Raises `GatewayUnavailable` when it does not answer, `GatewayRefused` when it says no."""

    @property
    def name(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def create(
        self, *, media_type: MediaType, tmdb_id: int, is_4k: bool, seasons: Sequence[int]
    ) -> GatewayRequest:
        """Ask for a title. Asking again for what is asked for already returns what is there."""

    async def status(self, *, media_type: MediaType, tmdb_id: int, is_4k: bool) -> GatewayRequest:
        """How far the title is, read afresh; status `absent` where the gateway knows nothing of it."""

    async def decline(self, gateway_id: str) -> None:
        """Withdraw a request. One that does not exist (any more) is fine."""
