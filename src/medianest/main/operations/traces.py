"""What followed from a click."""

from typing import TYPE_CHECKING

from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings

if TYPE_CHECKING:
    from medianest.application.queries.trace import Trace


async def trace(settings: Settings, correlation_id: str) -> "Trace":
    from medianest.application.queries.trace import ReadTrace

    async with connected_container(settings) as container:
        await container.people().catch_up()  # it is to name them
        found: Trace = await container.queries().ask(ReadTrace(correlation_id))
        return found
