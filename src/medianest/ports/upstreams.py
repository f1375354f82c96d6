"""How other people's servers are doing, as those processes see it that call them. Samples, never events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from medianest.domain.kernel import Refused

BreakerState = Literal["closed", "half_open", "open"]
"""An open one answers for the server until its pause is over; half open, one call decides."""

TokenState = Literal["none", "not_set", "untried", "accepted", "refused"]
"""`none`: nothing of ours is shown there, or only what belongs to those who ask. `not_set`: the setting is missing, so
nobody calls."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Calls within some minutes. `failures`: calls without an answer, with 429 or a 5xx, or that say our token is
    refused; `retries`: attempts beyond the first of a call; `latencies`: how many calls by bucket of
    `application.latencies`, from the first attempt until the caller had what it came to."""

    calls: int = 0
    failures: int = 0
    retries: int = 0
    latencies: Mapping[int, int] = {}


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Reads that cost no call of their own, since the process started. `hits`: a kept answer that was still fresh;
    `stale`: one that was not, given all the same; `joined`: the answer to a read that was under way."""

    hits: int = 0
    stale: int = 0
    joined: int = 0


class UpstreamSample(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream as one process sees it. `held_back`: calls since the process started that its breaker answered.
    `last_failure_reason` is a sentence for people, without address or secret."""

    name: str
    breaker: BreakerState = "closed"
    token: TokenState = "none"  # noqa: S105
    token_seen_at: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure_reason: str | None = None
    held_back: int = 0
    short: Window = Window()
    """The minute under way and the 5 before it."""
    long: Window = Window()
    """The minute under way and the 60 before it."""
    saved: Saved = Saved()


class ProcessReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one process has to say of all upstreams that it knows."""

    process_id: UUID
    samples: Sequence[UpstreamSample]


class UpstreamNotFound(Refused):
    code, kind = "upstream_not_found", "missing"
    text = "There is no upstream of this name."


class Upstreams(Protocol):
    """Those that this process may call."""

    def samples(self) -> Sequence[UpstreamSample]: ...

    def reset(self, name: str) -> None:
        """Close the breaker of this one, as if its server had answered; nothing where no such upstream is known."""

    def remove(self, name: str) -> None:
        """Speak of this one no more, until somebody calls it again."""


class SharedFigures(Protocol):
    """What all processes say of their upstreams. No method raises for a store that is away."""

    async def publish(self, report: ProcessReport) -> None:
        """Replace what this process said before; it is forgotten some seconds after the last time."""

    async def reports(self) -> Sequence[ProcessReport] | None:
        """Of every process that spoke within the last seconds; None while the store is away."""
