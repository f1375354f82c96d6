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
    tmdb_image_url: Annotated[
        str,
        about(
            "Where The Movie Database keeps its pictures.",
            example="https://image.tmdb.org",
            form="an http:// or https:// address without a key in it",
            pattern=HTTP,
        ),
    ] = "https://image.tmdb.org"
    tmdb_language: Annotated[
        Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")],
        about(
            "The language in which The Movie Database speaks of titles.",
            example="de-DE",
            form="a language, and a country if you like, such as `en-US` or `de`",
            pattern=r"[a-z]{2}(-[A-Z]{2})?",
        ),
    ] = "en-US"
    tmdb_region: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Z]{2}$")],
        about(
            "The country whose age ratings, dates of release and watch providers are shown.",
            example="GB",
            form="the two letters of a country",
            pattern=r"[A-Z]{2}",
        ),
    ] = "US"
    overseerr_url: Annotated[
        str | None,
        about(
            "The Overseerr (or Seerr) that approved requests are handed to. Unset, they wait and "
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
    plex_webhook_secret: Annotated[
        Secret | None,
        about(
            "What the address ends in to which your Plex Media Server reports what is new (Plex: Settings, Webhooks). "
            "Unset, it is derived from the server's key. `GET /api/v1/admin/media-servers` shows the whole address.",
            example="<the output of: openssl rand -hex 32>",
            form="a text of 32 to 200 letters, digits, - and _",
            pattern=r"[A-Za-z0-9_-]{32,200}",
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
