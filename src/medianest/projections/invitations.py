"""Invitations, and how much of each is used. Who came in by one is in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.invitation import InvitationCreated, InvitationRevoked, InvitationUsed, Role
from medianest.domain.kernel import Forgotten, Recorded
from medianest.domain.user.events import UserDeleted
from medianest.projections.kernel import Index, PersonalColumns, Projection, Touch


class InvitationCard(msgspec.Struct, frozen=True, kw_only=True):
    """`uses` guests may come in by it until `expires_at`, `used` have. `note` is whom it is for, in the words of
    whoever created it; it goes with them."""

    invitation_id: UUID
    created_by: UUID
    role: Role
    uses: int
    used: int = 0
    note: str | None
    created_at: datetime
    expires_at: datetime
    is_revoked: bool = False


def touches(recorded: Recorded) -> Sequence[Touch]:
    if isinstance(recorded.event, UserDeleted):
        return (Touch("created_by", recorded.event.user_id),)
    return (Touch("invitation_id", recorded.stream_id),)


def apply(card: InvitationCard | None, recorded: Recorded) -> InvitationCard | None:
    event = recorded.event
    if isinstance(event, InvitationCreated):
        return InvitationCard(
            invitation_id=event.invitation_id,
            created_by=event.created_by,
            role=event.role,
            uses=event.uses,
            # A note whose key is destroyed is none, so that a rebuild equals the view that saw the person go.
            note=None if isinstance(event.note, Forgotten) else event.note,
            created_at=recorded.occurred_at,
            expires_at=event.expires_at,
        )
    if card is None:
        return None
    match event:
        case InvitationUsed():
            return replace(card, used=card.used + 1)
        case InvitationRevoked():
            return replace(card, is_revoked=True)
        case UserDeleted():
            return replace(card, note=None)
    return card


INVITATIONS: Final[Projection[InvitationCard]] = Projection(
    name="invitations",
    shape=1,
    row=InvitationCard,
    key="invitation_id",
    events=(InvitationCreated, InvitationUsed, InvitationRevoked, UserDeleted),
    touches=touches,
    apply=apply,
    indexes=(Index("created_at, invitation_id"), Index("created_by", finds_touched=True)),
    personal=(PersonalColumns(("note",), of="created_by"),),
)
