"""Whether the lines of a copied log are what they were, one after the other: their order, their shapes, and each seal
against the events it covers."""

import struct
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

import msgspec

from medianest.adapters.eventlog.seals.canonical import Digested
from medianest.adapters.eventlog.seals.findings import difference
from medianest.adapters.eventlog.transfer.lines import EventLine, Header, SealLine
from medianest.adapters.eventlog.transfer.row_form import canonical_form
from medianest.domain.kernel import Event


class Wrong(Exception):
    """A line is not what it should be. The text says why, as part of a sentence, and quotes no body."""


class Inspection:
    """`types` are the events that this build knows, by their stored names."""

    def __init__(self, header: Header, types: Mapping[str, type[Event]]) -> None:
        self._header = header
        self._types = types
        self._last: tuple[int, datetime | None] = (0, None)
        self._unsealed: list[Digested] = []
        self._seal: tuple[int, int, bytes] = (0, 0, b"")
        self.events = 0
        self.seals = 0

    def event(self, line: EventLine) -> bytes:
        """Its canonical form. Raises Wrong."""
        position, recorded_at = self._last
        if not position < line.position <= self._header.head:
            raise Wrong(f"position {line.position} does not come after {position}")
        if recorded_at is not None and line.recorded_at < recorded_at:
            raise Wrong(f"position {line.position} was recorded before the one in front of it")
        self._check_shape(line)
        try:
            form = canonical_form(line.row())
        except struct.error:
            raise Wrong(f"position {line.position} holds a number that is too large") from None
        self._last = (line.position, line.recorded_at)
        self._unsealed.append((line.position, sha256(form).digest()))
        if self.seals == self._header.seals:
            self._unsealed.clear()  # nothing more will ask for them
        self.events += 1
        return form

    def seal(self, line: SealLine, keys: Mapping[int, bytes]) -> None:
        """`keys` are those of the seals by their numbers, where the file has them. Raises Wrong."""
        number, last, mac = self._seal
        seal = line.seal()
        if (line.number, line.after) != (number + 1, last):
            raise Wrong(f"seal {line.number} does not follow on seal {number}")
        covered, self._unsealed = self._unsealed, []
        if fault := difference(seal, covered):
            raise Wrong(fault.text.rstrip("."))
        if not covered or [position for position, _ in covered] != line.positions or line.last != line.positions[-1]:
            raise Wrong(f"seal {line.number} speaks of other positions than it covers")
        if self._header.keys is not None and not self._is_ours(line, keys.get(line.key_id), mac):
            raise Wrong(f"seal {line.number} was not made by this installation")
        self._seal = (line.number, line.last, line.mac)
        self.seals += 1

    @staticmethod
    def _is_ours(line: SealLine, key: bytes | None, previous: bytes) -> bool:
        try:
            return key is not None and compare_digest(line.seal().mac(key, previous), line.mac)
        except struct.error:  # a number that no seal can hold
            return False

    def end(self) -> None:
        """Raises Wrong where something is missing."""
        counted = (self._last[0], self.events, self.seals)
        if counted != (self._header.head, self._header.events, self._header.seals):
            raise Wrong(
                f"it holds {self.events} events up to position {self._last[0]} under {self.seals} seals, and promised"
                f" {self._header.events} up to {self._header.head} under {self._header.seals}"
            )

    def _check_shape(self, line: EventLine) -> None:
        known = self._types.get(line.tag)
        if known is None or line.schema > known.schema:
            name = repr(line.tag) if known is None else f"{line.tag} in shape {line.schema}"
            raise Wrong(f"this MediaNest knows no {name}: the log was written by a newer one, {self._header.medianest}")
        try:
            msgspec.json.decode(line.body)
        except msgspec.DecodeError:
            raise Wrong(f"the body of position {line.position} is no JSON") from None
