"""One title can be wanted by many, but only one live request stands for it: the one that holds its claim.

There is a claim for every title in each of its two qualities. It also remembers which parts its earlier requests
brought into the library, so that nobody asks for them again.

| a claim that is | claim   | release by its holder | release by another | forget arrivals |
|-----------------|---------|-----------------------|--------------------|-----------------|
| free            | claimed | so                    | so                 | forgotten*      |
| held            | so / no | released              | so                 | forgotten*      |

`so`: already so, nothing happens. `so / no`: nothing happens for the holder, anybody else is refused. `forgotten*`:
those that it knew of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused
from medianest.domain.limits import MediaType

NAMESPACE: Final = UUID("85b9daa6-ea9c-53ab-a8e9-e16230a2b833")
"""Under which the ids of claims are made. It can never change: the ids of stored streams depend on it."""


@lru_cache(1024)
def claim_id(media_type: MediaType, tmdb_id: int, is_4k: bool) -> UUID:
    """The id of the claim on this title in this quality; the same for ever."""
    return uuid5(NAMESPACE, f"{media_type}:{tmdb_id}:{'4k' if is_4k else 'hd'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleClaimCommand(Command):
    claim_id: UUID
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTitle(TitleClaimCommand):
    """This request is to be the live one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTitle(TitleClaimCommand):
    """This request no longer is. `available`: the part numbers that it brought into the library (a film's is 0)."""

    available: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetArrivals(TitleClaimCommand):
    """What this request had brought is no longer in the library, and may be asked for again."""

    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleClaimEvent(Event):
    claim_id: UUID
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleClaimed(TitleClaimEvent):
    tag: ClassVar[str] = "title_claim.claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleReleased(TitleClaimEvent):
    tag: ClassVar[str] = "title_claim.released"
    available: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalsForgotten(TitleClaimEvent):
    tag: ClassVar[str] = "title_claim.arrivals_forgotten"
    parts: tuple[int, ...]


class TitleAlreadyRequested(Refused):
    code = "title_already_requested"
    text = "Somebody asked for this title just now. Ask again to join them."


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleClaim:
    """`holder` is the live request, None while there is none; `available` the parts known to be in the library."""

    claim_id: UUID
    holder: UUID | None = None
    available: frozenset[int] = frozenset()


def decide(command: TitleClaimCommand, state: TitleClaim | None) -> Sequence[TitleClaimEvent]:
    holder = state.holder if state else None
    match command:
        case ClaimTitle(claim_id=claim, request_id=request_id):
            if holder is None:
                return [TitleClaimed(claim_id=claim, request_id=request_id)]
            if holder == request_id:
                return []
            raise TitleAlreadyRequested
        case ReleaseTitle(claim_id=claim, request_id=request_id, available=available):
            if holder != request_id:
                return []
            return [TitleReleased(claim_id=claim, request_id=request_id, available=tuple(sorted(set(available))))]
        case ForgetArrivals(claim_id=claim, request_id=request_id, parts=parts):
            known = tuple(sorted(set(parts) & (state.available if state else frozenset())))
            return [ArrivalsForgotten(claim_id=claim, request_id=request_id, parts=known)] if known else []
        case _:
            raise TypeError(f"not a command of a title claim: {type(command).__name__}")


def evolve(state: TitleClaim | None, event: TitleClaimEvent) -> TitleClaim | None:
    claim = state or TitleClaim(claim_id=event.claim_id)
    match event:
        case TitleClaimed(request_id=request_id):
            return replace(claim, holder=request_id)
        case TitleReleased(available=available):
            return replace(claim, holder=None, available=claim.available | frozenset(available))
        case ArrivalsForgotten(parts=parts):
            return replace(claim, available=claim.available - frozenset(parts))
    return state


TITLE_CLAIM: Aggregate[TitleClaimCommand, TitleClaimEvent, TitleClaim] = Aggregate(
    category="title_claim",
    commands=(ClaimTitle, ReleaseTitle, ForgetArrivals),
    events=(TitleClaimed, TitleReleased, ArrivalsForgotten),
    state=TitleClaim,
    state_version=1,
    stream_id=lambda command: command.claim_id,
    decide=decide,
    evolve=evolve,
)
