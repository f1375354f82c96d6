"""TMDB's two kinds of key."""

import re
from dataclasses import dataclass, field

V3_KEY = re.compile(r"[0-9a-fA-F]{32}")
V4_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class TmdbCredentials:
    """What to send along with each request. The values never appear in a text of this object."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    params: dict[str, str] = field(default_factory=dict, repr=False)


def tmdb_credentials(token: str) -> TmdbCredentials:
    """`token` is a v4 "API Read Access Token" (a JWT: sent as bearer) or a v3 "API Key" (32 hex digits: it can only be
    sent in the query). Raises ValueError, without repeating the token, for anything else.

    Source: https://developer.themoviedb.org/docs/authentication-application
    """
    token = token.strip()
    if V3_KEY.fullmatch(token):
        return TmdbCredentials(params={"api_key": token})
    if V4_TOKEN.fullmatch(token):
        return TmdbCredentials(headers={"Authorization": f"Bearer {token}"})
    raise ValueError(
        "MEDIANEST_TMDB_TOKEN is neither a v4 read access token (three parts joined by dots) "
        "nor a v3 API key (32 hexadecimal digits)."
    )
