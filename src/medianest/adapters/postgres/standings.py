"""Requests for titles and what the libraries hold of them, read from Postgres in one statement."""

from collections.abc import Collection, Mapping
from typing import Final

from medianest.adapters.postgres.library import MOST, OF_TITLES, held_from
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import ViewReader
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.standings import KnownTitle
from medianest.projections.request_board import REQUEST_BOARD, RequestCard

HOLDING: Final = ("text", "bigint", "integer", "boolean", "integer", "text", "text", "text")
"""The types of what `OF_TITLES` selects."""


class PostgresTitleStandings:
    """Implements `TitleStandings`."""

    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, REQUEST_BOARD)
        columns = self._view.table.columns
        # A card fills the front columns of a row, a holding the ones behind: two answers in one.
        no_card = ", ".join(f"NULL::{'text' if column.type == 'jsonb' else column.type}" for column in columns)
        no_holding = ", ".join(f"NULL::{type_}" for type_ in HOLDING)
        self._width = len(columns)
        self._statement = (
            f"SELECT {self._view.table.select_list}, {no_holding} FROM {self._view.table.name} "
            "WHERE tmdb_id = ANY(%s::bigint[]) AND (media_type, tmdb_id) IN "
            "(SELECT * FROM unnest(%s::text[], %s::bigint[])) "
            f"UNION ALL SELECT {no_card}, holding.* FROM ({OF_TITLES}) AS holding"
        )

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], KnownTitle]:
        asked = sorted({(kind, tmdb_id) for kind, tmdb_id in titles if 0 < tmdb_id <= MOST})
        if not asked:
            return {}
        kinds, ids = [kind for kind, _ in asked], [tmdb_id for _, tmdb_id in asked]
        rows = await self._view.fetch(self._statement, (ids, kinds, ids, kinds, ids))
        cards: dict[tuple[MediaType, int], list[RequestCard]] = {}
        for card in self._view.table.read(row[: self._width] for row in rows if row[0] is not None):
            cards.setdefault((card.media_type, card.tmdb_id), []).append(card)
        held = held_from(row[self._width :] for row in rows if row[0] is None)
        return {
            key: KnownTitle(cards=tuple(sorted(cards.get(key, ()), key=_age, reverse=True)), held=held.get(key))
            for key in asked
            if key in cards or key in held
        }


def _age(card: RequestCard) -> tuple[object, ...]:
    return card.created_at, card.request_id
