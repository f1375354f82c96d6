"""What the gateway's stand-in has to know when a demonstration is started: it remembers nothing by itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from medianest.adapters.standin import Earlier

if TYPE_CHECKING:
    from medianest.main.container import Container

AT_MOST: Final = 10_000
"""Requests that are gone on with; those updated longest ago come first."""
NEWEST: Final = "SELECT coalesce(max((body ->> 'gateway_id')::bigint), 0) FROM events WHERE tag = %s"


async def worked_on(container: "Container") -> tuple[Sequence[Earlier], int]:
    """The requests that were handed on and have not come yet, and the newest number that one ever got there."""
    cards = (await container.board().handed_on(limit=AT_MOST, after=None)).items
    async with container.database().connection() as connection:
        ((newest,),) = await (await connection.execute(NEWEST, ("media_request.handed_on",))).fetchall()
    earlier = [
        Earlier(
            id=int(card.gateway_ids[-1]),
            is_film=card.media_type == "movie",
            tmdb_id=card.tmdb_id,
            is_4k=card.is_4k,
            seasons=tuple(part.number for part in card.parts if part.status == "handed_on" and part.number),
            there=tuple(part.number for part in card.parts if part.status == "available" and part.number),
        )
        for card in cards
    ]
    return earlier, newest
