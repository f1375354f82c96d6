"""Reading an ID token: nothing in it is believed before its signature is (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    InvalidKeyTypeError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from medianest.ports.oidc import OidcRejected, Provider, Rejection

ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
"""Signatures that the provider alone can make. Never `none`, and nothing with a shared key: the client secret, or a
public key taken for one, would do to forge it (RFC 8725, 2.1)."""

LEEWAY: Final = 60
"""Seconds by which clocks may differ."""

LONGEST_SUBJECT: Final = 255
"""Characters (Core, 2)."""

BLAME: Final[Mapping[str, Rejection]] = {
    "iss": "foreign_issuer",
    "aud": "audience_wrong",
    "nonce": "nonce_wrong",
    "sub": "subject_wrong",
    "exp": "token_malformed",
    "iat": "token_not_yet_valid",
    "nbf": "token_not_yet_valid",
}


class _Signatures(JWSRegistry):
    """joserfc's, with our algorithms alone, room for headers with certificates in them (which are not looked at), and
    no warning that `EdDSA` has a newer name: which one is used is the provider's to say."""

    max_header_length = 8192

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


_SIGNATURES: Final = _Signatures()


def read_id_token(token: str, keys: KeySet, provider: Provider, *, nonce: str, now: datetime) -> Mapping[str, Any]:
    """Its claims. Raises OidcRejected; with reason `key_unknown` where none of `keys` is the one it names."""
    try:
        opened = jwt.decode(token, keys, registry=_SIGNATURES)
    except UnsupportedAlgorithmError:
        raise OidcRejected("algorithm_not_allowed") from None
    except InvalidKeyIdError:
        raise OidcRejected("key_unknown") from None
    except (BadSignatureError, InvalidKeyTypeError):
        raise OidcRejected("signature_wrong") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise OidcRejected("token_malformed") from None
    _check_type(opened.header)
    _check(opened.claims, provider, nonce, now)
    return opened.claims


def _check_type(header: Mapping[str, Any]) -> None:
    """Other kinds of token are signed with the same keys: access tokens (at+jwt), logout tokens (RFC 8725, 3.11)."""
    if str(header.get("typ") or "JWT").upper() != "JWT":
        raise OidcRejected("token_malformed")


def _check(claims: dict[str, Any], provider: Provider, nonce: str, now: datetime) -> None:
    rules = JWTClaimsRegistry(
        int(now.timestamp()),
        LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        rules.validate(claims)
    except ExpiredTokenError:
        raise OidcRejected("token_expired") from None
    except MissingClaimError as missing:
        first = next(claim for claim in BLAME if claim in missing.claim.split(","))
        raise OidcRejected("token_malformed" if first == "iat" else BLAME[first]) from None
    except InvalidClaimError as wrong:
        raise OidcRejected(BLAME.get(wrong.claim, "token_malformed")) from None
    if not isinstance(claims["nonce"], str) or len(claims["sub"]) > LONGEST_SUBJECT:
        raise OidcRejected("nonce_wrong" if not isinstance(claims["nonce"], str) else "subject_wrong")
    # For us among others only if it was us who asked for it (Core, 2 and 3.1.3.7, 3 to 5).
    party = claims.get("azp")
    others = isinstance(claims["aud"], list) and set(claims["aud"]) != {provider.client_id}
    if party != provider.client_id and (party is not None or others):
        raise OidcRejected("audience_wrong")
