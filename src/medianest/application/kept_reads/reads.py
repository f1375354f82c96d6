"""What is read, for how long its answer is good, and how it lies in the cache."""

import hashlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

Age = Literal["fresh", "stale", "kept", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """Seconds from when the answer came until it is no longer fresh, no longer good enough to be given while it is
    asked for anew, and gone. `missing`: for how long it is believed that something is not there."""

    fresh: float
    stale: float
    kept: float = 30 * DAY
    missing: float = 600.0

    def age(self, seconds: float) -> Age:
        """Of an answer that came so many seconds ago. One from the future (a clock was set back) is not believed to be
        fresh, or it would stay so; it is there while the upstream is away."""
        if 0 <= seconds < self.fresh:
            return "fresh"
        if self.fresh <= seconds < self.stale:
            return "stale"
        return "kept" if seconds < self.kept else "gone"

    def for_seconds(self, fresh: float) -> "Lifetimes":
        """The same for an answer that says itself how long it is fresh (`max-age`), within what we keep at all."""
        fresh = min(max(fresh, 0.0), self.kept)
        return Lifetimes(fresh=fresh, stale=max(self.stale, fresh), kept=self.kept, missing=self.missing)


SEARCH: Final = Lifetimes(fresh=HOUR, stale=DAY)
DETAILS: Final = Lifetimes(fresh=6 * HOUR, stale=7 * DAY)
LISTS: Final = Lifetimes(fresh=HOUR, stale=DAY)
PICTURES: Final = Lifetimes(fresh=DAY, stale=30 * DAY)
"""For pictures whose server does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[T]):
    """`is_stale`: it is older than it ought to be; it is being asked for anew, or the upstream does not answer."""

    value: T
    is_stale: bool
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T]):
    """`name` tells it from all others of its kind, everything included that changes the answer (language, page).
    `subject` is what it is about ("movie:603"), for whoever wants that forgotten. `fetch` answers None for what is not
    there, and raises Unavailable. `lifetimes_of`: of an answer that says itself how long it is good. An answer of more
    than `largest` bytes is passed on, and not kept."""

    upstream: str
    kind: str
    name: str
    shape: type[T]
    lifetimes: Lifetimes
    fetch: Callable[[], Awaitable[T | None]]
    subject: str = ""
    lifetimes_of: Callable[[T], Lifetimes] | None = None
    largest: int | None = None


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What lies in the cache. `value` is None for what is not there."""

    value: T | None
    stored_at: float
    lifetimes: Lifetimes

    def age(self, now: float) -> Age:
        if self.value is None:
            return "fresh" if 0 <= now - self.stored_at < self.lifetimes.missing else "gone"
        return self.lifetimes.age(now - self.stored_at)

    @property
    def ttl(self) -> float:
        return self.lifetimes.missing if self.value is None else self.lifetimes.kept

    def told(self, now: float) -> Kept[T] | None:
        if self.value is None:
            return None
        stored_at = datetime.fromtimestamp(self.stored_at, UTC)
        return Kept(value=self.value, is_stale=self.age(now) != "fresh", stored_at=stored_at)


def form_of(shape: type[Any]) -> str:
    """Differs wherever what is kept of that shape could be read wrongly: another release with other fields does not
    read our answers, nor we its."""
    if shape not in _forms:
        _forms[shape] = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(shape))).hexdigest()[:8]
    return _forms[shape]


_forms: Final[dict[type[Any], str]] = {}
"""Made once for each shape: there are a dozen, and a schema takes as long as many reads."""


class _Stored(msgspec.Struct, array_like=True):
    stored_at: float
    answer: msgspec.Raw


NOTHING: Final = msgspec.msgpack.encode(None)
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def entry_of(read: Read[T], value: T | None, now: float) -> Entry[T]:
    of_answer = read.lifetimes_of if value is not None else None
    return Entry(value, now, of_answer(value) if of_answer and value is not None else read.lifetimes)


def encoded(entry: Entry[T]) -> bytes | None:
    """None for an answer that no cache can hold (half a surrogate in a text)."""
    try:
        answer = msgspec.Raw(msgspec.msgpack.encode(entry.value))
    except UnicodeError:
        return None
    return msgspec.msgpack.encode(_Stored(entry.stored_at, answer))


def decoded(read: Read[T], stored: bytes | None) -> Entry[T] | None:
    """None for what does not decode, or makes no sense: another version's, or somebody else's."""
    if stored is None:
        return None
    try:
        found = msgspec.msgpack.decode(stored, type=_Stored)
        if not (math.isfinite(found.stored_at) and 0 <= found.stored_at < LATEST):
            return None
        if bytes(found.answer) == NOTHING:
            return Entry(None, found.stored_at, read.lifetimes)
        return entry_of(read, msgspec.msgpack.decode(found.answer, type=read.shape), found.stored_at)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
