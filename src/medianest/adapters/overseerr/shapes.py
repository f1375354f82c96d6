"""Overseerr's answers, and how its numbers become our words.

Sources: Overseerr's OpenAPI document, and answers recorded from 1.34. A request: 1 pending, 2 approved, 3 declined,
4 failed, 5 completed (Seerr only). A medium or a season: 1 unknown, 2 pending, 3 processing, 4 partially available,
5 available; 6 and 7 (deleted, blocklisted) are as good as unknown.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from medianest.ports.request_gateway import GatewayRequest, GatewayStatus

PENDING, APPROVED, DECLINED, FAILED, COMPLETED = 1, 2, 3, 4, 5
PARTIALLY_AVAILABLE, AVAILABLE = 4, 5

OF_MEDIA: dict[int, GatewayStatus] = {2: "pending", 3: "processing", 4: "partially_available", 5: "available"}
OF_REQUEST: dict[int, GatewayStatus] = {
    PENDING: "pending",
    APPROVED: "processing",
    DECLINED: "declined",
    FAILED: "failed",
}


class AskedSeason(msgspec.Struct, rename="camel"):
    season_number: int
    status: int = 0


class Asked(msgspec.Struct, rename="camel"):
    """A request as Overseerr holds it. `seasons` is missing from some answers."""

    id: int
    status: int
    is4k: bool = False
    seasons: list[AskedSeason] | None = None


class MediaSeason(msgspec.Struct, rename="camel"):
    season_number: int
    status: int = 1
    status4k: int = 1


class MediaRecord(msgspec.Struct, rename="camel"):
    status: int = 1
    status4k: int = 1
    seasons: list[MediaSeason] | None = None
    requests: list[Asked] | None = None


class TitleAnswer(msgspec.Struct, rename="camel"):
    """`GET /movie/{id}` and `GET /tv/{id}`; the rest of the answer is TMDB's. No `mediaInfo`: never asked for."""

    id: int
    media_info: MediaRecord | None = None


class Complaint(msgspec.Struct):
    """The body of a refusal. `message` or `error`, after who wrote that part of Overseerr."""

    message: Any = None
    error: Any = None

    @property
    def text(self) -> str:
        said = self.message or self.error
        return said[:200] if isinstance(said, str) and said.isprintable() else ""


class Holding(msgspec.Struct, frozen=True):
    """What Overseerr holds of a title in one quality. `live` are requests that still mean something (neither
    declined nor completed), newest first; `declined` the newest that was."""

    media: int
    seasons: dict[int, int]
    live: tuple[Asked, ...] = ()
    declined: Asked | None = None


def holding_of(media: MediaRecord | None, *, is_4k: bool) -> Holding:
    if media is None:
        return Holding(1, {})
    asked = sorted((each for each in media.requests or () if each.is4k == is_4k), key=lambda each: -each.id)
    return Holding(
        media=media.status4k if is_4k else media.status,
        seasons={each.season_number: each.status4k if is_4k else each.status for each in media.seasons or ()},
        live=tuple(each for each in asked if each.status not in (DECLINED, COMPLETED)),
        declined=next((each for each in asked if each.status == DECLINED), None),
    )


def request_from(holding: Holding) -> GatewayRequest:
    """One answer out of the many places in which Overseerr says how far a title is."""
    newest = holding.live[0] if holding.live else holding.declined
    return GatewayRequest(
        gateway_id=None if newest is None else str(newest.id), status=_overall(holding), seasons=_seasons(holding)
    )


def _overall(holding: Holding) -> GatewayStatus:
    if holding.media == AVAILABLE:
        return "available"
    if any(each.status == FAILED for each in holding.live):
        return "failed"
    if holding.media == PARTIALLY_AVAILABLE:
        return "partially_available"
    if holding.live:
        # Not the medium's status, which lags behind an approval.
        return OF_REQUEST.get(holding.live[0].status, "pending")
    if holding.declined is not None:
        return "declined"
    return OF_MEDIA.get(holding.media, "absent")


def _seasons(holding: Holding) -> dict[int, GatewayStatus]:
    found: dict[int, GatewayStatus] = {
        number: OF_MEDIA[status] for number, status in holding.seasons.items() if status in OF_MEDIA
    }
    for asked in _oldest_first(holding):
        for season in asked.seasons or ():
            number = season.season_number
            if found.get(number) in ("available", "partially_available") or season.status == COMPLETED:
                continue
            if holding.media == AVAILABLE:
                # Marked available as a whole, by hand: Overseerr then lists no season.
                found[number] = "available"
                continue
            decided = asked.status if asked.status in (DECLINED, FAILED) else season.status or asked.status
            found[number] = OF_REQUEST.get(decided, "processing")
    return found


def _oldest_first(holding: Holding) -> Sequence[Asked]:
    """So that what was asked last has the last word about a season."""
    declined = () if holding.declined is None else (holding.declined,)
    return (*declined, *reversed(holding.live))
