"""`RequestGateway` in memory."""

from collections.abc import Sequence

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.request_gateway import GatewayRefused, GatewayRequest, GatewayStatus

Key = tuple[MediaType, int, bool]
ABSENT = GatewayRequest(gateway_id=None, status="absent")


class FakeRequestGateway:
    """Implements `RequestGateway`. `held` is what it holds of each title; `created` counts the requests it made.
    While `outage` is set, every method raises it."""

    name = "fake"

    def __init__(self, *, is_configured: bool = True) -> None:
        self._is_configured = is_configured
        self.held: dict[Key, GatewayRequest] = {}
        self.created = 0
        self.outage: GatewayUnavailable | GatewayRefused | None = None

    @property
    def is_configured(self) -> bool:
        return self._is_configured

    def break_down(self) -> None:
        self.outage = GatewayUnavailable()

    def refuse(self) -> None:
        self.outage = GatewayRefused("The gateway refused the key.")

    def recover(self) -> None:
        self.outage = None

    def report(self, media_type: MediaType, tmdb_id: int, is_4k: bool, status: GatewayStatus) -> None:
        """The title, with all its seasons that were asked for, comes to this status."""
        held = self.held.get((media_type, tmdb_id, is_4k), ABSENT)
        self.held[media_type, tmdb_id, is_4k] = msgspec.structs.replace(
            held, status=status, seasons=dict.fromkeys(held.seasons, status)
        )

    async def create(
        self, *, media_type: MediaType, tmdb_id: int, is_4k: bool, seasons: Sequence[int]
    ) -> GatewayRequest:
        self._answer()
        key = (media_type, tmdb_id, is_4k)
        held = self.held.get(key, ABSENT)
        gone = ("absent", "declined")
        wanted = {number for number in seasons if held.seasons.get(number, "absent") in gone}
        if held.status == "failed":
            self.report(media_type, tmdb_id, is_4k, "processing")
            held = self.held[key]
        if wanted if media_type == "tv" else held.status in gone:
            self.created += 1
            held = GatewayRequest(
                gateway_id=str(self.created),
                status="processing",
                seasons={**held.seasons, **dict.fromkeys(wanted, "processing")} if media_type == "tv" else {},
            )
        self.held[key] = held
        return held

    async def status(self, *, media_type: MediaType, tmdb_id: int, is_4k: bool) -> GatewayRequest:
        self._answer()
        return self.held.get((media_type, tmdb_id, is_4k), ABSENT)

    async def decline(self, gateway_id: str) -> None:
        self._answer()
        for (media_type, tmdb_id, is_4k), held in list(self.held.items()):
            if held.gateway_id == gateway_id:
                self.report(media_type, tmdb_id, is_4k, "declined")

    def _answer(self) -> None:
        if not self._is_configured:
            raise GatewayUnavailable("No request gateway is set up.")
        if self.outage is not None:
            raise self.outage
