"""Somebody at the door, and what their client calls itself, in words by which people know their own devices."""

import re
from typing import Final, Literal

import msgspec

from medianest.ports.event_log import Context
from medianest.ports.sessions import Whereabouts

LONGEST: Final = 200
"""Characters of a User-Agent that are kept."""

# In this order: most browsers name those they descend from as well.
_CLIENTS: Final = (
    (r"\bMediaNest/", "MediaNest"),
    (r"\bEdg(e|A|iOS)?/", "Edge"),
    (r"\b(OPR|Opera)/", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\b(Firefox|FxiOS)/", "Firefox"),
    (r"\bCriOS/|\bChrom(e|ium)/", "Chrome"),
    (r"\bVersion/.*\bSafari/", "Safari"),
    (r"\bcurl/", "curl"),
    (r"\b(python-)?httpx?/|\bpython-requests/|\baiohttp/", "a Python program"),
    (r"\bokhttp/", "an Android app"),
    (r"\bCFNetwork/", "an Apple app"),
)
_SYSTEMS: Final = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac(intosh| OS X)\b|\bDarwin/", "Mac"),
    (r"\bTizen\b|\bWeb0S\b|\bwebOS\b|\bSMART-TV\b", "a television"),
    (r"\bLinux\b", "Linux"),
)
DeviceKind = Literal["phone", "tablet", "computer", "television", "other"]

_KINDS: Final[tuple[tuple[str, DeviceKind], ...]] = (
    (r" on (iPhone|Android)$|^an Android app\b", "phone"),
    (r" on iPad$", "tablet"),
    (r" on (ChromeOS|Windows|Mac|Linux)$", "computer"),
    (r" on a television$", "television"),
)


def kind_of(device: str | None) -> DeviceKind:
    """What sort of thing a described device is. A tablet with Android calls itself as a phone does."""
    return next((kind for pattern, kind in _KINDS if re.search(pattern, device or "")), "other")


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the door, and what they bring besides what they prove themselves with. `remembered` is what a device
    shows on which its person asked to be remembered, `known` what one shows on which they gave their password."""

    context: Context
    whereabouts: Whereabouts
    remembered: str | None = None
    known: str | None = None


def whereabouts(user_agent: str, address: str | None) -> Whereabouts:
    """`user_agent` as it was sent (RFC 9110, 10.1.5); whatever it is, it is only shown, never believed."""
    client = "".join(c for c in user_agent[:LONGEST] if c.isprintable()).strip() or None
    return Whereabouts(device=_described(client) if client else None, client=client, address=address)


def _described(client: str) -> str:
    """ "Firefox on Android"; what is not known is named by its first word."""
    system = _named(client, _SYSTEMS)
    program = _named(client, _CLIENTS) or re.split(r"[/ (;]", client, maxsplit=1)[0][:40] or "a program"
    return f"{program} on {system}" if system else program


def _named(client: str, table: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for pattern, name in table if re.search(pattern, client)), None)
