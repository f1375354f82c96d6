"""Inviting guests: whoever holds the token of an invitation comes in by it."""

from datetime import timedelta
from uuid import UUID

import msgspec

from medianest.application.identity.registration import INVITATION_TOKEN
from medianest.domain.invitation import CreateInvitation, RevokeInvitation
from medianest.domain.kernel import Refused
from medianest.domain.user import Role
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.surroundings import Clock, Ids


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was made, with what opens it: nobody can read `token` again. `link` leads a guest to it, None
    where nobody said under which address MediaNest is reached."""

    command: CreateInvitation
    outcome: Outcome
    token: str
    link: str | None


class InvitationDesk:
    """`home` is where people reach MediaNest, without a slash at the end, if anybody said so."""

    def __init__(
        self, commands: Commands, *, challenges: Challenges, clock: Clock, ids: Ids, home: str | None = None
    ) -> None:
        self._commands = commands
        self._challenges = challenges
        self._clock = clock
        self._ids = ids
        self._home = home

    async def create(
        self, actor: UUID, *, role: Role, uses: int, lifetime: timedelta, note: str | None, context: Context
    ) -> Invited:
        """Raises Refused (`not_allowed`, `invitation_invalid`)."""
        at = self._clock.now()
        command = CreateInvitation(
            actor=actor,
            at=at,
            invitation_id=self._ids.new(),
            role=role,
            uses=uses,
            expires_at=at + lifetime,
            note=note,
        )
        invitation_id = command.invitation_id
        # The secret comes first; without the event it opens nothing.
        token = await self._challenges.open(
            INVITATION_TOKEN, invitation_id.bytes, lifetime=lifetime, subject=invitation_id
        )
        try:
            outcome = await self._commands.run([command], context)
        except Refused:
            await self._challenges.drop(INVITATION_TOKEN, invitation_id)
            raise
        # Behind the #: browsers send that to no server, so it is in no log either.
        link = None if self._home is None else f"{self._home}/invitation#token={token}"
        return Invited(command=command, outcome=outcome, token=token, link=link)

    async def revoke(self, actor: UUID, invitation_id: UUID, context: Context) -> Outcome:
        """Nobody else comes in by it. Raises Refused (`not_allowed`, `invitation_not_found`)."""
        command = RevokeInvitation(actor=actor, at=self._clock.now(), invitation_id=invitation_id)
        outcome = await self._commands.run([command], context)
        await self._challenges.drop(INVITATION_TOKEN, invitation_id)
        return outcome
