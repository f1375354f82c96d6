"""The demonstration: made once, then run like any other MediaNest, with stand-ins for what is outside."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from medianest.main.operations.connected import connected_container
from medianest.main.operations.processes import run
from medianest.main.server_key import server_key
from medianest.main.settings import Settings

if TYPE_CHECKING:
    from medianest.main.demo.place import Demonstration


async def fill_demo(
    settings: Settings, directory: Path | None, events: int, on_progress: Callable[[str, int, int], None]
) -> "tuple[Settings, Demonstration]":
    from medianest.main.demo.making import make
    from medianest.main.demo.place import directory_beside, keep, settings_within, taken_up

    place = directory or directory_beside(settings)
    demo = taken_up(place)
    within = settings_within(settings, place, demo.webhook)
    if not demo.events:
        async with connected_container(within) as container:
            made = await make(container, server_key(within), demo.password, events, on_progress)
        demo = replace(demo, events=made)
        keep(place, demo)
    return within, demo


async def run_demo(settings: Settings, arrival: float, told: Callable[[str], None]) -> int:
    from medianest.main.demo.outside import outside
    from medianest.main.demo.place import environment_of

    async with outside(settings, arrival, told) as (leading_there, remind):
        return await run(leading_there, environment_of(leading_there), remind)
