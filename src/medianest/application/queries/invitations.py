"""Who may come in, by which invitation."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.domain.authority import NotEntitled, ensure_entitled_to_invite
from medianest.domain.kernel import SYSTEM
from medianest.ports.front_door import Query
from medianest.ports.surroundings import Clock
from medianest.ports.views import Invitations, Page
from medianest.projections.invitations import InvitationCard

InvitationStatus = Literal["open", "used_up", "revoked", "expired", "void"]
"""`void`: whoever made it may not make it any more, so nobody comes in by it."""


class InvitationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as it is now: the last that happened to it counts, and time counts last."""

    card: InvitationCard
    status: InvitationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvitations(Query[Page[InvitationSeen]]):
    """The newest first."""

    limit: int = 20
    after: tuple[str, ...] | None = None


class InvitationList:
    def __init__(self, invitations: Invitations, people: PeopleBook, clock: Clock) -> None:
        self._invitations = invitations
        self._people = people
        self._clock = clock

    def answering(self) -> Answering:
        return {ListInvitations: self.list}

    async def list(self, query: ListInvitations) -> Page[InvitationSeen]:
        page = await self._invitations.list(limit=query.limit, after=query.after)
        seen = [InvitationSeen(card=card, status=self._status(card)) for card in page.items]
        return Page(items=seen, next_key=page.next_key)

    def _status(self, card: InvitationCard) -> InvitationStatus:
        if card.is_revoked:
            return "revoked"
        if card.used >= card.uses:
            return "used_up"
        if self._clock.now() >= card.expires_at:
            return "expired"
        return "open" if self._is_good(card) else "void"

    def _is_good(self, card: InvitationCard) -> bool:
        """By the same rule as when somebody comes in by it."""
        if card.created_by == SYSTEM:
            return True
        try:
            ensure_entitled_to_invite(card.role, self._people.find(card.created_by))
        except NotEntitled:
            return False
        return True
