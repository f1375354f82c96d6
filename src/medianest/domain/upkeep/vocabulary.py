"""The matters of upkeep, each of which has a stream of its own."""

from typing import Final
from uuid import UUID, uuid5

NAMESPACE: Final = UUID("0f6a2c31-7d0b-5b7e-8c54-9f1f5f0f6e1d")
"""Under which the ids of matters are made. It can never change: the ids of stored streams depend on it."""

SEALS: Final = uuid5(NAMESPACE, "seals")
"""The id of the matter of the keys that seal the log."""


def parked_matter(reaction: str, position: int) -> UUID:
    """The id of the matter of the event that `reaction` parked at `position`; the same for ever."""
    return uuid5(NAMESPACE, f"parked:{reaction}:{position}")


def rebuild_matter(rebuild_id: UUID) -> UUID:
    return uuid5(NAMESPACE, f"rebuild:{rebuild_id}")


def upstream_matter(upstream: str) -> UUID:
    return uuid5(NAMESPACE, f"upstream:{upstream}")
