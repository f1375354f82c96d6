"""What can be asked of those who look after the server."""

from dataclasses import dataclass
from uuid import UUID

from medianest.domain.kernel import Command
from medianest.domain.upkeep.vocabulary import SEALS, parked_matter, rebuild_matter, upstream_matter


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
class UpstreamCommand(UpkeepCommand):
    """About an upstream: a server of somebody else's that we call, by our name for it."""

    upstream: str

    @property
    def matter_id(self) -> UUID:
        return upstream_matter(self.upstream)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBreaker(UpstreamCommand):
    """Call it again at once, in every process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache(UpstreamCommand):
    """Forget every answer of it that is kept, in every process."""
