"""What is somebody's, as the log has it: the streams of their sessions, keys, accounts elsewhere and second factor."""

from typing import Final
from uuid import UUID

from medianest.domain.api_key import ApiKeyMade
from medianest.domain.kernel import Recorded
from medianest.domain.linked_account import AccountLinked, LinkedAccountEvent
from medianest.domain.second_factor import second_factor_id
from medianest.domain.session import SessionOpened
from medianest.ports.audit import AuditFilter, AuditTrail

OPENING: Final = (SessionOpened.tag, ApiKeyMade.tag, AccountLinked.tag)
"""What somebody does themselves at the beginning of a stream that is about what is theirs."""


class Belongings:
    """Raises LogUnavailable."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def latest(self, user_id: UUID, *, at_most: int) -> frozenset[UUID]:
        """The second factor and, of every other kind, the `at_most` last begun."""
        found = {second_factor_id(user_id)}
        for tag in OPENING:
            criteria = AuditFilter(tags=frozenset({tag}), actors=frozenset({user_id}))
            found |= await self._trail.streams(criteria, at_most=at_most)
        return frozenset(found)

    async def every(self, user_id: UUID, *, until: int, piece: int) -> frozenset[UUID]:
        """All that were begun until that position, read in pieces of so many."""
        found = {second_factor_id(user_id)}
        criteria = AuditFilter(tags=frozenset(OPENING), actors=frozenset({user_id}))
        after = 0
        while events := await self._trail.onward(criteria, after=after, until=until, limit=piece):
            found |= {recorded.stream_id for recorded in events}
            after = events[-1].position
        return frozenset(found)


def is_somebody_elses(recorded: Recorded, user_id: UUID) -> bool:
    """Whether it happened while the same account elsewhere was another person's, and that person's it is to know."""
    event = recorded.event
    return isinstance(event, LinkedAccountEvent) and user_id not in (event.user_id, recorded.actor)
