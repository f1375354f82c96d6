"""How the views stand, what becomes of those that are built anew, and whether they are what the log says."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from medianest.application.queries.bus import Answering
from medianest.ports.front_door import Query
from medianest.ports.rebuilds import RebuildNotFound, Rebuilds, RebuildStatus, ViewCheck
from medianest.ports.views import ViewProgress, ViewState


class ViewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A view, and what its last comparison with the log found, if there was one."""

    state: ViewState
    check: ViewCheck | None


@dataclass(frozen=True, slots=True)
class ListViews(Query[Sequence[ViewLine]]):
    """Every view with its position and its lag."""


@dataclass(frozen=True, slots=True)
class ListRebuilds(Query[Sequence[RebuildStatus]]):
    """Those of the last 30 days, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRebuild(Query[RebuildStatus]):
    rebuild_id: UUID


class ViewsDesk:
    def __init__(self, progress: ViewProgress, rebuilds: Rebuilds) -> None:
        self._progress = progress
        self._rebuilds = rebuilds

    def answering(self) -> Answering:
        return {ListViews: self.list, ListRebuilds: self.rebuilds, FindRebuild: self.rebuild}

    async def list(self, _query: ListViews) -> Sequence[ViewLine]:
        checks = {check.name: check for check in await self._rebuilds.checks()}
        return [ViewLine(state=state, check=checks.get(state.name)) for state in await self._progress.states()]

    async def rebuilds(self, _query: ListRebuilds) -> Sequence[RebuildStatus]:
        return await self._rebuilds.list()

    async def rebuild(self, query: FindRebuild) -> RebuildStatus:
        """Raises RebuildNotFound."""
        found = await self._rebuilds.find(query.rebuild_id)
        if found is None:
            raise RebuildNotFound
        return found
