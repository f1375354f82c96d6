"""Secrets that have to be read again, and the keys that they are sealed under."""

from collections.abc import Callable, Mapping

from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings


async def rotate_secrets(settings: Settings, on_progress: Callable[[int, int], None]) -> int:
    async with connected_container(settings) as container:
        resealed: int = await container.vault().rotate(on_progress)
        return resealed


async def count_secrets(settings: Settings) -> Mapping[str, int]:
    async with connected_container(settings) as container:
        counts: Mapping[str, int] = await container.vault().counts()
        return counts
