"""A log in which a house has lived for a while, and what a filter means, in plain Python."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from medianest.domain.kernel import Recorded
from medianest.domain.user.commands import RegisterUser
from medianest.ports.audit import AuditFilter, AuditTrail
from medianest.ports.event_log import Context, EventLog
from medianest.ports.identity import Keyring
from tests.histories import House


@dataclass(frozen=True)
class TrailParts:
    log: EventLog
    keyring: Keyring
    trail: AuditTrail

    async def live(self, commands: int) -> Sequence[Recorded]:
        """All that is in the log after so much happened, a few events to each click, session and cause."""
        for number, happening in enumerate(House(random.Random(commands)).live(commands)):
            if isinstance(happening.command, RegisterUser):
                await self.keyring.create(happening.command.user_id)
            context = Context(
                correlation_id=f"click-{number // 4}",
                causation_id=UUID(int=number // 3) if number % 2 else None,
                session_id=UUID(int=number // 10) if number % 5 else None,
            )
            await self.log.append(replace(happening.append(), context=context))
        return await self.log.read(after=0, limit=100_000)


def wanted(criteria: AuditFilter, everything: Sequence[Recorded]) -> list[Recorded]:
    return [one for one in everything if _is_wanted(criteria, one)]


def _is_wanted(criteria: AuditFilter, one: Recorded) -> bool:
    if criteria.actors is not None and one.actor not in criteria.actors:
        return False
    if criteria.tags is not None and one.event.tag not in criteria.tags:
        return False
    if criteria.streams is not None and one.stream_id not in criteria.streams:
        return False
    if any(not ids & {one.actor, one.stream_id} for ids in criteria.about):
        return False
    if one.actor in criteria.without_actors or one.stream_id in criteria.without_streams:
        return False
    if criteria.correlation not in (None, one.correlation_id) or criteria.causation not in (None, one.causation_id):
        return False
    if criteria.session not in (None, one.session_id):
        return False
    if criteria.since is not None and one.recorded_at < criteria.since:
        return False
    return criteria.until is None or one.recorded_at < criteria.until
