"""What those who look after the server do to it: it is in the log, so it can be asked who did it and why.

Each matter has a stream of its own: an event that a reaction has parked, a rebuild of views, the keys of the seals, an
upstream.

| a matter that is | retry   | skip    | ask for a rebuild | rotate  | reset the breaker | clear the cache |
|------------------|---------|---------|-------------------|---------|-------------------|-----------------|
| new              | retried | skipped | asked             | rotated | reset             | cleared         |
| retried          | so*     | skipped |                   |         |                   |                 |
| skipped          | no      | so      |                   |         |                   |                 |
| asked            |         |         | so                |         |                   |                 |
| rotated          |         |         |                   | so*     |                   |                 |
| reset            |         |         |                   |         | reset             | cleared         |
| cleared          |         |         |                   |         | reset             | cleared         |

`so`: already so, nothing happens. `no`: refused. `so*`: unless the event was tried in between and failed once more,
or the key is a newer one. An empty cell is about another matter: the two never meet in one stream. What is asked of an
upstream is recorded each time: every process obeys the event, and what it did to it before is over.
"""

from medianest.domain.kernel import Aggregate
from medianest.domain.upkeep.commands import (
    AskForRebuild,
    ClearCache,
    ResetBreaker,
    RetryParked,
    RotateSealKey,
    SkipParked,
    UpkeepCommand,
)
from medianest.domain.upkeep.decisions import (
    Upkeep,
    decide,
    evolve,
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
from medianest.domain.upkeep.vocabulary import (
    SEALS,
    parked_matter,
    rebuild_matter,
    upstream_matter,
)

UPKEEP: Aggregate[UpkeepCommand, UpkeepEvent, Upkeep] = Aggregate(
    category="upkeep",
    commands=(RetryParked, SkipParked, AskForRebuild, RotateSealKey, ResetBreaker, ClearCache),
    events=(ParkedRetried, ParkedSkipped, RebuildAsked, SealKeyRotated, BreakerReset, CacheCleared),
    state=Upkeep,
    state_version=1,
    stream_id=lambda command: command.matter_id,
    decide=decide,
    evolve=evolve,
)

__all__ = [
    "SEALS",
    "UPKEEP",
    "AskForRebuild",
    "BreakerReset",
    "CacheCleared",
    "ClearCache",
    "ParkedRetried",
    "ParkedSkipped",
    "RebuildAsked",
    "ResetBreaker",
    "RetryParked",
    "RotateSealKey",
    "SealKeyRotated",
    "SkipParked",
    "Upkeep",
    "UpkeepCommand",
    "UpkeepEvent",
    "UpstreamEvent",
    "parked_matter",
    "rebuild_matter",
    "upstream_matter",
]
