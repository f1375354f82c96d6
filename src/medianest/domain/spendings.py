"""What a quota remembers, kept as bytes: a tenth of what objects take, where a year may hold thousands of them.

Processes keep the quotas of all who ask at hand, and copy one with each thing that is asked for.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from struct import Struct
from typing import Any, Final, Self
from uuid import UUID

from medianest.domain.limits import MediaType

PART: Final = Struct(">16sq?q")
"""One film or season: its request's id, when in microseconds since 1970, whether it is a film, and its number."""
SPENDING: Final = itemgetter(0, 1, 2)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What one request took at one time, less what was given back. `at` is in UTC."""

    request_id: UUID
    media_type: MediaType
    parts: tuple[int, ...]
    at: datetime


class Spendings:
    """In the order in which they were recorded; none is empty. They never change: each change makes others."""

    __slots__ = ("_packed",)

    def __init__(self, spendings: Iterable[Spending] = ()) -> None:
        self._packed = b"".join(map(_packed, spendings))

    def __iter__(self) -> Iterator[Spending]:
        return _spendings(PART.iter_unpack(self._packed))

    def __eq__(self, other: object) -> bool:
        return self._packed == other._packed if isinstance(other, Spendings) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._packed)

    def __repr__(self) -> str:
        return f"Spendings({[*self]})"

    def of(self, request_id: UUID) -> list[Spending]:
        """What this request took and did not give back."""
        return [*_spendings(PART.unpack_from(self._packed, where) for where in self._places(request_id.bytes))]

    def count(self, media_type: MediaType, start: datetime) -> int:
        """How many films, or seasons, were spent after `start`."""
        return sum(1 for _ in self._times(media_type, start))

    def times(self, media_type: MediaType, start: datetime) -> list[datetime]:
        """When each of them was spent: oldest first."""
        return [EPOCH + at * MICROSECOND for at in sorted(self._times(media_type, start))]

    def since(self, moment: datetime) -> Self:
        """Without those at the beginning that are not after `moment`: they were recorded in the order of their time,
        but for what a clock that was set back has mixed."""
        until, begin = _microseconds(moment), 0
        while begin < len(self._packed) and PART.unpack_from(self._packed, begin)[1] <= until:
            begin += PART.size
        return self._made(self._packed[begin:])

    def plus(self, spending: Spending) -> Self:
        return self._made(self._packed + _packed(spending))

    def without(self, request_id: UUID, parts: Collection[int]) -> Self:
        """Less these parts of the request, whenever it took them."""
        left, begin = [], 0
        for where in self._places(request_id.bytes):
            if PART.unpack_from(self._packed, where)[3] in parts:
                left.append(self._packed[begin:where])
                begin = where + PART.size
        return self._made(b"".join((*left, self._packed[begin:])))

    def _times(self, media_type: MediaType, start: datetime) -> Iterator[int]:
        after, is_film = _microseconds(start), media_type == "movie"
        return (at for _, at, film, _ in PART.iter_unpack(self._packed) if at > after and film == is_film)

    def _places(self, request: bytes) -> Iterator[int]:
        where = self._packed.find(request)
        while where >= 0:
            if where % PART.size == 0:
                yield where
            where = self._packed.find(request, where + 1)

    def _made(self, packed: bytes) -> Self:
        made = type(self)()
        made._packed = packed
        return made


def _packed(spending: Spending) -> bytes:
    request, at, is_film = spending.request_id.bytes, _microseconds(spending.at), spending.media_type == "movie"
    return b"".join(PART.pack(request, at, is_film, part) for part in spending.parts)


def _spendings(parts: Iterable[tuple[Any, ...]]) -> Iterator[Spending]:
    for (request, at, is_film), those in groupby(parts, SPENDING):
        yield Spending(
            request_id=UUID(bytes=request),
            media_type="movie" if is_film else "tv",
            parts=tuple(number for *_, number in those),
            at=EPOCH + at * MICROSECOND,
        )


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
