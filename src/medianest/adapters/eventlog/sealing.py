"""Personal fields, sealed under the key of the person they are about.

A sealed field is stored as `{"sealed": "<base64 of nonce, ciphertext and tag>"}` (AES-256-GCM, NIST SP 800-38D), bound
to its event's tag, its field and its person, so that it cannot be read in another place. An empty seal is what was
forgotten before it was stored.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medianest.domain.kernel import FORGOTTEN
from medianest.ports.failures import SealBroken

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
SEALED: Final = "sealed"
EMPTY: Final[Mapping[str, str]] = {SEALED: ""}


class SubjectKeys(Protocol):
    async def keys(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        """The keys of these people in one look; None where it was destroyed, absent where there never was one."""


class KeyMissing(Exception):
    """Personal data of somebody for whom no key was created: a bug of whoever records it."""


class Gcm:
    """AES-256-GCM with a random nonce in front of the ciphertext."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, clear: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError):
            raise SealBroken("a sealed value does not open under its key") from None


def sealed_under(master: bytes, purpose: str) -> Gcm:
    """The cipher for one purpose of a secret of at least 32 random bytes: its key is derived by HKDF-SHA256 (RFC 5869),
    so that what one purpose sealed opens for no other."""
    kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"medianest {purpose}".encode())
    return Gcm(kdf.derive(master))


def seal_text(text: str, key: bytes, *, tag: str, field: str, subject: UUID) -> dict[str, str]:
    return {SEALED: b64encode(Gcm(key).seal(text.encode(), _place(tag, field, subject))).decode()}


def is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and SEALED in value


def open_text(value: Mapping[str, str], key: bytes | None, *, tag: str, field: str, subject: UUID) -> str:
    """The text, or FORGOTTEN without a key. Raises SealBroken."""
    sealed = value[SEALED]
    if key is None or not sealed:
        return FORGOTTEN
    try:
        closed = b64decode(sealed)
    except ValueError:
        raise SealBroken("a sealed value is no base64") from None
    return Gcm(key).open(closed, _place(tag, field, subject)).decode()


def _place(tag: str, field: str, subject: UUID) -> bytes:
    return f"{tag}\0{field}\0{subject}".encode()
