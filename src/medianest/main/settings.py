"""Every setting that MediaNest has, in one frozen struct. `docs/configuration.md` is written from it."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PREFIX = "MEDIANEST_"
SYSTEM_DIRECTORY = Path("/var/lib/medianest")


class SettingsError(Exception):
    """A setting has a value that cannot be used. The text is one line for people and never holds a secret."""


class Secret(str):
    """A text that shows itself nowhere by accident: its `repr` hides it. Where it is needed, it is a plain str."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"


def default_data_dir() -> Path:
    """/var/lib/medianest for root, else `medianest` in the user's data directory (XDG Base Directory 0.8)."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return SYSTEM_DIRECTORY
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (xdg if xdg.is_absolute() else Path.home() / ".local" / "share") / "medianest"


_POSTGRES = r"postgres(ql)?://\S+"
_HTTP = r"https?://(\[[0-9a-fA-F:]+\]|[^\s/?#@:\[\]]+)(:\d{1,5})?(/[^\s?#@]*)?"


def _about(
    description: str, *, form: str, example: str, pattern: str | None = None, default: str | None = None
) -> Meta:
    """What a person needs to set a thing right.

    `form` completes the sentence "... is not <form>", a text has to match `pattern` as a whole, and `default` is for
    the documentation, where the real one depends on the machine.
    """
    extra = {"form": form, "example": example, "pattern": pattern, "default": default}
    return Meta(description=description, extra=extra)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where MediaNest listens, what it keeps where, and whom it talks to. Read once, at the start."""

    host: Annotated[
        str,
        _about(
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
        _about(
            "The TCP port to listen on.",
            example="8484",
            form="a port from 1 to 65535",
            pattern=r"\d+",
        ),
    ] = 8484
    data_dir: Annotated[
        Path,
        _about(
            "Where everything is kept that MediaNest writes: the private Postgres and Valkey and the "
            "server's own key. Back it up as a whole.",
            example="/srv/medianest",
            form="a directory",
            default="`$XDG_DATA_HOME/medianest` (`~/.local/share/medianest`); as root `/var/lib/medianest`",
        ),
    ] = msgspec.field(default_factory=default_data_dir)
    database_url: Annotated[
        Secret | None,
        _about(
            "A Postgres (15 or newer) of your own. Unset, MediaNest runs a private one in its data "
            "directory. Goes together with `MEDIANEST_REDIS_URL`: both or neither.",
            example="postgresql://medianest:secret@db.local/medianest",
            form="a postgresql:// address",
            pattern=_POSTGRES,
        ),
    ] = None
    database_direct_url: Annotated[
        Secret | None,
        _about(
            "The same database past a pooler that works in transaction mode, such as pgbouncer: locks and LISTEN need "
            "connections of their own. Unset, `MEDIANEST_DATABASE_URL` is used for all, and must not lead to such a "
            "pooler: that is noticed at the start.",
            example="postgresql://medianest:secret@db.local:5432/medianest",
            form="a postgresql:// address",
            pattern=_POSTGRES,
        ),
    ] = None
    redis_url: Annotated[
        Secret | None,
        _about(
            "A Redis or Valkey of your own, for what may be lost at any time. Goes together with "
            "`MEDIANEST_DATABASE_URL`: both or neither.",
            example="redis://cache.local:6379/0",
            form="a redis://, rediss:// or unix:// address",
            pattern=r"(rediss?|unix)://\S+",
        ),
    ] = None
    drain_seconds: Annotated[
        int,
        Meta(ge=0, le=600),
        _about(
            "Seconds for which `serve`, asked to stop, goes on answering while `/health/ready` says 503: longer than "
            "the load balancer in front takes to notice. A second Ctrl-C or SIGTERM ends them. 0 where there is none.",
            example="15",
            form="a number of seconds from 0 to 600",
            pattern=r"\d+",
        ),
    ] = 0
    log: Annotated[
        Literal["console", "json"],
        _about(
            "How log lines look: `console` for people, `json` (one object per line) for machines.",
            example="json",
            form="console or json",
        ),
    ] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _about(
            "The least important log lines that are still written.",
            example="debug",
            form="debug, info, warning or error",
        ),
    ] = "info"
    rate_limits: Annotated[
        bool,
        _about(
            "Whether callers who ask too often are told to wait. Turn it `off` for load tests only.",
            example="off",
            form="on or off",
        ),
    ] = True
    tmdb_url: Annotated[
        str,
        _about(
            "Where The Movie Database answers.",
            example="https://api.themoviedb.org",
            form="an http:// or https:// address without a key in it",
            pattern=_HTTP,
        ),
    ] = "https://api.themoviedb.org"
    tmdb_token: Annotated[
        Secret | None,
        _about(
            "Your key for The Movie Database: the read access token (v4) or the API key (v3) from your "
            "account's settings page there. Unset, search, details and new requests answer `metadata_not_configured`.",
            example="<your read access token>",
            form="a key without spaces",
            pattern=r"\S+",
        ),
    ] = None
    overseerr_url: Annotated[
        str | None,
        _about(
            "The Overseerr (or Jellyseerr) that approved requests are handed to. Unset, they wait and "
            "an administrator completes them by hand. Goes together with `MEDIANEST_OVERSEERR_API_KEY`.",
            example="http://overseerr.local:5055",
            form="an http:// or https:// address without a key in it",
            pattern=_HTTP,
        ),
    ] = None
    overseerr_api_key: Annotated[
        Secret | None,
        _about(
            "Its API key (Overseerr: Settings, General).",
            example="<your API key>",
            form="a key without spaces",
            pattern=r"\S+",
        ),
    ] = None
    overseerr_webhook_authorization: Annotated[
        Secret | None,
        _about(
            "What Overseerr sends as `Authorization` with its webhooks (Settings, Notifications, Webhook, "
            "Authorization Header). Unset, every webhook is refused.",
            example="<a long random text>",
            form="a text of one line",
            pattern=r".+",
        ),
    ] = None
    request_expiry_days: Annotated[
        Annotated[int, Meta(ge=1, le=3650)] | None,
        _about(
            "Days after which a request expires that waits for a decision and to which nothing happened: its title is "
            "free again, its quota given back, and whoever asked is told. Unset, requests wait for ever.",
            example="60",
            form="a number of days from 1 to 3650",
            pattern=r"\d+",
        ),
    ] = None
    secret_key: Annotated[
        Secret | None,
        _about(
            "The key under which sessions and personal identifiers are signed. It must never change. "
            "Unset, one is made at the first start and kept in `secret.key` in the data directory; set it when several "
            "machines share a database.",
            example="<the output of: openssl rand -hex 32>",
            form="a text of at least 32 characters",
            pattern=r".{32,}",
        ),
    ] = None
    metrics_token: Annotated[
        Secret | None,
        _about(
            "Lets a collector on another machine read `/metrics`, as a bearer token. Unset, only this machine may.",
            example="<a long random text>",
            form="a text of at least 16 characters without spaces",
            pattern=r"\S{16,}",
        ),
    ] = None
    config: Annotated[
        Path | None,
        _about(
            "A TOML file with any of the other settings, named without the prefix and in lower case "
            "(`port = 8484`). The environment wins over it.",
            example="/etc/medianest.toml",
            form="a TOML file that can be read",
        ),
    ] = None
