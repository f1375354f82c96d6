"""The audit trail at the terminal, and the log replayed."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final

from medianest.application.open_streams import OpenStreams
from medianest.application.queries.audit import ListAudit, ReadPhrase
from medianest.application.queries.lines import AuditLine
from medianest.application.viewer import Viewer
from medianest.domain.kernel import SYSTEM, Recorded, Refused
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.audit import AuditFilter

BATCH: Final = 1000


class PositionBeyondHead(Refused):
    code, kind = "position_beyond_head", "missing"


async def audit_log(
    settings: Settings, phrase: str, limit: int, is_followed: bool, told: Callable[[AuditLine], None]
) -> None:
    from medianest.application.audit_tail import AuditTail

    async with connected_container(settings) as container:
        people, desk = container.people(), container.audit_desk()
        await people.catch_up()
        asked = ReadPhrase(phrase=phrase)
        tail = AuditTail(desk, container.log(), container.progress(), OpenStreams())
        begin = await tail.reach(asked)
        criteria = await desk.read_phrase(asked)
        if limit:
            page = await desk.list(ListAudit(criteria=criteria, limit=limit, before=begin + 1))
            for line in reversed(page.items):
                told(line)
        if not is_followed:
            return
        viewer = Viewer(user_id=SYSTEM, permissions=frozenset())
        async with aclosing(tail.follow(viewer, asked, after=begin)) as heard:
            async for one in heard:
                if one is not None and one.line is not None:
                    told(one.line)


async def replay(
    settings: Settings,
    criteria: AuditFilter,
    after: int,
    until: int | None,
    told: Callable[[Sequence[Recorded], int, int], None],
) -> None:
    async with connected_container(settings) as container:
        trail, head = container.trail(), await container.log().head()
        # Behind the last event there is nothing yet, which is where a replay that is complete goes on.
        for position in (after, until or 0):
            if position > head:
                raise PositionBeyondHead(f"The log ends at position {head}: nothing lies at {position} or behind it.")
        last = head if until is None else until
        while True:
            batch = await trail.onward(criteria, after=after, until=last, limit=BATCH)
            is_over = len(batch) < BATCH
            after = last if is_over else batch[-1].position
            told(batch, after, last)
            if is_over:
                return
