"""Titles of libraries that go by other providers' ids, and what these are at The Movie Database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.metadata import ExternalSource


class UnknownTitle(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """An id elsewhere by which titles of the index go that have no TMDB id."""

    source: ExternalSource
    external_id: str
    media_type: MediaType


class FoundIds(Protocol):
    async def unknown(self, *, not_since: datetime, limit: int) -> Sequence[UnknownTitle]:
        """Ids that were not looked up since, the ones never looked up first."""

    async def put(self, unknown: UnknownTitle, tmdb_id: int | None, at: datetime) -> None:
        """What it is at TMDB; None: nothing was found. Titles of the index that go by it have its id from now on,
        unless another of theirs, more to be believed, says otherwise."""


class TitleFinder(Protocol):
    """A part of `Metadata`."""

    async def find(
        self, external_id: str, source: ExternalSource, *, media_type: MediaType | None = None
    ) -> tuple[MediaType, int] | None: ...
