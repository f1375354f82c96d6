"""`Discovery` in memory."""

from collections.abc import Iterable, Sequence

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.discovery import NamedList, Relation
from medianest.ports.failures import MetadataUnavailable, Unavailable
from medianest.ports.locale import Locale
from medianest.ports.metadata import Genre, Title, TitlePage, WatchProvider

DRAMA = Genre(id=18, name="Drama")
LANTERNFLIX = WatchProvider(tmdb_id=701, name="Lanternflix")
SHOWN_IN = ("US", "GB")
FILMS = tuple(
    Title(media_type="movie", tmdb_id=1000 + place, title=f"Film {place}", genre_ids=(DRAMA.id,)) for place in range(25)
)
SERIES = tuple(Title(media_type="tv", tmdb_id=1000 + place, title=f"Series {place}") for place in range(25))
PAGE_SIZE = 20


class FakeDiscovery:
    """Implements `Discovery` over `titles`: every list holds them all, of the media type asked for, and Lanternflix
    shows them all. While `outage` is set, every method raises it; `calls` counts them."""

    def __init__(self, *titles: Title) -> None:
        self.titles = titles or (*FILMS, *SERIES)
        self.outage: Unavailable | None = None
        self.calls = 0

    def break_down(self) -> None:
        self.outage = MetadataUnavailable()

    async def listed(
        self, name: NamedList, media_type: MediaType | None, *, page: int, locale: Locale | None = None
    ) -> TitlePage:
        self._answer()
        wanted = media_type or (None if name == "trending" else "movie")
        return _page((each for each in self.titles if wanted in (None, each.media_type)), page)

    async def chosen(
        self,
        media_type: MediaType,
        *,
        page: int,
        genre_id: int | None = None,
        provider_id: int | None = None,
        locale: Locale | None = None,
    ) -> TitlePage:
        self._answer()
        shown = provider_id is None or (provider_id == LANTERNFLIX.tmdb_id and (locale or Locale()).region in SHOWN_IN)
        of_type = (each for each in self.titles if shown and each.media_type == media_type)
        return _page((each for each in of_type if genre_id is None or genre_id in each.genre_ids), page)

    async def related(
        self, media_type: MediaType, tmdb_id: int, relation: Relation, *, page: int, locale: Locale | None = None
    ) -> TitlePage | None:
        self._answer()
        of_type = [each for each in self.titles if each.media_type == media_type]
        if tmdb_id not in (each.tmdb_id for each in of_type):
            return None
        return _page((each for each in of_type if each.tmdb_id != tmdb_id), page)

    async def genres(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[Genre]:
        self._answer()
        return (DRAMA,)

    async def providers(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[WatchProvider]:
        self._answer()
        return (LANTERNFLIX,) if (locale or Locale()).region in SHOWN_IN else ()

    def _answer(self) -> None:
        self.calls += 1
        if self.outage is not None:
            raise self.outage


def _page(titles: Iterable[Title], page: int) -> TitlePage:
    found = list(titles)
    start = (page - 1) * PAGE_SIZE
    return TitlePage(
        items=found[start : start + PAGE_SIZE],
        page=page,
        total_pages=-(-len(found) // PAGE_SIZE),
        total_results=len(found),
    )
