"""`Metadata` in memory."""

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import MetadataUnavailable, Unavailable
from medianest.ports.metadata import Season, Title, TitleDetails, TitlePage

FILM = TitleDetails(
    media_type="movie",
    tmdb_id=1000,
    title="The Cartographer's Daughter",
    year=1985,
    poster_path="/film.jpg",
    runtime=90,
)
SERIES = TitleDetails(
    media_type="tv",
    tmdb_id=1003,
    title="Kingdom of Moss",
    year=1988,
    poster_path="/series.jpg",
    seasons=tuple(Season(number=number, name=f"Season {number}", episode_count=8) for number in (1, 2, 3, 4)),
)
PAGE_SIZE = 20


class FakeMetadata:
    """Implements `Metadata` over `titles`. While `outage` is set, both methods raise it; `calls` counts them."""

    def __init__(self, *titles: TitleDetails) -> None:
        self.titles = {(each.media_type, each.tmdb_id): each for each in titles or (FILM, SERIES)}
        self.outage: Unavailable | None = None
        self.calls = 0

    def break_down(self) -> None:
        self.outage = MetadataUnavailable()

    async def search(self, query: str, *, page: int, media_type: MediaType | None) -> TitlePage:
        self._answer()
        words = query.casefold().split()
        found = [
            msgspec.convert(msgspec.to_builtins(each), Title)
            for each in self.titles.values()
            if words and media_type in (None, each.media_type) and all(word in each.title.casefold() for word in words)
        ]
        start = (page - 1) * PAGE_SIZE
        return TitlePage(
            items=found[start : start + PAGE_SIZE],
            page=page,
            total_pages=-(-len(found) // PAGE_SIZE),
            total_results=len(found),
        )

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails | None:
        self._answer()
        return self.titles.get((media_type, tmdb_id))

    def _answer(self) -> None:
        self.calls += 1
        if self.outage is not None:
            raise self.outage
