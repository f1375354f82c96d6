"""The keys that a provider signs with (JWK Set, RFC 7517)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from medianest.adapters.oidc.answers import Shelf, ask_json
from medianest.adapters.oidc.discovery import MOST_PROVIDERS, Metadata
from medianest.ports.oidc import OidcRejected
from medianest.ports.surroundings import Clock

LIFETIME: Final = timedelta(hours=1)
PAUSE: Final = timedelta(seconds=30)
"""A token that names a key we do not have makes us ask again, but not more often than this."""

MOST_KEYS: Final = 64
RSA_DIGITS: Final = range(342, 1367)
"""How long a modulus of 2048 to 8192 bits is in base64url: a smaller one can be broken, a larger one takes long."""

CURVES: Final = frozenset({"P-256", "Ed25519"})


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class KeyRing:
    """Asks providers for their keys, and keeps them for an hour."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._shelf: Shelf[KeySet] = Shelf(size=MOST_PROVIDERS, lifetime=LIFETIME)

    async def of(self, metadata: Metadata) -> KeySet:
        """Raises OidcUnavailable, and OidcRejected where none of its keys is of use."""
        return self._shelf.find(metadata.issuer, self._clock.now()) or await self.afresh(metadata)

    async def newer(self, metadata: Metadata) -> KeySet | None:
        """As they are now, for a provider that may have changed them; None where it was asked a moment ago."""
        age = self._shelf.age(metadata.issuer, self._clock.now())
        if age is not None and timedelta() <= age < PAUSE:
            return None
        return await self.afresh(metadata)

    async def afresh(self, metadata: Metadata) -> KeySet:
        asked_at = self._clock.now()
        held = await ask_json(self._client, metadata.jwks_uri, _KeySet)
        keys = _usable(held.keys)
        if not keys:
            raise OidcRejected("key_unknown", "The provider shows no key that MediaNest could check its word with.")
        found = KeySet(keys)
        self._shelf.put(metadata.issuer, found, asked_at)
        return found


def _usable(held: Sequence[dict[str, Any]]) -> list[Key]:
    """The public keys for signatures of our algorithms. The rest is passed over, as RFC 7517, 5 would have it:
    shared keys above all, which no provider has any business to show."""
    usable: list[Key] = []
    for jwk in held[:MOST_KEYS]:
        if jwk.get("use", "sig") != "sig" or not _is_strong(jwk):
            continue
        try:
            usable.append(JWKRegistry.import_key(jwk))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return usable


def _is_strong(jwk: dict[str, Any]) -> bool:
    match jwk:
        case {"kty": "RSA", "n": str(modulus)}:
            return len(modulus.rstrip("=")) in RSA_DIGITS
        case {"kty": "EC" | "OKP", "crv": str(curve)}:
            return curve in CURVES
    return False
