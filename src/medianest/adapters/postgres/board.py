"""The board of requests, read from Postgres."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.adapters.postgres.view_schema import counters_of
from medianest.application.together import Alike, Together
from medianest.domain.limits import MediaType
from medianest.ports.views import BoardFilter, BoardSort, Page
from medianest.projections.dashboard import DASHBOARD
from medianest.projections.request_board import REQUEST_BOARD, RequestCard

_SORTS: Final[Mapping[BoardSort, tuple[str, str, str]]] = {
    "newest": ("created_at", "%s::timestamptz", "DESC"),
    "oldest": ("created_at", "%s::timestamptz", "ASC"),
    "updated": ("updated_at", "%s::timestamptz", "DESC"),
    # Postgres folds the key's title as it folds the column: Python would do it otherwise.
    "title": ("lower(title)", "lower(%s)", "ASC"),
}
"""What to sort by, how a key's first part compares with it, and in which direction. All have an index."""

_PageAsked = tuple[BoardFilter, BoardSort, int, tuple[str, ...] | None]


class PostgresRequestBoard:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, REQUEST_BOARD)
        self._cards: Together[UUID, RequestCard] = Together(self._by_id)
        self._pages: Alike[_PageAsked, Page[RequestCard]] = Alike(self._page)
        self._counts: Alike[None, Mapping[str, int]] = Alike(self._all_counts)

    async def find(self, request_id: UUID) -> RequestCard | None:
        return await self._cards.find(request_id)

    async def those(self, request_ids: Collection[UUID]) -> Mapping[UUID, RequestCard]:
        return await self._by_id(request_ids) if request_ids else {}

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Sequence[RequestCard]:
        media_types, tmdb_ids = [media_type for media_type, _ in titles], [tmdb_id for _, tmdb_id in titles]
        return await self._view.rows(
            "WHERE tmdb_id = ANY(%s::bigint[]) AND (media_type, tmdb_id) IN "
            "(SELECT * FROM unnest(%s::text[], %s::bigint[])) ORDER BY created_at DESC, request_id DESC",
            (tmdb_ids, media_types, tmdb_ids),
        )

    async def list(
        self, criteria: BoardFilter, *, sort: BoardSort, limit: int, after: tuple[str, ...] | None
    ) -> Page[RequestCard]:
        return await self._pages.find((criteria, sort, limit, after))

    async def handed_on(self, *, limit: int, after: tuple[str, ...] | None) -> Page[RequestCard]:
        condition = Condition()
        condition.require("""parts @> '[{"status": "handed_on"}]'""")
        condition.go_on("(updated_at, request_id) > (%s::timestamptz, %s::uuid)", after)
        order = "ORDER BY updated_at, request_id LIMIT %s"
        rows = await self._view.rows(f"{condition} {order}", (*condition.parameters, limit + 1))
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else _key(last, "updated"))

    async def waiting(self, *, untouched_since: datetime, limit: int) -> Sequence[RequestCard]:
        return await self._view.rows(
            "WHERE needs_approval AND updated_at < %s ORDER BY updated_at, request_id LIMIT %s",
            (untouched_since, limit),
        )

    async def with_words(self, text: str, *, limit: int) -> Sequence[UUID]:
        rows = await self._view.fetch(
            f"SELECT request_id FROM {self._view.table.name} "
            "WHERE to_tsvector('simple', title) @@ phraseto_tsquery('simple', %s) LIMIT %s",
            (text, limit),
        )
        return [request_id for (request_id,) in rows]

    async def counts(self) -> Mapping[str, int]:
        return await self._counts.find(None)

    async def _by_id(self, request_ids: Collection[UUID]) -> Mapping[UUID, RequestCard]:
        rows = await self._view.rows("WHERE request_id = ANY(%s)", (list(request_ids),))
        return {card.request_id: card for card in rows}

    async def _page(self, asked: _PageAsked) -> Page[RequestCard]:
        criteria, sort, limit, after = asked
        column, bound, direction = _SORTS[sort]
        condition = _condition(criteria)
        beyond = "<" if direction == "DESC" else ">"
        condition.go_on(f"({column}, request_id) {beyond} ({bound}, %s::uuid)", after)
        order = f"ORDER BY {column} {direction}, request_id {direction} LIMIT %s"
        rows = await self._view.rows(f"{condition} {order}", (*condition.parameters, limit + 1))
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else _key(last, sort))

    async def _all_counts(self, _nothing: None) -> Mapping[str, int]:
        rows = await self._view.fetch(f"SELECT counter, value FROM {counters_of(DASHBOARD.table)}")
        return dict(rows)


def _condition(criteria: BoardFilter) -> Condition:
    condition = Condition()
    if criteria.status is not None:
        condition.require("status = %s", criteria.status)
    if criteria.media_type is not None:
        condition.require("media_type = %s", criteria.media_type)
    if criteria.requested_by is not None:
        condition.require("owner = %s", criteria.requested_by)
    if criteria.member is not None:
        condition.require("(owner = %s OR followers @> ARRAY[%s::uuid])", criteria.member, criteria.member)
    if criteria.needs_approval is not None:
        condition.require("needs_approval" if criteria.needs_approval else "NOT needs_approval")
    return condition


def _key(card: RequestCard, sort: BoardSort) -> tuple[str, ...]:
    match sort:
        case "title":
            return key_of(card.title, card.request_id)
        case "updated":
            return key_of(card.updated_at, card.request_id)
        case "newest" | "oldest":
            return key_of(card.created_at, card.request_id)
