"""`TmdbDiscovery`: The Movie Database's lists, and what is like a title."""

from collections.abc import Mapping, Sequence

from medianest.adapters.tmdb.reading import TmdbReading
from medianest.adapters.tmdb.shapes import LAST_PAGE, Genres, Providers, genres_from, page_from, providers_from
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.discovery import NamedList, Relation
from medianest.ports.locale import Locale
from medianest.ports.metadata import Genre, TitlePage, WatchProvider

UPCOMING: Mapping[MediaType, str] = {"movie": "upcoming", "tv": "on_the_air"}
RELATED: Mapping[Relation, str] = {"similar": "similar", "recommended": "recommendations"}


class TmdbDiscovery(TmdbReading):
    """Implements `Discovery`. Pages run from 1 to 500, TMDB's last; others are answered with the nearest."""

    async def listed(
        self, name: NamedList, media_type: MediaType | None, *, page: int, locale: Locale | None = None
    ) -> TitlePage:
        if name == "trending":
            # Films and series together say themselves what they are; people, who trend as well, are left out.
            path = f"/3/trending/{media_type or 'all'}/week"
            return await self._list(name, path, {}, media_type, self._sent(page, locale)) or _nothing(page)
        kind = media_type or "movie"
        path = f"/3/{kind}/{UPCOMING[kind] if name == 'upcoming' else name}"
        # Only a date of release differs by region: the other lists would be fetched once for each.
        region = {"region": self._locale(locale).region} if name == "upcoming" and kind == "movie" else {}
        return await self._list(name, path, region, kind, self._sent(page, locale)) or _nothing(page)

    async def chosen(
        self,
        media_type: MediaType,
        *,
        page: int,
        genre_id: int | None = None,
        provider_id: int | None = None,
        locale: Locale | None = None,
    ) -> TitlePage:
        if not all(self._is_id(each) for each in (genre_id, provider_id) if each is not None):
            return _nothing(page)
        params = {"sort_by": "popularity.desc", "include_adult": "false"}
        if genre_id is not None:
            params["with_genres"] = str(genre_id)
        if provider_id is not None:
            params |= {"with_watch_providers": str(provider_id), "watch_region": self._locale(locale).region}
        path = f"/3/discover/{media_type}"
        return await self._list("discover", path, params, media_type, self._sent(page, locale)) or _nothing(page)

    async def related(
        self, media_type: MediaType, tmdb_id: int, relation: Relation, *, page: int, locale: Locale | None = None
    ) -> TitlePage | None:
        if not self._is_id(tmdb_id):
            return None
        path = f"/3/{media_type}/{tmdb_id}/{RELATED[relation]}"
        return await self._list("related", path, {}, media_type, self._sent(page, locale))

    async def genres(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[Genre]:
        language = self._locale(locale).language
        found = await self._read(
            f"genres:{media_type}:{language}",
            f"/3/genre/{media_type}/list",
            {"language": language},
            Genres,
            genres_from,
        )
        return () if found is None else found.items

    async def providers(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[WatchProvider]:
        spoken = self._locale(locale)
        found = await self._read(
            f"providers:{media_type}:{spoken.language}:{spoken.region}",
            f"/3/watch/providers/{media_type}",
            {"language": spoken.language, "watch_region": spoken.region},
            Providers,
            lambda body: providers_from(body, spoken.region),
        )
        return () if found is None else found.items

    async def _list(
        self, kind: str, path: str, params: Mapping[str, str], media_type: MediaType | None, sent: Mapping[str, str]
    ) -> TitlePage | None:
        """`kind` is the kind of read; path and parameters together name the list."""
        every = {**params, **sent}
        asked = "&".join(f"{key}={value}" for key, value in sorted(every.items()))
        return await self._read(
            f"{kind}:{path}?{asked}", path, every, TitlePage, lambda body: page_from(body, media_type)
        )

    def _sent(self, page: int, locale: Locale | None) -> dict[str, str]:
        """What every list is asked with."""
        return {"language": self._locale(locale).language, "page": str(min(max(page, 1), LAST_PAGE))}


def _nothing(page: int) -> TitlePage:
    return TitlePage(items=[], page=min(max(page, 1), LAST_PAGE), total_pages=0, total_results=0)
