"""Access tokens: short-lived signed JWTs that name a session, and nothing that can change."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from medianest.ports.sessions import Session

_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_PURPOSE: Final = b"medianest access token v2"
_LONGEST: Final = 2048
"""Characters. Ours have some 400."""

_REMEMBERED: Final = 1024
"""Tokens whose signature is not looked at again: a client sends the same one for a quarter of an hour."""

MINUTES: Final = 15


class JoseAccessTokens:
    """Implements AccessTokens. The signing key is derived from `master` (at least 32 random bytes) by HKDF-SHA256
    (RFC 5869), so that it serves this purpose alone. Claims: RFC 9068; algorithm and type are pinned (RFC 8725)."""

    def __init__(self, master: bytes, *, issuer: str = "medianest", lifetime: int = MINUTES * 60) -> None:
        """`lifetime` in seconds."""
        if len(master) < 32:
            raise ValueError("The master key needs at least 32 bytes.")
        self.lifetime = lifetime
        self._issuer = issuer
        self._key = OctKey.import_key(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(master))
        # A signature that was right stays right; one that was wrong is not kept (an exception is not).
        self._opened = lru_cache(_REMEMBERED)(self._open)

    def issue(self, session: Session, now: datetime) -> str:
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(session.user_id),
            "sid": str(session.session_id),
            "iat": issued,
            "exp": issued + self.lifetime,
            "auth_time": session.authenticated_at.timestamp(),
            "jti": uuid4().hex,
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE}, claims, self._key, algorithms=[_ALGORITHM])

    def read(self, token: str, now: datetime) -> Session | None:
        if len(token) > _LONGEST:
            return None
        try:
            session, expires = self._opened(token)
            return session if now.timestamp() < expires else None
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None

    def _open(self, token: str) -> tuple[Session, float]:
        """Whose it is, and when it expires (seconds since the epoch)."""
        decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
        claims = decoded.claims
        if decoded.header.get("typ") != _TYPE or not claims["iss"] == claims["aud"] == self._issuer:
            raise ValueError("not one of ours")
        session = Session(
            session_id=UUID(claims["sid"]),
            user_id=UUID(claims["sub"]),
            authenticated_at=datetime.fromtimestamp(float(claims["auth_time"]), UTC),
        )
        return session, float(claims["exp"])
