"""Who wins: the rules of the log, settled in memory under its lock. Pure, and shared by every adapter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from medianest.ports.event_log import Append, Conflict, ReceiptTaken

ReceiptKey = tuple[UUID, str]


def streams(appends: Iterable[Append]) -> list[UUID]:
    """The streams whose heads decide about these appends."""
    return list({write.stream_id for append in appends for write in append.writes})


def expected_heads(appends: Iterable[Append]) -> dict[UUID, int]:
    """The heads under which all of these appends win, one after the other, if there are such."""
    heads: dict[UUID, int] = {}
    for append in appends:
        for write in append.writes:
            heads.setdefault(write.stream_id, write.expected)
    return heads


def receipt_keys(appends: Iterable[Append]) -> list[ReceiptKey]:
    return [(append.receipt.actor, append.receipt.key) for append in appends if append.receipt is not None]


def settle(
    appends: Sequence[Append], heads: Mapping[UUID, int], taken: Collection[ReceiptKey]
) -> list[Conflict | ReceiptTaken | None]:
    """For each append, in the order of arrival, None if it wins or why it loses.

    `heads` are the last versions of the streams (absent: 0), `taken` the receipts that exist. A winner moves the
    heads for whoever comes after it; a loser leaves no trace.
    """
    current = dict(heads)
    receipts = set(taken)
    verdicts: list[Conflict | ReceiptTaken | None] = []
    for append in appends:
        moved = _moved(append, current)
        key = None if append.receipt is None else (append.receipt.actor, append.receipt.key)
        if key in receipts:
            verdicts.append(ReceiptTaken("a request with this Idempotency-Key was recorded first"))
        elif moved is None:
            verdicts.append(Conflict("another append came first on one of the streams"))
        else:
            current.update(moved)
            if key is not None:
                receipts.add(key)
            verdicts.append(None)
    return verdicts


def _moved(append: Append, heads: Mapping[UUID, int]) -> dict[UUID, int] | None:
    """The heads after `append`, or None where a stream is not at the version that it expects."""
    moved: dict[UUID, int] = {}
    for write in append.writes:
        head = moved.get(write.stream_id, heads.get(write.stream_id, 0))
        if head != write.expected:
            return None
        moved[write.stream_id] = head + len(write.events)
    return moved
