"""Ids of claims that would betray a person: an HMAC, so that only this server can tell which address is meant."""

import hashlib
import hmac
import unicodedata
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medianest.application.mail_domains import as_read

EMAIL: Final = b"e-mail\0"
ACCOUNT: Final = b"account\0"


class HmacClaimIds:
    """Implements ClaimIds with HMAC-SHA256 (RFC 2104) under a key derived from `master`, the server's secret.

    That secret never rotates: another one would let a taken address be claimed again.
    """

    def __init__(self, master: bytes) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"medianest claim ids").derive(master)

    def of_email(self, email: str) -> UUID:
        """NFKC, then case folding, then NFKC again, since folding can undo it (Unicode 16, section 3.13, D146).

        A domain beyond ASCII goes by DNS instead: folding makes `fussball.de` of `fußball.de`, which is somebody
        else's. In the spelling in which people read it, so that the claims on all others stayed what they were.
        """
        folded = _folded(email)
        local, _, domain = email.strip().rpartition("@")
        if not domain.isascii() and (read := as_read(domain)) is not None:
            folded = f"{_folded(local)}@{read}"
        return self._id(EMAIL + folded.encode())

    def of_account(self, provider: str, subject: str) -> UUID:
        """The length of the first part keeps the two apart."""
        named = provider.encode()
        return self._id(ACCOUNT + len(named).to_bytes(2, "big") + named + subject.encode("utf-8", "surrogatepass"))

    def _id(self, named: bytes) -> UUID:
        return UUID(bytes=hmac.digest(self._key, named, hashlib.sha256)[:16])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold()).strip()
