"""Which pages in a browser may call: ours, and those of origins that the owner named.

An origin is scheme, host and port (RFC 6454). Browsers write the one of the page into `Origin`, and no script can
change that.
"""

import re
from collections.abc import Collection
from typing import Final

from litestar.types import HTTPScope

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>\d{1,5}))?", re.IGNORECASE | re.ASCII
)
_PORTS: Final = {"http": "80", "https": "443"}


def origins_of(text: str) -> frozenset[str]:
    """The origins in `text`, separated by commas, as browsers write them; an empty text holds none. Raises ValueError
    for anything else: `*` and `null` are nobody in particular."""
    found = {_canonical(part.strip().removesuffix("/")) for part in text.split(",")} if text.strip() else set()
    if None in found:
        raise ValueError("an origin looks like https://host:port")
    return frozenset(origin for origin in found if origin is not None)


def is_same_origin(scope: HTTPScope, allowed: Collection[str] = ()) -> bool:
    """Whether a page of ours, a page of one of the `allowed` origins (`origins_of`), or no page at all asks.

    What a browser says of itself (`Sec-Fetch-Site`, which it sends over HTTPS and to localhost) decides, then `Origin`
    against our own scheme and `Host`. Neither is there when the person typed the address or no browser asks: then
    nobody was led here, and there are no cookies but the asker's own. Anything odd, such as a header that stands
    twice, is a no. After OWASP's cheat sheet on cross-site request forgery, "Fetch Metadata headers".
    """
    headers: dict[bytes, list[str]] = {b"origin": [], b"sec-fetch-site": [], b"host": []}
    for name, value in scope["headers"]:
        if name in headers:
            headers[name].append(value.decode("latin-1"))
    origins, sites, hosts = headers[b"origin"], headers[b"sec-fetch-site"], headers[b"host"]
    if len(origins) > 1 or len(sites) > 1:
        return False
    if origins and origins[0] in allowed:
        return True
    if sites:
        return sites[0] in ("same-origin", "none")
    if not origins:
        return True
    ours = _canonical(f"{scope['scheme']}://{hosts[0]}") if len(hosts) == 1 else None
    return ours is not None and _canonical(origins[0]) == ours


def _canonical(text: str) -> str | None:
    """As a browser writes it: in lower case, without the port that the scheme has anyway; None if it is no origin."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return None
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"]
    if port is None or port.lstrip("0") == _PORTS[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"
