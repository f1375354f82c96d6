"""`TmdbMetadata`: searches, titles, seasons, collections and people from The Movie Database."""

import hashlib
import re

from medianest.adapters.tmdb.details import IMDB_TITLE, LAST_SEASON, details_from, season_from
from medianest.adapters.tmdb.people import collection_from, person_from
from medianest.adapters.tmdb.reading import TmdbReading
from medianest.adapters.tmdb.shapes import LAST_PAGE, Findings, findings_from, search_from
from medianest.application.kept_reads import Read
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.locale import Locale
from medianest.ports.metadata import (
    CollectionDetails,
    ExternalSource,
    FoundKind,
    PersonDetails,
    SearchPage,
    SeasonDetails,
    Title,
    TitleDetails,
)

LONGEST_QUERY = 200
YEAR_PARAMETER = {"movie": "primary_release_year", "tv": "first_air_date_year"}
APPENDED: dict[MediaType, str] = {
    "movie": "credits,external_ids,release_dates,videos,watch/providers",
    "tv": "credits,external_ids,content_ratings,videos,watch/providers",
}
"""Fetched in the same call. Not `aggregate_credits`: of a talk show they are many megabytes."""

FORM = {"imdb": IMDB_TITLE, "tvdb": re.compile(r"[1-9][0-9]{0,9}")}


class TmdbMetadata(TmdbReading):
    """Implements `Metadata`."""

    async def search(
        self,
        query: str,
        *,
        page: int,
        kind: FoundKind | None = None,
        year: int | None = None,
        locale: Locale | None = None,
    ) -> SearchPage:
        """As the port says. Pages run from 1 to 500, TMDB's last; others are answered with the nearest."""
        words = _words(query)
        page = min(max(page, 1), LAST_PAGE)
        if not words:
            return SearchPage(items=[], page=1, total_pages=0, total_results=0)
        where, language = kind or "multi", self._locale(locale).language
        params = {"query": words, "page": str(page), "include_adult": "false", "language": language}
        if year is not None and where in YEAR_PARAMETER:
            params[YEAR_PARAMETER[where]] = str(year)
        digest = hashlib.sha256(f"{year}:{words.casefold()}".encode()).hexdigest()[:32]
        found = await self._read(
            f"search:{where}:{language}:{page}:{digest}",
            f"/3/search/{where}",
            params,
            SearchPage,
            lambda body: search_from(body, kind),
        )
        found = found or SearchPage(items=[], page=page, total_pages=0, total_results=0)
        self._reads.prefetch(
            [self._details(item.media_type, item.tmdb_id, locale) for item in found.items if isinstance(item, Title)]
        )
        return found

    async def details(
        self, media_type: MediaType, tmdb_id: int, *, locale: Locale | None = None
    ) -> TitleDetails | None:
        if not self._is_id(tmdb_id):
            return None
        kept = await self._reads.get(self._details(media_type, tmdb_id, locale))
        return None if kept is None else kept.value

    def _details(self, media_type: MediaType, tmdb_id: int, locale: Locale | None) -> Read[TitleDetails]:
        spoken = self._locale(locale)
        language, region = spoken.language, spoken.region
        params = {
            "language": language,
            "append_to_response": APPENDED[media_type],
            # In few languages is there a trailer of everything.
            "include_video_language": ",".join(dict.fromkeys((language[:2], "en"))),
        }
        return self._read_of(
            f"details:{media_type}:{language}:{region}:{tmdb_id}",
            f"/3/{media_type}/{tmdb_id}",
            params,
            TitleDetails,
            lambda body: details_from(body, media_type, tmdb_id, region),
        )

    async def season(self, tmdb_id: int, number: int, *, locale: Locale | None = None) -> SeasonDetails | None:
        if not self._is_id(tmdb_id) or not 0 <= number <= LAST_SEASON:
            return None
        language = self._locale(locale).language
        return await self._read(
            f"season:{language}:{tmdb_id}:{number}",
            f"/3/tv/{tmdb_id}/season/{number}",
            {"language": language},
            SeasonDetails,
            lambda body: season_from(body, tmdb_id, number),
        )

    async def collection(self, tmdb_id: int, *, locale: Locale | None = None) -> CollectionDetails | None:
        if not self._is_id(tmdb_id):
            return None
        language = self._locale(locale).language
        return await self._read(
            f"collection:{language}:{tmdb_id}",
            f"/3/collection/{tmdb_id}",
            {"language": language},
            CollectionDetails,
            lambda body: collection_from(body, tmdb_id),
        )

    async def person(self, tmdb_id: int, *, locale: Locale | None = None) -> PersonDetails | None:
        if not self._is_id(tmdb_id):
            return None
        language = self._locale(locale).language
        return await self._read(
            f"person:{language}:{tmdb_id}",
            f"/3/person/{tmdb_id}",
            {"language": language, "append_to_response": "combined_credits"},
            PersonDetails,
            lambda body: person_from(body, tmdb_id),
        )

    async def find(
        self, external_id: str, source: ExternalSource, *, media_type: MediaType | None = None
    ) -> tuple[MediaType, int] | None:
        self._must_be_configured()
        if not FORM[source].fullmatch(external_id):
            return None
        found = await self._read(
            f"find:{source}:{external_id}",
            f"/3/find/{external_id}",
            {"external_source": f"{source}_id"},
            Findings,
            findings_from,
        )
        if found is not None and found.movie is not None and media_type in (None, "movie"):
            return "movie", found.movie
        if found is not None and found.tv is not None and media_type in (None, "tv"):
            return "tv", found.tv
        return None


def _words(query: str) -> str:
    """The query as it is sent: single spaces, a sane length, and nothing that no URL can hold."""
    return " ".join(query.encode("utf-8", "ignore").decode().replace("\x00", " ").split())[:LONGEST_QUERY].strip()
