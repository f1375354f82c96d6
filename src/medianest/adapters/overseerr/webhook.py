"""Reading what Overseerr sends to its webhook.

The body carries no signature and its text can be edited by whoever runs Overseerr, so it is a hint that something
changed and where: what is true is asked of the gateway. Source of the shape: Overseerr's default webhook template, in
which every value is a string.
"""

import re
from typing import Any

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.request_gateway import GatewayReport

NOTIFICATION_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
NUMBER = re.compile(r"[0-9]{1,10}")


class _Media(msgspec.Struct, rename="camel"):
    media_type: Any = msgspec.field(default=None, name="media_type")
    tmdb_id: Any = None


class _Request(msgspec.Struct):
    request_id: Any = None


class _Body(msgspec.Struct):
    notification_type: str
    media: _Media | None = None
    request: _Request | None = None


def parse_report(body: bytes) -> GatewayReport:
    """The report in a webhook's body; fields that are not needed are ignored. Raises ValueError for nonsense."""
    try:
        read = msgspec.json.decode(body, type=_Body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ValueError("The body is not a notification of Overseerr.") from None
    if not NOTIFICATION_TYPE.fullmatch(read.notification_type):
        raise ValueError("notification_type is not one of Overseerr's words.")
    media = read.media or _Media()
    media_type = _media_type(media.media_type)
    tmdb_id = _number(media.tmdb_id, "media.tmdbId")
    if (media_type is None) != (tmdb_id is None):
        raise ValueError("media.media_type and media.tmdbId belong together.")
    gateway_id = _number(read.request.request_id if read.request else None, "request.request_id")
    return GatewayReport(
        notification_type=read.notification_type,
        media_type=media_type,
        tmdb_id=tmdb_id,
        gateway_id=None if gateway_id is None else str(gateway_id),
    )


def _media_type(value: Any) -> MediaType | None:
    match value:
        case None | "":
            return None
        case "movie" | "tv":
            return "movie" if value == "movie" else "tv"
        case _:
            raise ValueError("media.media_type is neither movie nor tv.")


def _number(value: Any, name: str) -> int | None:
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not NUMBER.fullmatch(text) or not 0 < int(text) < 2**31:
        raise ValueError(f"{name} is not a number that Overseerr could mean.")
    return int(text)
