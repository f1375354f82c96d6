"""What can happen in upkeep. Names and fields are the stored format: add, never change."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from medianest.domain.kernel import Event, Personal
from medianest.domain.upkeep.vocabulary import SEALS, parked_matter, rebuild_matter, upstream_matter


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


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamEvent(UpkeepEvent):
    upstream: str

    @property
    def matter_id(self) -> UUID:
        return upstream_matter(self.upstream)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerReset(UpstreamEvent):
    tag: ClassVar[str] = "upkeep.breaker_reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCleared(UpstreamEvent):
    tag: ClassVar[str] = "upkeep.cache_cleared"
