"""What is locked at the moment after too much guessing, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.ports.attempts import Attempts, Lockout
from medianest.ports.front_door import Query
from medianest.ports.identity import ClaimIds
from medianest.ports.surroundings import Clock


class LockoutSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`user_id` is None for an address, and for an account that does not exist."""

    lockout: Lockout
    user_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLockouts(Query[Sequence[LockoutSeen]]):
    """The latest first."""

    limit: int = 20


class LockoutDesk:
    def __init__(self, attempts: Attempts, people: PeopleBook, claim_ids: ClaimIds, clock: Clock) -> None:
        self._attempts = attempts
        self._people = people
        self._claim_ids = claim_ids
        self._clock = clock

    def answering(self) -> Answering:
        return {ListLockouts: self.list}

    async def list(self, query: ListLockouts) -> Sequence[LockoutSeen]:
        locked = await self._attempts.locked(self._clock.now(), limit=query.limit)
        await self._people.catch_up()
        # An account is known here by a keyed hash of its address alone.
        owners = {
            str(self._claim_ids.of_email(person.email)): person.user_id
            for person in self._people.everybody()
            if person.email is not None
        }
        return [LockoutSeen(lockout=lockout, user_id=_whose(lockout, owners)) for lockout in locked]


def _whose(lockout: Lockout, owners: dict[str, UUID]) -> UUID | None:
    match lockout.target.kind:
        case "account":
            return owners.get(lockout.target.key)
        case "factor":
            return UUID(lockout.target.key)
    return None
