"""What is known here of titles: who asked for them, and what the libraries hold of them."""

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.library import HeldTitle
from medianest.projections.request_board import RequestCard


class KnownTitle(msgspec.Struct, frozen=True, kw_only=True):
    """`cards` are the requests for it, of any status and quality, the newest first; `held` is None where no library has
    anything of it."""

    cards: tuple[RequestCard, ...] = ()
    held: HeldTitle | None = None


class TitleStandings(Protocol):
    """Raises LogUnavailable when the database is away, ViewNotBuilt."""

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], KnownTitle]:
        """Of those (media type, TMDB id) of which anything is known. However many they are, the database is asked
        once, and not at all for none."""
