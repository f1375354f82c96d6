"""The audit trail, read from Postgres."""

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.ports.views import AuditFilter, Page
from medianest.projections.audit import AUDIT, AuditEntry


class PostgresAuditTrail:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, AUDIT)

    async def list(self, criteria: AuditFilter, *, limit: int, before: int | None) -> Page[AuditEntry]:
        condition = _condition(criteria)
        if before is not None:
            condition.require("position < %s", before)
        rows = await self._view.rows(f"{condition} ORDER BY position DESC LIMIT %s", (*condition.parameters, limit + 1))
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.position))


def _condition(criteria: AuditFilter) -> Condition:
    condition = Condition()
    for column, value in (
        ("actor", criteria.actor),
        ("tag", criteria.action),
        ("category", criteria.category),
        ("stream_id", criteria.stream),
        ("correlation_id", criteria.correlation),
    ):
        if value is not None:
            condition.require(f"{column} = %s", value)
    # Recording times never decrease with the position, so a time is a position, which every index of the trail holds.
    if criteria.since is not None:
        condition.require(
            "position >= coalesce((SELECT position FROM audit WHERE recorded_at >= %s "
            "ORDER BY recorded_at, position LIMIT 1), 9223372036854775807)",
            criteria.since,
        )
    if criteria.until is not None:
        condition.require(
            "position <= coalesce((SELECT position FROM audit WHERE recorded_at < %s "
            "ORDER BY recorded_at DESC, position DESC LIMIT 1), 0)",
            criteria.until,
        )
    return condition
