"""Cursors: where a list goes on, sealed so that they fit only the query they came from."""

import hmac
from base64 import b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256
from typing import Final

import msgspec

from medianest.adapters.http.foundation.problems import FieldError, InvalidParameter

_SIGNATURE: Final = 12
"""Bytes of the HMAC that are kept: cursors guard against accidents and probing, they open nothing."""

_FINGERPRINT: Final = 8


class InvalidCursor(InvalidParameter):
    """The cursor is damaged, made up, or of another query."""

    def __init__(self) -> None:
        message = "This cursor does not belong to this query. Start again from the first page."
        super().__init__(message, [FieldError(field="cursor", message=message)], code="invalid_cursor")


class _Content(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    query: str
    key: tuple[str, ...]


class Cursors:
    """Writes and reads cursors, signed under `secret` (bytes, the same in every process)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"medianest cursor v1", sha256)
        self._decoder = msgspec.json.Decoder(_Content)

    def write(self, query: object, key: tuple[str, ...] | None) -> str | None:
        """The cursor after the item with this key; None at the end of the list.

        `query` is whatever decides what is listed and in which order (filter, sort, path), of types msgspec can
        encode. It does not hold the limit: a page may have another size than the one before.
        """
        if key is None:
            return None
        content = msgspec.json.encode(_Content(_fingerprint(query), key))
        return urlsafe_b64encode(self._sign(content) + content).rstrip(b"=").decode()

    def read(self, query: object, cursor: str | None) -> tuple[str, ...] | None:
        """The key to go on after; None without a cursor. Raises InvalidCursor."""
        if cursor is None:
            return None
        try:
            sealed = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            signature, content = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
            if not hmac.compare_digest(signature, self._sign(content)):
                raise InvalidCursor
            read = self._decoder.decode(content)
        except (ValueError, msgspec.MsgspecError) as error:
            raise InvalidCursor from error
        if read.query != _fingerprint(query):
            raise InvalidCursor
        return read.key

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._secret, content, sha256)[:_SIGNATURE]


def _fingerprint(query: object) -> str:
    return blake2b(msgspec.json.encode(query, order="deterministic"), digest_size=_FINGERPRINT).hexdigest()
