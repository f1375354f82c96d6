"""The webhooks that the media server of the stand-ins sends: forms of two parts, as Plex's are."""

import secrets
from typing import Any, Literal

import msgspec

from medianest.adapters.standin.plex_pages import png, shown_entry
from medianest.adapters.standin.plex_shelf import Entry, HeldLibrary

First = Literal["payload", "thumb"]


def report(event: str, entry: Entry, library: HeldLibrary, machine: str) -> dict[str, Any]:
    """What the part `payload` says."""
    return {
        "event": event,
        "user": True,
        "owner": True,
        "Account": {"id": 1, "thumb": "https://plex.tv/users/1/avatar", "title": "ada"},
        "Server": {"title": "The house", "uuid": machine},
        "Metadata": {
            **{name: value for name, value in shown_entry(entry).items() if name != "Media"},
            "librarySectionType": library.type,
            "librarySectionTitle": library.title,
        },
    }


def form(payload: bytes | None, *, thumb: bytes | None = None, first: First = "payload") -> tuple[str, bytes]:
    """The content type, and the body."""
    boundary = f"------------------------{secrets.token_hex(8)}"
    parts = []
    if payload is not None:
        parts.append(_part('name="payload"', "application/json", payload))
    if thumb is not None:
        parts.append(_part('name="thumb"; filename="thumb.jpg"', "image/jpeg", thumb))
    if first == "thumb":
        parts.reverse()
    mark = boundary.encode()
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"
    return f"multipart/form-data; boundary={boundary}", body


def report_form(
    event: str, entry: Entry, library: HeldLibrary, machine: str, *, with_thumb: bool, first: First
) -> tuple[str, bytes]:
    payload = msgspec.json.encode(report(event, entry, library, machine))
    return form(payload, thumb=png(60, 90) if with_thumb else None, first=first)


def _part(disposition: str, content_type: str, content: bytes) -> bytes:
    head = f"Content-Disposition: form-data; {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
    return head.encode() + content
