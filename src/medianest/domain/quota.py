"""Everybody may ask for so many films and so many seasons within some days; what is turned down is given back.

The window is rolling: it holds what was spent in the last N days before the command. A film counts one, a series one
for each season.

| a part that is | spend, within the limit | spend, beyond it | spend, exempt or unlimited | refund   |
|----------------|-------------------------|------------------|----------------------------|----------|
| not spent      | spent                   | no               | spent                      | so       |
| spent          | so                      | so               | so                         | refunded |

`so`: already so, nothing happens. `no`: refused. The exempt and the unlimited are counted too, for limits may come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused
from medianest.domain.limits import FILM, LONGEST_WINDOW, MediaType, QuotaLimits
from medianest.domain.spendings import Spending, Spendings

NAMESPACE: Final = UUID("3783dac5-9a3b-55cf-9a5d-2c716fafa087")
"""Under which the ids of quotas are made. It can never change: the ids of stored streams depend on it."""

KEPT: Final = timedelta(days=LONGEST_WINDOW)


@lru_cache(1024)
def quota_id(user_id: UUID) -> UUID:
    """The id of this person's quota; the same for ever."""
    return uuid5(NAMESPACE, str(user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCommand(Command):
    user_id: UUID
    request_id: UUID
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendQuota(QuotaCommand):
    """A request asks for these parts. `limits` None: this person is exempt."""

    media_type: MediaType
    limits: QuotaLimits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundQuota(QuotaCommand):
    """These parts of the request will not be had (a film has one, whatever is said).

    What was never spent is passed over.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaEvent(Event):
    user_id: UUID
    request_id: UUID
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSpent(QuotaEvent):
    """`at` is when, in UTC: the window depends on it."""

    tag: ClassVar[str] = "quota.spent"
    media_type: MediaType
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRefunded(QuotaEvent):
    tag: ClassVar[str] = "quota.refunded"


class QuotaExceeded(Refused):
    code, kind = "quota_exceeded", "forbidden"
    text = "This is more than you may ask for now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`spendings` of at least the last 366 days before the latest of them."""

    user_id: UUID
    spendings: Spendings = Spendings()  # noqa: RUF009 - it never changes

    def parts_of(self, request_id: UUID) -> frozenset[int]:
        return frozenset(n for spending in self.spendings.of(request_id) for n in spending.parts)


def decide(command: QuotaCommand, state: Quota | None) -> Sequence[QuotaEvent]:
    quota = state or Quota(user_id=command.user_id)
    match command:
        case SpendQuota(media_type=media_type, limits=limits, at=at):
            asked = {FILM} if media_type == "movie" else set(command.parts)
            # What is forgotten with this spending does not count as taken either, or a repetition would take it again.
            earlier = (spending for spending in quota.spendings.of(command.request_id) if spending.at > at - KEPT)
            taken = {n for spending in earlier for n in spending.parts}
            if not (parts := tuple(sorted(asked - taken))):
                return []
            if limits is not None:
                _check(quota, media_type, len(parts), limits, at)
            return [
                QuotaSpent(
                    user_id=command.user_id, request_id=command.request_id, media_type=media_type, parts=parts, at=at
                )
            ]
        case RefundQuota(user_id=user_id, request_id=request_id):
            spent = quota.parts_of(request_id)
            is_for_film = any(spending.media_type == "movie" for spending in quota.spendings.of(request_id))
            given_back = spent if is_for_film else spent & set(command.parts)
            if parts := tuple(sorted(given_back)):
                return [QuotaRefunded(user_id=user_id, request_id=request_id, parts=parts)]
            return []
        case _:
            raise TypeError(f"not a command of a quota: {type(command).__name__}")


def _check(quota: Quota, media_type: MediaType, wanted: int, limits: QuotaLimits, at: datetime) -> None:
    """Raises `QuotaExceeded` where the window has no room for so many more."""
    limits.check()
    limit, days = limits.of(media_type)
    if limit is None:
        return
    window = timedelta(days=days)
    spent = quota.spendings.count(media_type, at - window)
    if (excess := spent + wanted - limit) <= 0:
        return
    rule = f"You may ask for {_counted(limit, media_type)} within {_plural(days, 'day')}"
    if excess > spent:
        raise QuotaExceeded(f"{rule}, and this asks for {wanted}.")
    free_at = quota.spendings.times(media_type, at - window)[excess - 1] + window
    raise QuotaExceeded(f"{rule}. There is room for this on {free_at:%Y-%m-%d at %H:%M} UTC.")


def _counted(limit: int, media_type: MediaType) -> str:
    return _plural(limit, "film" if media_type == "movie" else "season")


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def evolve(state: Quota | None, event: QuotaEvent) -> Quota | None:
    quota = state or Quota(user_id=event.user_id)
    match event:
        case QuotaSpent(request_id=request_id, media_type=media_type, parts=parts, at=at):
            spending = Spending(request_id=request_id, media_type=media_type, parts=parts, at=at)
            return replace(quota, spendings=quota.spendings.since(at - KEPT).plus(spending))
        case QuotaRefunded(request_id=request_id, parts=parts):
            return replace(quota, spendings=quota.spendings.without(request_id, parts))
    return state


QUOTA: Aggregate[QuotaCommand, QuotaEvent, Quota] = Aggregate(
    category="quota",
    commands=(SpendQuota, RefundQuota),
    events=(QuotaSpent, QuotaRefunded),
    state=Quota,
    state_version=1,
    stream_id=lambda command: quota_id(command.user_id),
    decide=decide,
    evolve=evolve,
)
