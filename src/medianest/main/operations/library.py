"""The libraries of the media servers: scanning them, and deciding what may be called gone or another machine."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from medianest.domain.kernel import SYSTEM
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context

if TYPE_CHECKING:
    from medianest.application.library.reading import ScanProgress
    from medianest.ports.library import ScannedLibrary


async def scan_libraries(
    settings: Settings, server: str | None, library: str | None, on_progress: "Callable[[ScanProgress], None]"
) -> "Sequence[ScannedLibrary]":
    async with connected_container(settings) as container:
        scanned: Sequence[ScannedLibrary] = await container.library_scanner().scan(
            server=server, library=library, listener=on_progress
        )
        await container.title_identifier().identify()
        await container.arrivals().look_at_all()
        return scanned


async def decide_on_removals(settings: Settings, server: str, library: str, is_allowed: bool) -> None:
    async with connected_container(settings) as container:
        context = Context(correlation_id=uuid4().hex)
        await container.removals().decide(SYSTEM, server, library, context, is_allowed=is_allowed)


async def accept_machine(settings: Settings, server: str) -> str:
    async with connected_container(settings) as container:
        desk = container.machine_desk()
        machine: str = await desk.answering(server)
        await desk.accept(SYSTEM, server, machine, Context(correlation_id=uuid4().hex))
        return machine
