"""Questions that the front door answers, and one that needs no door."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.front_door import Query

if TYPE_CHECKING:
    from medianest.main.event_catalogue import EventEntry

T = TypeVar("T")


async def ask(settings: Settings, query: Query[T]) -> T:
    async with connected_container(settings) as container:
        await container.people().catch_up()  # nothing follows the log in this process, and sentences need names
        answer: T = await container.queries().ask(query)
        return answer


def event_catalogue() -> "Sequence[EventEntry]":
    from medianest.main.event_catalogue import event_catalogue as catalogue

    return catalogue()
