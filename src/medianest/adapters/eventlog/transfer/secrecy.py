"""What a copied log holds only on request, sealed under a passphrase: the keys of people, of the seals and of the
server itself, the hashes of passwords, second factors, and secrets that are read again.

The passphrase becomes a key by scrypt (RFC 7914), at the cost that OWASP recommends for it (Password Storage Cheat
Sheet: N = 2^17, r = 8, p = 1, which takes 128 MiB and a few tenths of a second).
"""

import os
import unicodedata
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Meta

from medianest.adapters.eventlog.sealing import KEY_BYTES, Gcm
from medianest.domain.kernel import Refused
from medianest.ports.failures import SealBroken

SHORTEST: Final = 12
"""Characters of a passphrase: whoever has the file can try as many as they like, for as long as they like."""


class PassphraseTooShort(Refused):
    code, kind = "passphrase_too_short", "invalid"
    text = f"A passphrase has at least {SHORTEST} characters. A few words that do not belong together are a good one."


class PassphraseWrong(Refused):
    code, kind = "passphrase_wrong", "invalid"
    text = "The passphrase is another one, or somebody changed the file."


class Wrapping(msgspec.Struct, frozen=True, kw_only=True):
    """How the key is made from the passphrase. The bounds keep a made-up file from taking all the memory there is."""

    kdf: Literal["scrypt"] = "scrypt"
    n: Annotated[int, Meta(ge=2, le=2**20)] = 2**17
    r: Annotated[int, Meta(ge=1, le=16)] = 8
    p: Annotated[int, Meta(ge=1, le=8)] = 1
    salt: Annotated[bytes, Meta(min_length=16, max_length=64)]


class ServerKey(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="server_key"):
    """What the other keys are wrapped under. The first of the secrets."""

    key: bytes


class SubjectKey(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="subject_key"):
    """A row of `subject_keys`."""

    user_id: UUID
    wrapped_key: bytes | None
    created_at: datetime
    destroyed_at: datetime | None


class SealKey(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="seal_key"):
    """A row of `seal_keys`."""

    key_id: int
    wrapped_key: bytes
    created_at: datetime


class Credential(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="credential"):
    """A row of `credentials`."""

    user_id: UUID
    password_hash: str
    changed_at: datetime


class EnrolledFactor(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="second_factor"):
    """A row of `second_factors`, with the hashes of its recovery codes."""

    user_id: UUID
    last_step: int
    enrolled_at: datetime | None
    code_hashes: list[bytes]


class VaultSecret(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="vault_secret"):
    """A row of `secrets`, with the key that it is sealed under."""

    secret_kind: str
    owner: UUID
    key_id: int
    wrapped_key: bytes
    made_at: datetime
    sealed: bytes
    changed_at: datetime


Secret = ServerKey | SubjectKey | SealKey | Credential | EnrolledFactor | VaultSecret

_decoder: Final[msgspec.json.Decoder[Secret]] = msgspec.json.Decoder(Secret)


def a_wrapping() -> Wrapping:
    return Wrapping(salt=os.urandom(16))


class Passphrase:
    """Seals and opens secrets, each bound to its number in the file, so that none can change its place."""

    def __init__(self, passphrase: str, wrapping: Wrapping) -> None:
        kdf = Scrypt(salt=wrapping.salt, length=KEY_BYTES, n=wrapping.n, r=wrapping.r, p=wrapping.p)
        # Keyboards write one and the same letter in two ways (Unicode Standard Annex 15).
        self._cipher = Gcm(kdf.derive(unicodedata.normalize("NFC", passphrase).encode()))

    def seal(self, secret: Secret, number: int) -> bytes:
        return self._cipher.seal(msgspec.json.encode(secret), _place(number))

    def open(self, sealed: bytes, number: int) -> Secret:
        """Raises PassphraseWrong."""
        try:
            return _decoder.decode(self._cipher.open(sealed, _place(number)))
        except (SealBroken, msgspec.DecodeError):
            raise PassphraseWrong from None


def check_passphrase(passphrase: str) -> str:
    """Raises PassphraseTooShort."""
    if len(passphrase) < SHORTEST:
        raise PassphraseTooShort
    return passphrase


def _place(number: int) -> bytes:
    return f"medianest secret {number}".encode()
