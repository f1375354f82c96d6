"""Whether the record was touched: verifying the seals, an anchor to keep elsewhere, and another key."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context

if TYPE_CHECKING:
    from medianest.adapters.eventlog.seals.anchor import Anchor
    from medianest.adapters.eventlog.seals.findings import SealReport


async def verify_seals(
    settings: Settings, after: int, anchor: bytes | None, on_progress: Callable[[int, int], None]
) -> "SealReport":
    from medianest.adapters.eventlog.seals.anchor import anchor_of

    kept = None if anchor is None else anchor_of(anchor)
    async with connected_container(settings) as container:
        report: SealReport = await container.seal_verifier().verify(after=after, anchor=kept, on_progress=on_progress)
        await container.seal_checks().record(report)
        return report


async def seal_anchor(settings: Settings) -> "Anchor":
    async with connected_container(settings) as container:
        await container.sealer().catch_up()  # no worker may run, and what is not sealed is not anchored
        anchor: Anchor = await container.seal_checks().anchor()
        return anchor


async def rotate_seal_key(settings: Settings) -> int:
    from medianest.domain.kernel import SYSTEM
    from medianest.domain.upkeep import RotateSealKey

    async with connected_container(settings) as container:
        key_id: int = await container.sealer().rotate()  # first, as every secret: the event speaks of one that exists
        order = RotateSealKey(actor=SYSTEM, at=container.clock().now(), key_id=key_id)
        await container.commands().run([order], Context(correlation_id=uuid4().hex))
        return key_id
