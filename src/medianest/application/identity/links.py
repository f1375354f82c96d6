"""Accounts elsewhere by which people come in: whose they are, linking them, and letting go of them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final
from uuid import UUID

from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.linking import (
    AddressNeeded,
    GiveUpLink,
    LinkNotFound,
    NotLinked,
    OutsideAccount,
    SignInAndLink,
)
from medianest.application.identity.registration import Registration
from medianest.application.states import States
from medianest.domain.email_claim import EMAIL_CLAIM, EmailTaken
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.link_claim import LINK_CLAIM, LinkClaim, LinkedAlready, link_claim_id
from medianest.domain.linked_account import LINKED_ACCOUNT, LinkAccount, RegainAccess, UnlinkAccount
from medianest.domain.user.commands import ChangeRole
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.identity import ClaimIds, Credentials
from medianest.ports.links import LinkedAccounts
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.vault import Vault
from medianest.projections.linked_accounts import Link

LONGEST_NAME: Final = 200


class LinkDesk:
    def __init__(
        self,
        commands: Commands,
        states: States,
        registration: Registration,
        guard: Guard,
        *,
        links: LinkedAccounts,
        credentials: Credentials,
        claim_ids: ClaimIds,
        vault: Vault,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._states = states
        self._registration = registration
        self._guard = guard
        self._links = links
        self._credentials = credentials
        self._claim_ids = claim_ids
        self._vault = vault
        self._clock = clock
        self._ids = ids

    def account_id(self, provider: str, subject: str) -> UUID:
        return self._claim_ids.of_account(provider, subject)

    async def identify(self, account: OutsideAccount, arrival: Arrival) -> UUID:
        """Who this is here; whoever may come in for the first time is registered. Raises Refused (`sign_in_and_link`,
        `account_not_linked`, `address_needed`, `user_suspended`, ...)."""
        try:
            user_id = await self._known(account, arrival.context) or await self._register(account, arrival.context)
        except Refused as refused:
            await self._guard.note(account.method, refused.code, arrival)
            raise
        if account.role is not None:
            change = ChangeRole(actor=SYSTEM, at=self._clock.now(), user_id=user_id, role=account.role)
            with suppress(Refused):  # the last administrator stays one
                await self._commands.run([change], arrival.context)
        return user_id

    async def link(
        self,
        user_id: UUID,
        account: OutsideAccount,
        context: Context,
        *,
        by_session: UUID | None = None,
        by_address: bool = False,
    ) -> Outcome:
        """`by_session`: whoever asks is signed in with it; what ends it ends that as well. `by_address`: nobody is, and
        they have the address of this person. Raises Refused (`account_taken`, `provider_linked`, `session_ended`,
        `sign_in_and_link`, ...)."""
        account_id = self.account_id(account.provider, account.subject)
        if any(link.provider == account.provider and link.account_id != account_id for link in await self.of(user_id)):
            raise LinkedAlready
        steps: list[Command] = [replace(self._linking(user_id, account), by_session=by_session, by_address=by_address)]
        if account.method == "plex":  # which asks for access every time
            steps.append(RegainAccess(actor=user_id, at=self._clock.now(), account_id=account_id))
        return await self._commands.run(steps, context)

    async def of(self, user_id: UUID) -> Sequence[Link]:
        return await self._links.of(user_id)

    async def unlink(self, actor: UUID, user_id: UUID, account_id: UUID, context: Context) -> Outcome:
        """Raises Refused (`link_not_found`, `only_way_in`)."""
        theirs = await self.of(user_id)
        linked = (await self._states.load(LINKED_ACCOUNT, account_id))[0]
        if linked is None or linked.user_id != user_id:
            raise LinkNotFound
        command = GiveUpLink(
            actor=actor,
            at=self._clock.now(),
            account_id=account_id,
            user_id=user_id,
            has_password=await self._credentials.find(user_id) is not None,
            others=tuple(link.account_id for link in theirs if link.account_id != account_id),
        )
        outcome = await self._commands.run([command], context)
        await self._vault.forget(user_id, token_kind(linked.provider))
        return outcome

    async def unlink_all(self, actor: UUID, user_id: UUID, context: Context) -> Sequence[str]:
        """Whatever other way in is left; the providers at which there was a link. The claim knows links that the view
        has not heard of. Raises Refused (`not_allowed`)."""
        claim: LinkClaim | None = (await self._states.load(LINK_CLAIM, link_claim_id(user_id)))[0]
        found = {link.account_id: link.provider for link in await self.of(user_id)}
        found |= {account_id: provider for provider, account_id in (claim.accounts.items() if claim else ())}
        unlinked = []
        for account_id, provider in found.items():
            command = UnlinkAccount(actor=actor, at=self._clock.now(), account_id=account_id, user_id=user_id)
            if (await self._commands.run([command], context)).recorded:
                unlinked.append(provider)
            await self._vault.forget(user_id, token_kind(provider))
        return unlinked

    async def forget(self, user_id: UUID, context: Context) -> None:
        """Free the accounts elsewhere of somebody who was deleted. The view must have come that far."""
        for link in await self.of(user_id):
            command = UnlinkAccount(actor=SYSTEM, at=self._clock.now(), account_id=link.account_id, user_id=user_id)
            await self._commands.run([command], context)

    async def _known(self, account: OutsideAccount, context: Context) -> UUID | None:
        account_id = self.account_id(account.provider, account.subject)
        linked = (await self._states.load(LINKED_ACCOUNT, account_id))[0]
        if linked is not None:
            if not linked.has_access:
                regain = RegainAccess(actor=linked.user_id, at=self._clock.now(), account_id=account_id)
                await self._commands.run([regain], context)
            return linked.user_id
        holder = await self._holder(account)
        if holder is None:
            return None
        if not (account.may_link_by_email and account.is_email_verified):
            raise SignInAndLink if account.may_register else NotLinked
        await self.link(holder, account, context, by_address=True)
        return holder

    async def _holder(self, account: OutsideAccount) -> UUID | None:
        """Who has the address here that the account has there."""
        if account.email is None:
            return None
        claim = (await self._states.load(EMAIL_CLAIM, self._claim_ids.of_email(account.email)))[0]
        return claim.holder if claim else None

    async def _register(self, account: OutsideAccount, context: Context) -> UUID:
        if not account.may_register:
            raise NotLinked
        if account.email is None:
            raise AddressNeeded
        user_id = self._ids.new()
        try:
            await self._registration.register(
                actor=None,
                email=account.email,
                name=_written(account.name) or account.email.partition("@")[0],
                role=account.role or "member",
                password=None,
                context=context,
                user_id=user_id,
                besides=[self._linking(user_id, account)],
            )
        except EmailTaken:  # a moment ago: perhaps by another tab of theirs
            if known := await self._known(account, context):
                return known
            raise
        return user_id

    def _linking(self, user_id: UUID, account: OutsideAccount) -> LinkAccount:
        return LinkAccount(
            actor=user_id,
            at=self._clock.now(),
            account_id=self.account_id(account.provider, account.subject),
            user_id=user_id,
            provider=account.provider,
            name=_written(account.name),
        )


def token_kind(provider: str) -> str:
    """Under which the vault keeps what a provider lets MediaNest ask on its person's behalf."""
    return f"{provider}_token"


def _written(name: str | None) -> str | None:
    """As people may be called here: one line without control characters."""
    return "".join(c for c in name or "" if c.isprintable()).strip()[:LONGEST_NAME] or None
