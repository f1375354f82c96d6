"""Wrong attempts at signing in, counted before anything is checked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from medianest.domain.lockout import TargetKind


class Target(msgspec.Struct, frozen=True, order=True):
    """What somebody guesses at, or from where. `key`: of an account a keyed hash of the e-mail address, so that one
    that exists and one that does not look the same; an address; the id of the person whose second factor it is; or the
    random name of a known device, or of a session."""

    kind: TargetKind
    key: str


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the secret may be looked at. `retry_after` in seconds, 0 for who is admitted.

    `locked`: those that are locked from this attempt on, should it turn out wrong, and until when.
    """

    is_admitted: bool
    retry_after: float = 0.0
    locked: Mapping[Target, datetime] = {}


class Lockout(msgspec.Struct, frozen=True, kw_only=True):
    """`lockouts` is how often it has been locked in a row, this time included."""

    target: Target
    last_at: datetime
    locked_until: datetime
    lockouts: int


class Attempts(Protocol):
    """Outlives a restart, and counts for all processes together. Raises Unavailable from every method when the database
    is away: then nobody signs in."""

    async def admit(self, *targets: Target, now: datetime) -> Admission:
        """Take one attempt at each target, before its secret is checked, or none where one of them is locked. However
        many come at once, no more are admitted than the limit says. An attempt that is cut off stays taken."""

    async def succeeded(self, *targets: Target) -> None:
        """The secret was right. Accounts and factors start anew. An address is given back this one attempt and no more:
        somebody with an account of their own shall not wipe away their guesses at others' by signing in between."""

    async def unlock(self, target: Target) -> bool:
        """Forget all attempts. Whether it was locked, or on the way to it."""

    async def locked(self, now: datetime, *, limit: int = 100) -> Sequence[Lockout]:
        """What is locked, the latest first."""

    async def sweep(self, now: datetime) -> int:
        """Delete what makes no difference any more. How many."""
