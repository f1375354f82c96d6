"""Who is asking, and what of a request they may see."""

from dataclasses import dataclass
from uuid import UUID

from medianest.domain.kernel import Refused
from medianest.domain.user.vocabulary import Permission
from medianest.projections.request_board import RequestCard


class NotInvolved(Refused):
    code, kind = "not_involved", "forbidden"
    text = "Comments are for whoever asked for it or follows it. Follow it first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """`session_id` is that of the session or the key with which they ask; None where nobody came in by one."""

    user_id: UUID
    permissions: frozenset[Permission]
    session_id: UUID | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def is_insider(self, card: RequestCard) -> bool:
        """Note, reason, comments and history are for the requester, followers and those who manage requests."""
        return self.user_id == card.owner or self.user_id in card.followers or self.may("manage_requests")
