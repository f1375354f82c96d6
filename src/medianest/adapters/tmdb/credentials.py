"""TMDB's two kinds of key."""

import re
from dataclasses import dataclass, field

V3_KEY = re.compile(r"[0-9a-fA-F]{32}")
BEARER = re.compile(r"[A-Za-z0-9._~+/=-]+")
"""What a bearer token may be made of (RFC 6750, 2.1)."""


@dataclass(frozen=True, slots=True)
class TmdbCredentials:
    """What to send along with each request. The values never appear in a text of this object."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    params: dict[str, str] = field(default_factory=dict, repr=False)


def tmdb_credentials(token: str) -> TmdbCredentials:
    """32 hexadecimal digits are a v3 "API Key", which can only be sent in the query; anything else that a header can
    carry is sent as bearer, as a v4 "API Read Access Token" is: what stands behind MEDIANEST_TMDB_URL may have tokens
    of its own. Raises ValueError, without repeating the token, for what is no token at all.

    Source: https://developer.themoviedb.org/docs/authentication-application
    """
    token = token.strip()
    if V3_KEY.fullmatch(token):
        return TmdbCredentials(params={"api_key": token})
    if BEARER.fullmatch(token):
        return TmdbCredentials(headers={"Authorization": f"Bearer {token}"})
    raise ValueError("MEDIANEST_TMDB_TOKEN: a key of The Movie Database has no spaces and no characters beyond ASCII.")
