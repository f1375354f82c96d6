"""What the Overseerr stand-in remembers: media, the requests for them, and both as Overseerr shows them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from medianest.adapters.standin.titles import InventedTitle, title

UNKNOWN, PENDING, PROCESSING, PARTIALLY_AVAILABLE, AVAILABLE = 1, 2, 3, 4, 5
WAITING, APPROVED, DECLINED, FAILED = 1, 2, 3, 4
MEDIA_WORDS = {1: "UNKNOWN", 2: "PENDING", 3: "PROCESSING", 4: "PARTIALLY_AVAILABLE", 5: "AVAILABLE"}

USER: dict[str, Any] = {
    "permissions": 2,
    "id": 1,
    "email": "owner@example.org",
    "plexUsername": None,
    "username": "owner",
    "userType": 2,
    "plexId": None,
    "avatar": "/os_logo_square.png",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-01T00:00:00.000Z",
    "requestCount": 0,
    "displayName": "owner",
}


class Medium(msgspec.Struct):
    """`status` and each season's by quality: False is ordinary, True is 4K."""

    id: int
    title: InventedTitle
    status: dict[bool, int]
    seasons: dict[int, dict[bool, int]]
    updated_at: str


class Asked(msgspec.Struct):
    id: int
    medium: Medium
    is_4k: bool
    seasons: list[int]
    status: int
    created_at: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is still worked on from before the stand-in was started; `there` are seasons that had come."""

    id: int
    is_film: bool
    tmdb_id: int
    is_4k: bool
    seasons: tuple[int, ...] = ()
    there: tuple[int, ...] = ()


class Shelf:
    def __init__(self) -> None:
        self.media: dict[tuple[bool, int], Medium] = {}
        self.asked: dict[int, Asked] = {}
        self._last_request = 0

    def medium(self, found: InventedTitle) -> Medium:
        """The medium of a title, put on the shelf if it is new."""
        key = (found.is_film, found.tmdb_id)
        if key not in self.media:
            self.media[key] = Medium(
                id=len(self.media) + 1,
                title=found,
                status={False: UNKNOWN, True: UNKNOWN},
                seasons={},
                updated_at=_now(),
            )
        return self.media[key]

    def live(self, medium: Medium, *, is_4k: bool) -> list[Asked]:
        return [
            each
            for each in self.asked.values()
            if each.medium is medium and each.is_4k == is_4k and each.status != DECLINED
        ]

    def add(self, medium: Medium, *, is_4k: bool, seasons: Iterable[int]) -> Asked:
        self._last_request += 1
        asked = Asked(self._last_request, medium, is_4k, sorted(seasons), APPROVED, _now())
        self.asked[asked.id] = asked
        return asked

    def remember(self, earlier: Earlier) -> Asked:
        """Raises LookupError for an id without a title."""
        found = title(earlier.tmdb_id, is_film=earlier.is_film)
        if found is None:
            raise LookupError("no such title")
        medium = self.medium(found)
        if earlier.there:
            self.make_available(medium, is_4k=earlier.is_4k, seasons=earlier.there)
        else:
            medium.status[earlier.is_4k] = PROCESSING
        asked = Asked(earlier.id, medium, earlier.is_4k, sorted(earlier.seasons), APPROVED, _now())
        self.asked[asked.id] = asked
        self.number_from(earlier.id)
        return asked

    def number_from(self, last: int) -> None:
        """New requests get numbers above this one."""
        self._last_request = max(self._last_request, last)

    def make_available(self, medium: Medium, *, is_4k: bool, seasons: Iterable[int] | None) -> None:
        """A film, or these seasons of a series (None: all of them), are in the library."""
        every = range(1, len(medium.title.seasons) + 1)
        for number in every if seasons is None else seasons:
            medium.seasons.setdefault(number, {False: UNKNOWN, True: UNKNOWN})[is_4k] = AVAILABLE
        there = [medium.seasons.get(number, {}).get(is_4k) == AVAILABLE for number in every]
        medium.status[is_4k] = AVAILABLE if all(there) else PARTIALLY_AVAILABLE
        medium.updated_at = _now()

    def show_medium(self, medium: Medium, *, with_requests: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "downloadStatus": [],
            "downloadStatus4k": [],
            "id": medium.id,
            "mediaType": "movie" if medium.title.is_film else "tv",
            "tmdbId": medium.title.tmdb_id,
            "tvdbId": None if medium.title.is_film else 1_000_000 + medium.title.tmdb_id,
            "imdbId": None,
            "status": medium.status[False],
            "status4k": medium.status[True],
            "createdAt": medium.updated_at,
            "updatedAt": medium.updated_at,
            "lastSeasonChange": medium.updated_at,
            "mediaAddedAt": None,
            "seasons": [
                {"id": number, "seasonNumber": number, "status": status[False], "status4k": status[True]}
                for number, status in sorted(medium.seasons.items())
            ],
        }
        if with_requests:
            of_this = [each for each in self.asked.values() if each.medium is medium]
            shown |= {"requests": [self.show(each) for each in of_this], "issues": []}
        return shown

    def show(self, asked: Asked) -> dict[str, Any]:
        return {
            "id": asked.id,
            "status": asked.status,
            "createdAt": asked.created_at,
            "updatedAt": asked.created_at,
            "type": "movie" if asked.medium.title.is_film else "tv",
            "is4k": asked.is_4k,
            "serverId": None,
            "profileId": None,
            "rootFolder": None,
            "languageProfileId": None,
            "tags": None,
            "isAutoRequest": False,
            "media": self.show_medium(asked.medium, with_requests=False),
            "seasons": [
                {
                    "id": asked.id * 1000 + number,
                    "seasonNumber": number,
                    "status": asked.status,
                    "createdAt": asked.created_at,
                    "updatedAt": asked.created_at,
                }
                for number in asked.seasons
            ],
            "requestedBy": USER,
            "modifiedBy": USER,
            "seasonCount": len(asked.seasons),
        }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
