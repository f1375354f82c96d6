"""What a matter of upkeep answers to each command, and what it remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medianest.domain.kernel import Refused
from medianest.domain.upkeep.commands import (
    AskForRebuild,
    ClearCache,
    ResetBreaker,
    RetryParked,
    RotateSealKey,
    SkipParked,
    UpkeepCommand,
)
from medianest.domain.upkeep.events import (
    BreakerReset,
    CacheCleared,
    ParkedRetried,
    ParkedSkipped,
    RebuildAsked,
    SealKeyRotated,
    UpkeepEvent,
    UpstreamEvent,
)


class ParkedAlreadySkipped(Refused):
    code = "parked_already_skipped"
    text = "Somebody has skipped this event: it will not be tried again."


class ReasonRequired(Refused):
    code, kind = "reason_required", "invalid"
    text = "Say why: whoever looks back at this will want to know."


class ViewsRequired(Refused):
    code, kind = "views_required", "invalid"
    text = "Name at least one view to build anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What was done in one matter. `retried_after` in attempts; `key_id` of the newest key, None before the first."""

    retried_after: int | None = None
    is_skipped: bool = False
    is_asked: bool = False
    key_id: int | None = None


def decide(command: UpkeepCommand, state: Upkeep | None) -> Sequence[UpkeepEvent]:
    matter = state or Upkeep()
    match command:
        case RetryParked(reaction=reaction, position=position, attempts=attempts):
            if matter.is_skipped:
                raise ParkedAlreadySkipped
            if matter.retried_after is not None and attempts <= matter.retried_after:
                return []
            return [ParkedRetried(reaction=reaction, position=position, attempts=attempts)]
        case SkipParked(actor=actor, reaction=reaction, position=position, reason=reason):
            if matter.is_skipped:
                return []
            if not (written := reason.strip()):
                raise ReasonRequired
            return [ParkedSkipped(reaction=reaction, position=position, skipped_by=actor, reason=written)]
        case AskForRebuild(rebuild_id=rebuild_id, views=views):
            if matter.is_asked:
                return []
            if not views:
                raise ViewsRequired
            return [RebuildAsked(rebuild_id=rebuild_id, views=views)]
        case RotateSealKey(key_id=key_id):
            if matter.key_id is not None and key_id <= matter.key_id:
                return []
            return [SealKeyRotated(key_id=key_id)]
        case ResetBreaker(upstream=upstream):
            return [BreakerReset(upstream=upstream)]
        case ClearCache(upstream=upstream):
            return [CacheCleared(upstream=upstream)]
        case _:
            raise TypeError(f"not a command of upkeep: {type(command).__name__}")


def evolve(state: Upkeep | None, event: UpkeepEvent) -> Upkeep | None:
    matter = state or Upkeep()
    match event:
        case ParkedRetried(attempts=attempts):
            return replace(matter, retried_after=attempts)
        case ParkedSkipped():
            return replace(matter, is_skipped=True)
        case RebuildAsked():
            return replace(matter, is_asked=True)
        case SealKeyRotated(key_id=key_id):
            return replace(matter, key_id=key_id)
        case UpstreamEvent():
            return matter
    return state
