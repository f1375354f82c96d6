"""Where MediaNest listens, and how it says what it does."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from medianest.main.settings.form import ORIGIN, Secret, about, default_data_dir


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """`drain_seconds` and the rest of how it runs."""

    host: Annotated[
        str,
        about(
            "The address to listen on. `0.0.0.0` (or `::`) listens on all of them; put a reverse proxy "
            "that speaks HTTPS in front before you do.",
            example="192.168.1.10",
            form="an IP address or a host name",
            pattern=r"[A-Za-z0-9.:_-]+",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Meta(ge=1, le=65535),
        about(
            "The TCP port to listen on.",
            example="8484",
            form="a port from 1 to 65535",
            pattern=r"\d+",
        ),
    ] = 8484
    public_url: Annotated[
        str | None,
        about(
            "Where people reach this MediaNest, for links in letters and for services that send people back. "
            "`https://` wherever it is reached from outside.",
            example="https://nest.example.org",
            form="an http:// or https:// address without a path",
            pattern=ORIGIN + "/?",
        ),
    ] = None
    data_dir: Annotated[
        Path,
        about(
            "Where everything is kept that MediaNest writes: the private Postgres and Valkey and the "
            "server's own key. Back it up as a whole.",
            example="/srv/medianest",
            form="a directory",
            default="`$XDG_DATA_HOME/medianest` (`~/.local/share/medianest`); as root `/var/lib/medianest`",
        ),
    ] = msgspec.field(default_factory=default_data_dir)
    drain_seconds: Annotated[
        int,
        Meta(ge=0, le=600),
        about(
            "Seconds for which `serve`, asked to stop, goes on answering while `/health/ready` says 503: longer than "
            "the load balancer in front takes to notice. A second Ctrl-C or SIGTERM ends them. 0 where there is none.",
            example="15",
            form="a number of seconds from 0 to 600",
            pattern=r"\d+",
        ),
    ] = 0
    log: Annotated[
        Literal["console", "json"],
        about(
            "How log lines look: `console` for people, `json` (one object per line) for machines.",
            example="json",
            form="console or json",
        ),
    ] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        about(
            "The least important log lines that are still written.",
            example="debug",
            form="debug, info, warning or error",
        ),
    ] = "info"
    rate_limits: Annotated[
        bool,
        about(
            "Whether callers who ask too often are told to wait. Turn it `off` for load tests only.",
            example="off",
            form="on or off",
        ),
    ] = True
    metrics_token: Annotated[
        Secret | None,
        about(
            "Lets a collector on another machine read `/metrics`, and what is wrong in `/health/ready`, as a bearer "
            "token. Unset, only this machine may.",
            example="<a long random text>",
            form="a text of at least 16 characters without spaces",
            pattern=r"\S{16,}",
        ),
    ] = None
    config: Annotated[
        Path | None,
        about(
            "A TOML file with any of the other settings, named without the prefix and in lower case "
            "(`port = 8484`). The environment wins over it.",
            example="/etc/medianest.toml",
            form="a TOML file that can be read",
        ),
    ] = None
