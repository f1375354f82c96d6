"""Who lives in the house."""

from dataclasses import dataclass
from uuid import UUID

from medianest.application.queries.bus import Answering
from medianest.domain.user.refusals import UserNotFound
from medianest.ports.front_door import Query
from medianest.ports.views import Page, UserDirectory
from medianest.projections.user_directory import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPerson(Query[Person]):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPeople(Query[Page[Person]]):
    """In the order in which they were registered."""

    limit: int = 20
    after: tuple[str, ...] | None = None


class PeopleDesk:
    def __init__(self, directory: UserDirectory) -> None:
        self._directory = directory

    def answering(self) -> Answering:
        return {FindPerson: self.find, ListPeople: self.list}

    async def find(self, query: FindPerson) -> Person:
        person = await self._directory.find(query.user_id)
        if person is None:
            raise UserNotFound
        return person

    async def list(self, query: ListPeople) -> Page[Person]:
        return await self._directory.list(limit=query.limit, after=query.after)
