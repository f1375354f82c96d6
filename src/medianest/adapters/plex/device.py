"""What MediaNest calls itself at Plex: one device, the same for ever."""

import platform
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PRODUCT: Final = "MediaNest"


def client_identifier(master: bytes) -> str:
    """The X-Plex-Client-Identifier of this installation, derived from `master`, the server's key, by HKDF-SHA256
    (RFC 5869). Tokens belong to it: with another one, everybody who linked Plex would have to do so anew."""
    purpose = b"medianest plex client identifier"
    return str(UUID(bytes=HKDF(algorithm=SHA256(), length=16, salt=None, info=purpose).derive(master)))


def device_headers(identifier: str, version: str) -> dict[str, str]:
    """Sent with every request to plex.tv; the person sees product and name in their list of devices there."""
    return {
        "X-Plex-Client-Identifier": identifier,
        "X-Plex-Product": PRODUCT,
        "X-Plex-Version": version,
        "X-Plex-Platform": platform.system() or "unknown",
        "X-Plex-Device-Name": PRODUCT,
    }


def confirmation_link(app_url: str, identifier: str, code: str) -> str:
    """Where the person confirms a PIN. What follows the # never leaves their browser.

    Source: https://forums.plex.tv/t/authenticating-with-plex/609370
    """
    asked = {"clientID": identifier, "code": code, "context[device][product]": PRODUCT}
    return f"{app_url.rstrip('/')}/auth#?{urlencode(asked, quote_via=quote)}"
