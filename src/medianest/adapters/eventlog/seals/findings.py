"""What verifying finds: the first place where the log is not what was sealed, or that there is none."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final, Literal

import msgspec

from medianest.adapters.eventlog.seals.canonical import Digested
from medianest.adapters.eventlog.seals.seal import DIGEST_BYTES, Seal

FaultKind = Literal["changed", "missing", "inserted", "seal_broken", "seals_cut"]

NOWHERE: Final[Digested] = (2**63, b"")
"""Behind the last row that there can be."""

ADVICE: Final = (
    "Stop MediaNest, keep a copy of the database as it is now, and compare it with your last backup from before."
)


class SealFault(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is the first one that does not match, `last` the end of what is in doubt (the same for one row);
    `seal` the number of the seal that shows it, and `text` one sentence for people."""

    kind: FaultKind
    position: int
    last: int
    seal: int
    text: str


class SealReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at: `events` rows under `seals` seals, behind position `after` and up to `position`.

    `unsealed` rows are behind the last seal; `seal` and `mac` are those of the last good one (0 and empty: none).
    `fault` is None where everything matches. It took `seconds`.
    """

    after: int
    position: int
    events: int
    seals: int
    unsealed: int
    seal: int
    mac: bytes
    seconds: float
    fault: SealFault | None


def difference(seal: Seal, rows: Sequence[Digested]) -> SealFault | None:
    """The first row, in order, that differs from what the seal says. `rows` are those it covers; where they are more
    than it knows, one more of them is enough. None where they are the same."""
    if b"".join(digest for _, digest in rows) == seal.digests:
        return None
    found = iter(rows)
    place, digest = next(found, NOWHERE)
    for number, position in enumerate(seal.positions):
        if place > position:
            return _of(seal, "missing", position, "is missing: the event was deleted after it had been sealed")
        if place < position:
            return _inserted(seal, place)
        if digest != seal.digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]:
            return _of(seal, "changed", position, "was changed after it had been sealed")
        place, digest = next(found, NOWHERE)
    return _inserted(seal, place)


def broken(seal: Seal, why: str) -> SealFault:
    text = f"Seal {seal.number}, of positions {seal.after + 1} to {seal.last}, {why}."
    return SealFault(kind="seal_broken", position=seal.after + 1, last=seal.last, seal=seal.number, text=text)


def cut(number: int, after: int, last: int, why: str) -> SealFault:
    """Nothing vouches for `after` < position <= `last` any more; `number` is the first seal that is not there."""
    return SealFault(kind="seals_cut", position=after + 1, last=last, seal=number, text=why)


def _inserted(seal: Seal, position: int) -> SealFault:
    return _of(seal, "inserted", position, "was put into the log later: it was not there when its place was sealed")


def _of(seal: Seal, kind: FaultKind, position: int, what: str) -> SealFault:
    when = seal.sealed_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = f"Position {position} {what} (seal {seal.number}, {when})."
    return SealFault(kind=kind, position=position, last=position, seal=seal.number, text=text)
