"""The two kinds of title, and how many of each a person may ask for."""

from dataclasses import dataclass
from typing import Final, Literal

from medianest.domain.kernel import Refused

MediaType = Literal["movie", "tv"]
"""TMDB's and Overseerr's names of the two kinds of title."""

FILM: Final = 0
"""The number of a film's only part. A series numbers its parts by season (0 is its specials)."""

LONGEST_WINDOW: Final = 366
"""Days. Quotas forget what was spent earlier than this, so a longer window could not be counted."""


class QuotaInvalid(Refused):
    code, kind = "quota_invalid", "invalid"
    text = f"A limit is at least 0 and its window 1 to {LONGEST_WINDOW} days; no limit means unlimited."


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimits:
    """So many films and so many seasons within the last so many days. A limit of None: as many as they like."""

    movie_limit: int | None = None
    movie_days: int = 7
    season_limit: int | None = None
    season_days: int = 7

    def of(self, media_type: MediaType) -> tuple[int | None, int]:
        """The limit for titles of this kind, and its window in days. A series counts by season."""
        if media_type == "movie":
            return self.movie_limit, self.movie_days
        return self.season_limit, self.season_days

    def check(self) -> None:
        """Raises `QuotaInvalid` unless both limits can be counted."""
        for limit, days in (self.of("movie"), self.of("tv")):
            if (limit is not None and limit < 0) or not 1 <= days <= LONGEST_WINDOW:
                raise QuotaInvalid


UNLIMITED: Final = QuotaLimits()
