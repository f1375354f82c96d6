"""Titles that a server knows by another provider's id only: what they are at The Movie Database."""

from datetime import timedelta
from typing import Final

import structlog

from medianest.ports.failures import Unavailable
from medianest.ports.library_ids import FoundIds, TitleFinder
from medianest.ports.surroundings import Clock

AT_ONCE: Final = 200
"""Ids that one run looks up: the rest has time until the next."""

PATIENCE: Final = 60.0
"""Seconds after which a run leaves the rest to the next one: TMDB may answer slowly, and other jobs wait."""

AGAIN: Final = timedelta(days=7)
"""After which an id that was not found is looked up once more: TMDB may have come to know it."""

logger = structlog.get_logger("medianest.library")


class TitleIdentifier:
    def __init__(self, found: FoundIds, finder: TitleFinder, clock: Clock) -> None:
        self._found = found
        self._finder = finder
        self._clock = clock

    async def identify(self) -> int:
        """How many ids were looked up. When TMDB is silent, the rest waits for the next run: nothing fails by it."""
        now, ends = self._clock.now(), self._clock.steady() + PATIENCE
        looked = 0
        for unknown in await self._found.unknown(not_since=now - AGAIN, limit=AT_ONCE):
            if self._clock.steady() >= ends:
                logger.info("titles_identified_in_part", looked_up=looked)
                break
            try:
                found = await self._finder.find(unknown.external_id, unknown.source, media_type=unknown.media_type)
            except Unavailable as problem:
                logger.info("titles_not_identified", problem=problem.code, looked_up=looked)
                break
            is_it = found is not None and found[0] == unknown.media_type
            await self._found.put(unknown, found[1] if found is not None and is_it else None, now)
            looked += 1
        return looked
