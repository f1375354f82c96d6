"""The seals as a chain: each has its number, begins where the one before it ended, and vouches for its MAC."""

import struct
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from psycopg import Connection

from medianest.adapters.eventlog.seals.anchor import Anchor
from medianest.adapters.eventlog.seals.findings import SealFault, broken, cut
from medianest.adapters.eventlog.seals.seal import Seal, SealKeys
from medianest.ports.failures import SealBroken

STRETCH: Final = 50
"""Seals that are looked at together: at most 50,000 events, a fifth of a second."""
# A time that Python cannot hold is none that we wrote.
NEXT: Final = f"""
SELECT number, after, last, positions, digests, key_id,
  CASE WHEN sealed_at BETWEEN '1970-01-01Z' AND '9999-12-30Z' THEN sealed_at END, mac
FROM seals
WHERE number > %s ORDER BY number LIMIT {STRETCH}"""
COVERING: Final = "SELECT number FROM seals WHERE last > %s ORDER BY last LIMIT 1"
BEFORE: Final = "SELECT number, last, mac FROM seals WHERE number < %s ORDER BY number DESC LIMIT 1"
AT: Final = "SELECT number, last, mac FROM seals WHERE number = %s"
KEY: Final = "SELECT wrapped_key FROM seal_keys WHERE key_id = %s"
END: Final = 2**63 - 1


class Link(NamedTuple):
    """The end of a seal, where the next one begins; all zero and empty in front of the first."""

    number: int
    last: int
    mac: bytes


class Chain:
    """`begin`, then `next` until it gives no seal or a fault, then `end`; `link` is the last good one."""

    def __init__(self, connection: Connection[Any], keys: SealKeys, anchor: Anchor | None) -> None:
        self._connection = connection
        self._keys = keys
        self._anchor = anchor
        self._opened: dict[int, bytes] = {}
        self.link = Link(0, 0, b"")

    def begin(self, after: int) -> SealFault | None:
        """In front of the seal that covers the first position behind `after`, or behind the last one. An anchor that
        stands before that place is compared at once."""
        if after > 0:
            covering = self._one(COVERING, after)
            self.link = self._link(BEFORE, covering[0] if covering else END)
        if self._anchor is None or self._anchor.seal > self.link.number:
            return None
        return self._against_anchor(self._link(AT, self._anchor.seal))

    def next(self) -> tuple[list[tuple[Seal, Link]], SealFault | None]:
        """The next seals with their ends, up to the first one that is not right, and what is wrong with that."""
        good: list[tuple[Seal, Link]] = []
        with self._connection.cursor(binary=True) as cursor:
            rows = cursor.execute(NEXT, (self.link.number,)).fetchall()
        for *fields, mac in rows:
            seal = Seal(*fields)
            if fault := self._fault(seal, mac):
                return good, fault
            self.link = Link(seal.number, seal.last, mac)
            good.append((seal, self.link))
        return good, None

    def end(self) -> SealFault | None:
        """Whether the anchor knows of more seals than there are."""
        anchor, link = self._anchor, self.link
        if anchor is None or anchor.seal <= link.number:
            return None
        why = (
            f"The anchor knows seal {anchor.seal}, up to position {anchor.position}; now the seals end with"
            f" {link.number} at position {link.last}: the record's end was cut off, or the anchor is of another log."
        )
        return cut(link.number + 1, link.last, anchor.position, why)

    def _fault(self, seal: Seal, mac: bytes) -> SealFault | None:
        if seal.number != self.link.number + 1:
            gone = f"{self.link.number + 1} to {seal.number - 1}"
            why = f"Seals {gone}, of positions {self.link.last + 1} to {seal.after}, are gone."
            return cut(self.link.number + 1, self.link.last, seal.after, why)
        try:
            key = self._key(seal.key_id)
        except SealBroken:
            return broken(seal, f"cannot be checked: key {seal.key_id} is gone, or was made under another secret.key")
        try:
            is_ours = compare_digest(seal.mac(key, self.link.mac), mac)
        except (TypeError, struct.error):  # a NULL, or what no seal of ours can hold
            is_ours = False
        if not is_ours or seal.after != self.link.last:
            return broken(seal, "was changed, or does not follow from the one before it")
        return self._against_anchor(Link(seal.number, seal.last, mac))

    def _against_anchor(self, link: Link) -> SealFault | None:
        anchor = self._anchor
        if anchor is None or link.number not in (anchor.seal, 0) or link.mac.hex() == anchor.mac:
            return None
        why = (
            f"Seal {anchor.seal} is not the one that was anchored: up to position {anchor.position} the record was cut"
            " somewhere and sealed anew, or the anchor is of another log."
        )
        return cut(anchor.seal, self.link.last, max(anchor.position, self.link.last + 1), why)

    def _key(self, key_id: int) -> bytes:
        """Raises SealBroken where there is none that opens."""
        if key_id not in self._opened:
            found = self._one(KEY, key_id)
            self._opened[key_id] = self._keys.opened(found[0] if found else b"")
        return self._opened[key_id]

    def _link(self, query: str, number: int) -> Link:
        return Link(*(self._one(query, number) or (0, 0, b"")))

    def _one(self, query: str, number: int) -> tuple[Any, ...] | None:
        with self._connection.cursor(binary=True) as cursor:
            row: tuple[Any, ...] | None = cursor.execute(query.encode(), (number,)).fetchone()
            return row
