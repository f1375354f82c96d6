"""An invitation: a way in for guests, good for so many of them and until some day.

| an invitation that is | create  | use      | revoke  |
|-----------------------|---------|----------|---------|
| not there             | created | no       | no      |
| open                  | so      | used     | revoked |
| used up               | so      | so / no  | so      |
| revoked               | so      | so / no  | so      |

`so`: already so, nothing happens. `no`: refused. `so / no`: nothing happens for a guest who came in by it, anybody
else is refused, as is everybody else after it has expired. What it is opened with is a secret and in no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Personal, Refused

Role = Literal["admin", "member"]
MOST_USES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCommand(Command):
    invitation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvitation(InvitationCommand):
    """`note` says whom it is for, for those who manage people."""

    role: Role
    uses: int
    expires_at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseInvitation(InvitationCommand):
    """This person comes in by it."""

    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeInvitation(InvitationCommand):
    """Nobody else comes in by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEvent(Event):
    invitation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCreated(InvitationEvent):
    tag: ClassVar[str] = "invitation.created"
    created_by: UUID
    role: Role
    uses: int
    expires_at: datetime
    note: Annotated[str | None, Personal(of="created_by")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationUsed(InvitationEvent):
    tag: ClassVar[str] = "invitation.used"
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(InvitationEvent):
    tag: ClassVar[str] = "invitation.revoked"


class InvitationNotFound(Refused):
    code, kind = "invitation_not_found", "missing"
    text = "There is no such invitation."


class InvitationNotGood(Refused):
    code, kind = "invitation_not_good", "forbidden"
    text = "This invitation is used up, revoked or too old. Ask whoever invited you for another one."


class InvitationInvalid(Refused):
    code, kind = "invitation_invalid", "invalid"
    text = f"An invitation is for 1 to {MOST_USES} guests and has to expire later than now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`guests` are those who came in by it."""

    invitation_id: UUID
    created_by: UUID
    role: Role
    uses: int
    expires_at: datetime
    guests: tuple[UUID, ...] = ()
    is_revoked: bool = False

    @property
    def is_open(self) -> bool:
        return not self.is_revoked and len(self.guests) < self.uses


def decide(command: InvitationCommand, state: Invitation | None) -> Sequence[InvitationEvent]:
    if isinstance(command, CreateInvitation):
        return [] if state is not None else _create(command)
    if state is None:
        raise InvitationNotFound
    match command:
        case UseInvitation(invitation_id=invitation_id, user_id=user_id, at=at):
            if user_id in state.guests:
                return []
            if not state.is_open or at >= state.expires_at:
                raise InvitationNotGood
            return [InvitationUsed(invitation_id=invitation_id, user_id=user_id)]
        case RevokeInvitation(invitation_id=invitation_id):
            return [InvitationRevoked(invitation_id=invitation_id)] if state.is_open else []
        case _:
            raise TypeError(f"not a command of an invitation: {type(command).__name__}")


def _create(command: CreateInvitation) -> Sequence[InvitationEvent]:
    if not 1 <= command.uses <= MOST_USES or command.expires_at <= command.at:
        raise InvitationInvalid
    return [
        InvitationCreated(
            invitation_id=command.invitation_id,
            created_by=command.actor,
            role=command.role,
            uses=command.uses,
            expires_at=command.expires_at,
            note=(command.note or "").strip() or None,
        )
    ]


def evolve(state: Invitation | None, event: InvitationEvent) -> Invitation | None:
    if isinstance(event, InvitationCreated):
        return Invitation(
            invitation_id=event.invitation_id,
            created_by=event.created_by,
            role=event.role,
            uses=event.uses,
            expires_at=event.expires_at,
        )
    if state is None:
        return None
    match event:
        case InvitationUsed(user_id=user_id):
            return replace(state, guests=(*state.guests, user_id))
        case InvitationRevoked():
            return replace(state, is_revoked=True)
    return state


INVITATION: Aggregate[InvitationCommand, InvitationEvent, Invitation] = Aggregate(
    category="invitation",
    commands=(CreateInvitation, UseInvitation, RevokeInvitation),
    events=(InvitationCreated, InvitationUsed, InvitationRevoked),
    state=Invitation,
    state_version=2,
    stream_id=lambda command: command.invitation_id,
    decide=decide,
    evolve=evolve,
)
