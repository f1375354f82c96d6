"""An anchor: what the newest seal was, to be kept where whoever can write to the database cannot reach."""

from datetime import datetime
from typing import Literal

import msgspec

from medianest.domain.kernel import Refused


class AnchorInvalid(Refused):
    code, kind = "anchor_invalid", "invalid"
    text = "This is no anchor. `medianest audit anchor --output FILE` writes one."


class NothingSealed(Refused):
    code, kind = "nothing_sealed", "conflict"
    text = "The log holds no event yet, so there is nothing to anchor."


class Anchor(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Nothing in it is secret. `position` is the last that seal number `seal` covers, `mac` its HMAC in hex, `head`
    the last position of the log at that time."""

    format: Literal["medianest-anchor"] = "medianest-anchor"
    format_version: Literal[1] = 1
    position: int
    seal: int
    key_id: int
    mac: str
    sealed_at: datetime
    head: int


def anchor_of(document: bytes) -> Anchor:
    """Raises AnchorInvalid."""
    try:
        anchor = msgspec.json.decode(document, type=Anchor)
        is_whole = msgspec.json.decode(document).keys() >= {"format", "formatVersion"}
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise AnchorInvalid from None
    if not is_whole:
        raise AnchorInvalid
    return anchor
