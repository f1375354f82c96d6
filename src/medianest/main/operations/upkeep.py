"""What whoever sits at the machine does to the house: deciding on parked events, and taking events back.

They act as MediaNest itself: who may sit at the machine is not for MediaNest to know.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from medianest.domain.kernel import SYSTEM
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context

if TYPE_CHECKING:
    from medianest.application.queries.lines import AuditLine
    from medianest.application.undoing import UndoOffer


async def retry_parked(settings: Settings, reaction: str, position: int) -> None:
    from medianest.application.unparking import TryParkedAgain

    async with connected_container(settings) as container:
        at = container.clock().now()
        order = TryParkedAgain(actor=SYSTEM, at=at, reaction=reaction, position=position)
        await container.commands().run([order], _context())


async def skip_parked(settings: Settings, reaction: str, position: int, reason: str) -> None:
    from medianest.domain.upkeep import SkipParked

    async with connected_container(settings) as container:
        at = container.clock().now()
        order = SkipParked(actor=SYSTEM, at=at, reaction=reaction, position=position, reason=reason)
        await container.commands().run([order], _context())


async def undo_offer(settings: Settings, position: int) -> "UndoOffer":
    async with connected_container(settings) as container:
        await container.people().catch_up()
        offer: UndoOffer = await container.undoing().explain(position, actor=SYSTEM, context=_context())
        return offer


async def undo(settings: Settings, position: int) -> "Sequence[AuditLine]":
    """The events that came of it."""
    from medianest.application.queries.lines import line_of

    async with connected_container(settings) as container:
        outcome = await container.undoing().undo(position, actor=SYSTEM, context=_context())
        people = container.people()
        await people.catch_up()
        return [line_of(recorded, people) for recorded in outcome.recorded]


def _context() -> Context:
    return Context(correlation_id=uuid4().hex)
