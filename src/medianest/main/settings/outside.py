"""Whom MediaNest talks to about titles, requests, and people at Plex."""

from typing import Annotated

from msgspec import Meta

from medianest.main.settings.form import HTTP, Secret, about
from medianest.main.settings.servers import Servers


class Outside(Servers, frozen=True, kw_only=True):
    """The Movie Database, Overseerr, how long requests wait, and Plex."""

    tmdb_url: Annotated[
        str,
        about(
            "Where The Movie Database answers.",
            example="https://api.themoviedb.org",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = "https://api.themoviedb.org"
    tmdb_token: Annotated[
        Secret | None,
        about(
            "Your key for The Movie Database: the read access token (v4) or the API key (v3) from your "
            "account's settings page there. Unset, search, details and new requests answer `metadata_not_configured`.",
            example="<your read access token>",
            form="a key without spaces",
            pattern=r"\S+",
        ),
    ] = None
    overseerr_url: Annotated[
        str | None,
        about(
            "The Overseerr (or Jellyseerr) that approved requests are handed to. Unset, they wait and "
            "an administrator completes them by hand. Goes together with `MEDIANEST_OVERSEERR_API_KEY`.",
            example="http://overseerr.local:5055",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = None
    overseerr_api_key: Annotated[
        Secret | None,
        about(
            "Its API key (Overseerr: Settings, General).",
            example="<your API key>",
            form="a key without spaces",
            pattern=r"\S+",
        ),
    ] = None
    overseerr_webhook_authorization: Annotated[
        Secret | None,
        about(
            "What Overseerr sends as `Authorization` with its webhooks (Settings, Notifications, Webhook, "
            "Authorization Header). Unset, every webhook is refused.",
            example="<a long random text>",
            form="a text of one line",
            pattern=r".+",
        ),
    ] = None
    request_expiry_days: Annotated[
        Annotated[int, Meta(ge=1, le=3650)] | None,
        about(
            "Days after which a request expires that waits for a decision and to which nothing happened: its title is "
            "free again, its quota given back, and whoever asked is told. Unset, requests wait for ever.",
            example="60",
            form="a number of days from 1 to 3650",
            pattern=r"\d+",
        ),
    ] = None
    plex_url: Annotated[
        str | None,
        about(
            "Your Plex Media Server. Whoever has access to it there may be let in by Plex. Unset, nobody signs in by "
            "Plex. Goes together with `MEDIANEST_PLEX_TOKEN`.",
            example="http://plex.local:32400",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = None
    plex_token: Annotated[
        Secret | None,
        about(
            "The token that opens your Plex Media Server (Plex support: Finding an authentication token).",
            example="<your X-Plex-Token>",
            form="a key without spaces",
            pattern=r"\S+",
        ),
    ] = None
    plex_tv_url: Annotated[
        str,
        about(
            "Where plex.tv answers, which knows who people are and what is shared with them.",
            example="https://plex.tv",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = "https://plex.tv"
    plex_app_url: Annotated[
        str,
        about(
            "Where people confirm in their browser that they sign in by Plex.",
            example="https://app.plex.tv",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = "https://app.plex.tv"
