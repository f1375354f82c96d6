"""What there is to see that nobody has searched for."""

from collections.abc import Sequence
from typing import Literal, Protocol

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.locale import Locale
from medianest.ports.metadata import Genre, TitlePage, WatchProvider

NamedList = Literal["trending", "popular", "upcoming", "top_rated"]
Relation = Literal["similar", "recommended"]


class Discovery(Protocol):
    """Raises as `Metadata` does, and reads `locale` as it does. Pages run from 1; one beyond the last is empty."""

    async def listed(
        self, name: NamedList, media_type: MediaType | None, *, page: int, locale: Locale | None = None
    ) -> TitlePage:
        """A list of the provider's. media_type None is for what trends, films and series together; the other lists
        then hold films. `trending` speaks of the last seven days; `upcoming` series are those with an episode within
        the week to come."""

    async def chosen(
        self,
        media_type: MediaType,
        *,
        page: int,
        genre_id: int | None = None,
        provider_id: int | None = None,
        locale: Locale | None = None,
    ) -> TitlePage:
        """The most popular titles of a genre, or those that a watch provider shows in the locale's region, or both."""

    async def related(
        self, media_type: MediaType, tmdb_id: int, relation: Relation, *, page: int, locale: Locale | None = None
    ) -> TitlePage | None:
        """What is like a title, or liked by those who like it. None: no such title."""

    async def genres(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[Genre]: ...

    async def providers(self, media_type: MediaType, *, locale: Locale | None = None) -> Sequence[WatchProvider]:
        """Who shows films or series in the locale's region, the best known first."""
