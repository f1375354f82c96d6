"""What those who look after the server do to it: it is in the log, so it can be asked who did it and why.

Each matter has a stream of its own: an event that a reaction has parked, a rebuild of views, the keys of the seals.

| a matter that is | retry   | skip    | ask for a rebuild | rotate  |
|------------------|---------|---------|-------------------|---------|
| new              | retried | skipped | asked             | rotated |
| retried          | so*     | skipped |                   |         |
| skipped          | no      | so      |                   |         |
| asked            |         |         | so                |         |
| rotated          |         |         |                   | so*     |

`so`: already so, nothing happens. `no`: refused. `so*`: unless the event was tried in between and failed once more,
or the key is a newer one. An empty cell is about another matter: the two never meet in one stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Personal, Refused

NAMESPACE: Final = UUID("0f6a2c31-7d0b-5b7e-8c54-9f1f5f0f6e1d")
"""Under which the ids of matters are made. It can never change: the ids of stored streams depend on it."""

SEALS: Final = uuid5(NAMESPACE, "seals")
"""The id of the matter of the keys that seal the log."""


def parked_matter(reaction: str, position: int) -> UUID:
    """The id of the matter of the event that `reaction` parked at `position`; the same for ever."""
    return uuid5(NAMESPACE, f"parked:{reaction}:{position}")


def rebuild_matter(rebuild_id: UUID) -> UUID:
    return uuid5(NAMESPACE, f"rebuild:{rebuild_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepCommand(Command):
    @property
    def matter_id(self) -> UUID:
        return SEALS


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedCommand(UpkeepCommand):
    """About the event at `position`, which `reaction` could not handle."""

    reaction: str
    position: int

    @property
    def matter_id(self) -> UUID:
        return parked_matter(self.reaction, self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryParked(ParkedCommand):
    """Try it once more. `attempts`: how often it had been tried when the actor looked, so that two clicks are one."""

    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipParked(ParkedCommand):
    """Go on without it: this reaction will never answer it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForRebuild(UpkeepCommand):
    """Build these views anew from the log."""

    rebuild_id: UUID
    views: tuple[str, ...]

    @property
    def matter_id(self) -> UUID:
        return rebuild_matter(self.rebuild_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSealKey(UpkeepCommand):
    """Seal the log under another key from now on: that of this number."""

    key_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepEvent(Event):
    @property
    def matter_id(self) -> UUID:
        return SEALS


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedEvent(UpkeepEvent):
    reaction: str
    position: int

    @property
    def matter_id(self) -> UUID:
        return parked_matter(self.reaction, self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRetried(ParkedEvent):
    """Somebody asked that it be tried again after `attempts` attempts. What came of it is for the runner to find."""

    tag: ClassVar[str] = "upkeep.parked_retried"
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedSkipped(ParkedEvent):
    tag: ClassVar[str] = "upkeep.parked_skipped"
    skipped_by: UUID
    reason: Annotated[str, Personal(of="skipped_by")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildAsked(UpkeepEvent):
    tag: ClassVar[str] = "upkeep.rebuild_asked"
    rebuild_id: UUID
    views: tuple[str, ...]

    @property
    def matter_id(self) -> UUID:
        return rebuild_matter(self.rebuild_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealKeyRotated(UpkeepEvent):
    tag: ClassVar[str] = "upkeep.seal_key_rotated"
    key_id: int


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
    return state


UPKEEP: Aggregate[UpkeepCommand, UpkeepEvent, Upkeep] = Aggregate(
    category="upkeep",
    commands=(RetryParked, SkipParked, AskForRebuild, RotateSealKey),
    events=(ParkedRetried, ParkedSkipped, RebuildAsked, SealKeyRotated),
    state=Upkeep,
    state_version=1,
    stream_id=lambda command: command.matter_id,
    decide=decide,
    evolve=evolve,
)
