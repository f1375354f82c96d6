"""Who stands between MediaNest and the network, whose pages may call it, and whom it may call."""

from typing import Annotated

from medianest.main.settings.form import ORIGIN, about
from medianest.main.settings.serving import Serving

NETWORKS = r"[0-9A-Fa-f.:/]+(\s*,\s*[0-9A-Fa-f.:/]+)*"


class Edge(Serving, frozen=True, kw_only=True):
    """Reverse proxies, other origins, private networks."""

    trusted_proxies: Annotated[
        str | None,
        about(
            "The reverse proxies that are believed when they say, by `X-Forwarded-For` and `X-Forwarded-Proto`, who "
            "calls through them and whether over HTTPS. Name those alone: whoever calls from such an address can "
            "claim to be anybody. Unset, no header is believed, and limits by address take everybody behind a proxy "
            "for one.",
            example="127.0.0.1, 172.18.0.0/16",
            form="a list of addresses or networks, separated by commas",
            pattern=NETWORKS,
        ),
    ] = None
    cors_origins: Annotated[
        str | None,
        about(
            "The origins whose pages may call this server from a browser and read its answers. Unset, only the "
            "server's own pages may. There is no `*`.",
            example="https://nest.example.org, https://tv.example.org:8443",
            form="a list of origins (https://host, with :port if it is not the usual one), separated by commas",
            pattern=rf"{ORIGIN}/?(\s*,\s*{ORIGIN}/?)*",
        ),
    ] = None
    allow_private_addresses: Annotated[
        str,
        about(
            "Whether addresses that people give over HTTP, such as those of identity providers, may lead into private "
            "networks, which strangers cannot reach themselves: `off`, `on`, or the networks into which they may. "
            "Where clouds tell their machines' keys is refused in any case. Addresses that stand in these settings are "
            "yours, and not asked about.",
            example="192.168.1.0/24, fd12:3456:789a::/48",
            form="off, on, or a list of addresses or networks, separated by commas",
            pattern=rf"off|on|{NETWORKS}",
        ),
    ] = "off"
