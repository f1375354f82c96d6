"""Everybody of the house, read from Postgres."""

from collections.abc import Sequence
from uuid import UUID

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.application.together import Alike
from medianest.domain.user.vocabulary import Permission
from medianest.ports.views import Page
from medianest.projections.user_directory import USER_DIRECTORY, Person


class PostgresUserDirectory:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, USER_DIRECTORY)
        self._allowed: Alike[Permission, Sequence[UUID]] = Alike(self._allowed_now)

    async def find(self, user_id: UUID) -> Person | None:
        return await self._view.first("WHERE user_id = %s", (user_id,))

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Person]:
        """In the order in which they came; deleted people are among them."""
        condition = Condition()
        condition.go_on("(created_at, user_id) > (%s::timestamptz, %s::uuid)", after)
        rows = await self._view.rows(
            f"{condition} ORDER BY created_at, user_id LIMIT %s", (*condition.parameters, limit + 1)
        )
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.created_at, last.user_id))

    async def allowed(self, permission: Permission) -> Sequence[UUID]:
        return await self._allowed.find(permission)  # for each of many requests at once

    async def _allowed_now(self, permission: Permission) -> Sequence[UUID]:
        rows = await self._view.fetch(
            f"SELECT user_id FROM {USER_DIRECTORY.table} WHERE ((role = 'admin' AND NOT is_deleted) "
            "OR permissions @> ARRAY[%s::text]) AND NOT is_suspended AND NOT is_deleted ORDER BY user_id",
            (permission,),
        )
        return [user_id for (user_id,) in rows]

    async def everyone(self) -> tuple[Sequence[Person], int]:
        # One statement, so people and position are of the same moment.
        columns = ", ".join(f"person.{column.selected}" for column in self._view.table.columns)
        rows = await self._view.fetch(
            f"SELECT checkpoint.position, {columns} FROM checkpoints AS checkpoint "
            f"LEFT JOIN {USER_DIRECTORY.table} AS person ON true "
            "WHERE checkpoint.name = %s AND checkpoint.shape = %s ORDER BY person.user_id",
            (USER_DIRECTORY.name, USER_DIRECTORY.shape),
        )
        position = rows[0][0] if rows else 0
        return self._view.table.read(row[1:] for row in rows if row[1] is not None), position
