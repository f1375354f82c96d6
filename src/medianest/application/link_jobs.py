"""Once a day: does everybody who comes in by Plex still have access there, and is their token still good?"""

from contextlib import suppress
from typing import Final
from uuid import UUID

from medianest.application.identity.links import LinkDesk, token_kind
from medianest.application.identity.plex import PLEX
from medianest.application.identity.sessions import SessionDesk
from medianest.application.origin import context_of
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.linked_account import LinkedAccountCommand, LoseAccess, LossReason, RegainAccess
from medianest.ports.event_log import Context
from medianest.ports.failures import PlexUnavailable, SealBroken
from medianest.ports.front_door import Commands
from medianest.ports.links import LinkedAccounts
from medianest.ports.plex import PlexAccounts, PlexToken, PlexTokenRejected
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.vault import Vault
from medianest.projections.linked_accounts import Link

BATCH: Final = 200

CHECK_PLEX: Final = ("40 4 * * *", "check_plex")
"""(cron, job name)."""


class LinkJobs:
    def __init__(
        self,
        commands: Commands,
        desk: LinkDesk,
        sessions: SessionDesk,
        *,
        links: LinkedAccounts,
        accounts: PlexAccounts,
        vault: Vault,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._desk = desk
        self._sessions = sessions
        self._links = links
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._ids = ids

    async def check_plex(self) -> None:
        """Ask Plex about every linked account. Whatever cannot be learned now changes nothing: PlexUnavailable is
        raised at the end, so that it is tried again."""
        if not self._accounts.is_configured:
            return
        silent: PlexUnavailable | None = None
        after: UUID | None = None
        while page := await self._links.at(PLEX, limit=BATCH, after=after):
            for link in page:
                try:
                    await self._check(link)
                except PlexUnavailable as unavailable:
                    silent = unavailable
            after = page[-1].account_id
        if silent is not None:
            raise silent

    async def _check(self, link: Link) -> None:
        context = context_of(None, None, self._ids)
        lost = await self._lost(link)
        now = self._clock.now()
        command: LinkedAccountCommand = RegainAccess(actor=SYSTEM, at=now, account_id=link.account_id)
        if lost is not None:
            command = LoseAccess(actor=SYSTEM, at=now, account_id=link.account_id, reason=lost)
        await self._commands.run([command], context)
        if lost is not None:
            await self._end_sessions(link.user_id, context)

    async def _lost(self, link: Link) -> LossReason | None:
        """Why this account does not let its person in, if it does not."""
        try:
            secret = await self._vault.find(token_kind(PLEX), link.user_id)
        except SealBroken:  # nothing that Plex said: they sign in there anew, and it is replaced
            secret = None
        if secret is None:
            return "token_rejected"
        token = PlexToken(secret)
        try:
            await self._accounts.ping(token)
            theirs = await self._accounts.account(token)
            has_access = await self._accounts.has_access(token)
        except PlexTokenRejected:
            return "token_rejected"
        if self._desk.account_id(PLEX, theirs.plex_id) != link.account_id:
            return "token_rejected"  # the token is of another account
        return None if has_access else "no_access"

    async def _end_sessions(self, user_id: UUID, context: Context) -> None:
        """Those that Plex opened; whoever has another way in keeps what they opened by it."""
        for opened in await self._sessions.of(user_id):
            if opened.method == "plex":
                with suppress(Refused):  # it ended a moment ago
                    await self._sessions.end(SYSTEM, opened.session_id, "access_lost", context)
