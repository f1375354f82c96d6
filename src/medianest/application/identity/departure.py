"""Going for good: what only this person's account needs is destroyed; their history stays, nameless."""

from uuid import UUID

from medianest.application.identity.factors import FactorDesk
from medianest.domain.kernel import Command
from medianest.domain.user.commands import DeleteUser
from medianest.ports.api_keys import ApiKeys
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Expected, Idempotency, Outcome
from medianest.ports.identity import Credentials, Keyring
from medianest.ports.security_log import SecurityLog
from medianest.ports.sessions import SessionKeeping
from medianest.ports.surroundings import Clock
from medianest.ports.vault import Vault


class Departure:
    def __init__(
        self,
        commands: Commands,
        *,
        credentials: Credentials,
        sessions: SessionKeeping,
        keyring: Keyring,
        factors: FactorDesk,
        keys: ApiKeys,
        challenges: Challenges,
        vault: Vault,
        security_log: SecurityLog,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._credentials = credentials
        self._sessions = sessions
        self._keyring = keyring
        self._factors = factors
        self._keys = keys
        self._challenges = challenges
        self._vault = vault
        self._security_log = security_log
        self._clock = clock

    async def delete(
        self,
        *,
        actor: UUID,
        user_id: UUID,
        context: Context,
        idempotency: Idempotency | None = None,
        expected: Expected | None = None,
    ) -> Outcome:
        """Forget a person. Raises Refused (`not_allowed`, `last_administrator`, ...)."""
        command: Command = DeleteUser(actor=actor, at=self._clock.now(), user_id=user_id)
        outcome = await self._commands.run([command], context, idempotency=idempotency, expected=expected)
        await self.forget(user_id)
        return outcome

    async def forget(self, user_id: UUID) -> None:
        """Destroy every secret of theirs, and last the key of what is personal. May be done twice."""
        await self._sessions.forget(user_id)
        await self._keys.forget(user_id)
        await self._factors.forget(user_id)
        await self._challenges.drop(None, user_id)
        await self._vault.forget(user_id)
        await self._security_log.forget(user_id)
        await self._credentials.forget(user_id)
        await self._keyring.destroy(user_id)
