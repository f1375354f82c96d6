"""Titles as somebody sees them: in their language, with what became of them here."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.kept_reads import ages_noted
from medianest.application.people import PeopleBook
from medianest.application.queries.titles_standing import NOTHING, Requests, aired_of, season_statuses, title_status
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import MediaType, RequestStatus
from medianest.ports.failures import Unavailable
from medianest.ports.locale import Locale
from medianest.ports.metadata import Metadata, Title, TitleDetails
from medianest.ports.standings import KnownTitle, TitleStandings
from medianest.ports.surroundings import Clock

PATIENCE: Final = 0.3
"""Seconds that a page waits to hear how many episodes there are of the series on it that are held."""
MOST_SERIES: Final = 20

UNKNOWN: Final = KnownTitle()


class OwnRequest(msgspec.Struct, frozen=True, kw_only=True):
    request_id: UUID
    status: RequestStatus
    is_4k: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a title here: None where nothing did. `own` is the asker's newest request for it, or the newest
    one that they follow."""

    media_status: RequestStatus | None = None
    media_status_4k: RequestStatus | None = None
    own: OwnRequest | None = None


class SeasonStanding(msgspec.Struct, frozen=True, kw_only=True):
    media_status: RequestStatus | None = None
    media_status_4k: RequestStatus | None = None


class TitleSeen(msgspec.Struct, frozen=True, kw_only=True):
    title: Title
    standing: Standing


class Readers:
    """In whose words people read: their own choice, else the house's `locale`."""

    def __init__(self, people: PeopleBook, locale: Locale) -> None:
        self._people = people
        self._house = locale

    def locale(self, viewer: Viewer, *, language: str | None = None, region: str | None = None) -> Locale:
        """`language` and `region`: those that they name for once."""
        person = self._people.find(viewer.user_id)
        chosen = (person.language, person.region) if person else (None, None)
        return Locale(
            language=(language or chosen[0] or self._house.language),
            region=(region or chosen[1] or self._house.region),
        )


class Sight:
    """Shows titles with what became of them, however many they are by one question to the database."""

    def __init__(self, standings: TitleStandings, metadata: Metadata, clock: Clock) -> None:
        self._standings = standings
        self._metadata = metadata
        self._clock = clock
        self._asking: set[asyncio.Task[TitleDetails | None]] = set()

    async def of(self, titles: Iterable[Title], viewer: Viewer, locale: Locale) -> Sequence[TitleSeen]:
        """In their order."""
        titles = list(titles)
        known = await self._standings.of_titles({_key(title) for title in titles})
        held = dict.fromkeys(
            title.tmdb_id for title in titles if title.media_type == "tv" and known.get(_key(title), UNKNOWN).held
        )
        aired = await self._aired(list(held)[:MOST_SERIES], locale)
        return [
            TitleSeen(
                title=title,
                standing=standing_of(
                    title.media_type,
                    known.get(_key(title), UNKNOWN),
                    aired.get(title.tmdb_id) if title.media_type == "tv" else None,
                    viewer,
                ),
            )
            for title in titles
        ]

    async def of_details(self, title: TitleDetails, viewer: Viewer) -> tuple[Standing, Mapping[int, SeasonStanding]]:
        """With its seasons, those of which anything became."""
        known = (await self._standings.of_titles([_key(title)])).get(_key(title), UNKNOWN)
        if title.media_type == "movie":
            return standing_of("movie", known, None, viewer), {}
        aired = aired_of(title, self._clock.now().date())
        normal, in_4k = (
            season_statuses(_held(known, is_4k), aired, _requests(known, is_4k)) for is_4k in (False, True)
        )
        seasons = {
            number: SeasonStanding(media_status=normal.get(number), media_status_4k=in_4k.get(number))
            for number in normal.keys() | in_4k.keys()
        }
        return standing_of("tv", known, aired, viewer), seasons

    async def _aired(self, series: Sequence[int], locale: Locale) -> Mapping[int, Mapping[int, int]]:
        """What has aired of each, as far as it is known in time: mostly it is kept. What comes later is kept for the
        next who look."""
        tasks = {asyncio.create_task(self._details(tmdb_id, locale)): tmdb_id for tmdb_id in series}
        if not tasks:
            return {}
        for task in tasks:
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        today = self._clock.now().date()
        done, _ = await asyncio.wait(tasks, timeout=PATIENCE)
        return {tasks[task]: aired_of(details, today) for task in done if (details := task.result()) is not None}

    async def _details(self, tmdb_id: int, locale: Locale) -> TitleDetails | None:
        # How old this is says nothing of the page that it is for.
        with ages_noted():
            try:
                return await self._metadata.details("tv", tmdb_id, locale=locale)
            except Unavailable:
                return None


def standing_of(media_type: MediaType, known: KnownTitle, aired: Mapping[int, int] | None, viewer: Viewer) -> Standing:
    own = next((card for card in known.cards if viewer.user_id in (card.owner, *card.followers)), None)
    normal, in_4k = (
        title_status(media_type, _held(known, is_4k), aired, _requests(known, is_4k)) for is_4k in (False, True)
    )
    return Standing(
        media_status=normal,
        media_status_4k=in_4k,
        own=OwnRequest(request_id=own.request_id, status=own.status, is_4k=own.is_4k) if own else None,
    )


def _held(known: KnownTitle, is_4k: bool) -> Mapping[int, int]:
    return known.held.in_quality(is_4k) if known.held else NOTHING


def _requests(known: KnownTitle, is_4k: bool) -> Requests:
    return [card.parts for card in known.cards if card.is_4k == is_4k]


def _key(title: Title) -> tuple[MediaType, int]:
    return title.media_type, title.tmdb_id
