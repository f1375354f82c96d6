"""What was refused at the door."""

from dataclasses import dataclass

from medianest.application.queries.bus import Answering
from medianest.ports.front_door import Query
from medianest.ports.security_log import SecurityEntry, SecurityFilter, SecurityLog
from medianest.ports.views import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRefused(Query[Page[SecurityEntry]]):
    """The latest first."""

    criteria: SecurityFilter
    limit: int = 20
    after: tuple[str, ...] | None = None


class SecurityDesk:
    def __init__(self, security_log: SecurityLog) -> None:
        self._security_log = security_log

    def answering(self) -> Answering:
        return {ListRefused: self.list}

    async def list(self, query: ListRefused) -> Page[SecurityEntry]:
        return await self._security_log.page(query.criteria, limit=query.limit, after=query.after)
