"""What concerned somebody: what happened to them and to what they asked for, and what they did themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import msgspec

from medianest.application.narrowing import tags_of_category
from medianest.application.people import PeopleBook
from medianest.application.queries.belongings import Belongings, is_somebody_elses
from medianest.application.queries.bus import Answering
from medianest.application.sentences import told
from medianest.application.viewer import Viewer
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import Recorded
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.ports.audit import AuditFilter, AuditTrail
from medianest.ports.front_door import Query
from medianest.ports.views import BoardFilter, Page, RequestBoard

By = Literal["others", "me"]

REQUESTS: Final = 1000
"""Requests of somebody, the last changed first, to whose events their activity reaches."""

OWN: Final = 200
"""Sessions, keys and accounts elsewhere, of each the last begun, to whose events somebody's activity reaches."""

INTERNAL: Final = frozenset[str]().union(
    *(tags_of_category(category) for category in ("title_claim", "email_claim", "link_claim", "quota", "notification"))
)
"""Bookkeeping: it always goes with something that people did."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An event in words. `title` is that of the request it happened to; None where it happened to none."""

    recorded: Recorded
    actor_name: str | None
    sentence: str
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListActivity(Query[Page[Activity]]):
    """Newest first, before the position `before`; a page may hold fewer than `limit` and yet go on. What somebody did
    to a request that they no longer follow is theirs to see; what others did there is not."""

    viewer: Viewer
    by: By | None = None
    limit: int = 20
    before: int | None = None


class ActivityDesk:
    def __init__(self, trail: AuditTrail, board: RequestBoard, people: PeopleBook) -> None:
        self._trail = trail
        self._belongings = Belongings(trail)
        self._board = board
        self._people = people

    def answering(self) -> Answering:
        return {ListActivity: self.list}

    async def list(self, query: ListActivity) -> Page[Activity]:
        me = query.viewer.user_id
        titles: dict[UUID, str] = {}
        criteria = AuditFilter(tags=frozenset(EVENT_TYPES) - INTERNAL, actors=frozenset({me}))
        if query.by != "me":
            own = await self._board.list(BoardFilter(member=me), sort="updated", limit=REQUESTS, after=None)
            titles = {card.request_id: card.title for card in own.items}
            criteria = AuditFilter(
                tags=criteria.tags,
                about=(frozenset({me, *titles}) | await self._belongings.latest(me, at_most=OWN),),
                without_actors=frozenset({me} if query.by == "others" else ()),
            )
        page = await self._trail.latest(criteria, limit=query.limit, before=query.before)
        shown = [recorded for recorded in page.items if not is_somebody_elses(recorded, me)]
        titles |= await self._titles(shown, titles)
        return Page(items=[self._activity(recorded, titles) for recorded in shown], next_key=page.next_key)

    async def _titles(self, events: Sequence[Recorded], known: Mapping[UUID, str]) -> dict[UUID, str]:
        wanted = {one.stream_id for one in events if one.category == MEDIA_REQUEST.category} - known.keys()
        return {card.request_id: card.title for card in (await self._board.those(wanted)).values()}

    def _activity(self, recorded: Recorded, titles: Mapping[UUID, str]) -> Activity:
        return Activity(
            recorded=recorded,
            actor_name=self._people.name(recorded.actor),
            sentence=told(recorded, self._people.name),
            title=titles.get(recorded.stream_id),
        )
