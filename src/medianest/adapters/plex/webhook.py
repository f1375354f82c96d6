"""`PlexReports`: webhooks of a Plex Media Server. They are forms of two parts, in any order: a `payload` in JSON, and
sometimes a picture, `thumb`. They carry no signature, only the secret that their address ends in."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterable
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from multipart import MultipartError, ParserLimitReached, PushMultipartParser, parse_options_header

from medianest.adapters.plex.guids import guids_of, joined, old_guid
from medianest.adapters.plex.shapes import MACHINE, Nonsense, decode, line
from medianest.adapters.plex.values import LONGEST_TITLE, key
from medianest.ports.media_server import Guids, PlexReport, ReportTooLarge, ReportUnreadable

LARGEST_PAYLOAD: Final = 1024 * 1024
LARGEST_THUMB: Final = 5 * 1024 * 1024
LARGEST_BODY: Final = LARGEST_PAYLOAD + LARGEST_THUMB + 64 * 1024
PIECE: Final = 64 * 1024
MOST_PARTS: Final = 8
LONGEST_BOUNDARY: Final = 200

TOO_LARGE: Final = "A webhook of Plex is never that large."
NO_FORM: Final = "A webhook of Plex is a form (multipart/form-data)."
BROKEN_FORM: Final = "The form is broken off, or no form."
NO_PAYLOAD: Final = "The form has no part named payload."
TWO_PAYLOADS: Final = "The form has more than one part named payload."
NO_REPORT: Final = "The payload is no report of a Plex Media Server."


def webhook_secret(master: bytes) -> str:
    """The secret where the settings name none: 43 letters, derived from `master`, the server's key, by HKDF-SHA256
    (RFC 5869); the same after every start."""
    purpose = b"medianest plex webhook"
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(master)).decode()[:43]


class _Payload(msgspec.Struct):
    event: str
    metadata: Any = msgspec.field(name="Metadata", default=None)
    server: Any = msgspec.field(name="Server", default=None)
    account: Any = msgspec.field(name="Account", default=None)


class PlexReports:
    """Implements `ServerReports`. Pictures, and parts that nobody knows, are read past and not kept."""

    async def read(self, content_type: str, body: AsyncIterable[bytes]) -> PlexReport:
        try:
            return _report(await _payload(_boundary(content_type), body))
        except ParserLimitReached:
            raise ReportTooLarge(TOO_LARGE) from None
        except MultipartError:
            raise ReportUnreadable(BROKEN_FORM) from None


def _boundary(content_type: str) -> str:
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise ReportUnreadable(NO_FORM)
    return str(boundary)


async def _payload(boundary: str, body: AsyncIterable[bytes]) -> bytes:
    parser = PushMultipartParser(boundary, max_segment_size=LARGEST_THUMB, max_segment_count=MOST_PARTS)
    payload: list[bytes] | None = None
    is_payload = False
    came = held = 0
    async for chunk in body:
        came += len(chunk)
        if came > LARGEST_BODY:
            raise ReportTooLarge(TOO_LARGE)
        for start in range(0, len(chunk), PIECE):
            if parser.closed:
                break  # what comes behind the form is nobody's
            for step in parser.parse(chunk[start : start + PIECE]):
                if isinstance(step, bytes | bytearray):
                    held += len(step) if is_payload else 0
                    if held > LARGEST_PAYLOAD:
                        raise ReportTooLarge(TOO_LARGE)
                    if is_payload and payload is not None:
                        payload.append(bytes(step))
                elif step is not None:
                    is_payload = step.name == "payload"
                    if is_payload and payload is not None:
                        raise ReportUnreadable(TWO_PAYLOADS)
                    payload = [] if is_payload else payload
    parser.close()
    if payload is None:
        raise ReportUnreadable(NO_PAYLOAD)
    return b"".join(payload)


def _report(payload: bytes) -> PlexReport:
    try:
        said = decode(payload, _Payload)
    except Nonsense:
        raise ReportUnreadable(NO_REPORT) from None
    event = line(said.event)[:100]
    if not event:
        raise ReportUnreadable(NO_REPORT)
    item = said.metadata if isinstance(said.metadata, dict) else {}
    machine = line(said.server.get("uuid")) if isinstance(said.server, dict) else ""
    return PlexReport(
        event=event,
        machine_identifier=machine if MACHINE.fullmatch(machine) else None,
        account_id=key(said.account.get("id")) if isinstance(said.account, dict) else None,
        rating_key=key(item.get("ratingKey")),
        parent_rating_key=key(item.get("parentRatingKey")),
        grandparent_rating_key=key(item.get("grandparentRatingKey")),
        type=line(item.get("type"))[:40] or None,
        library_key=key(item.get("librarySectionID")),
        title=line(item.get("title"))[:LONGEST_TITLE] or None,
        guids=_guids(item),
    )


def _guids(item: dict[str, Any]) -> Guids:
    names = item.get("Guid")
    own = guids_of(each.get("id") for each in names if isinstance(each, dict)) if isinstance(names, list) else Guids()
    old = old_guid(item.get("guid"))
    # In the form of old agents, a season or an episode names its series.
    return own if old is None or item.get("type") not in ("movie", "show") else joined(own, old.guids)
