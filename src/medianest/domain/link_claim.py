"""Which accounts elsewhere somebody comes in by: one at each provider, however many they link at the same moment.

There is a claim for every person. It also says which links there are without waiting for a view.

| at a provider where they have | claim   | release of it | release of another |
|-------------------------------|---------|---------------|--------------------|
| none                          | claimed | so            | so                 |
| an account                    | so / no | released      | so                 |

`so`: already so, nothing happens. `so / no`: nothing happens for that account, another one is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("c129e290-23ce-5822-b5a3-50d0aa53ea69")
"""Under which the ids of claims are made. It can never change: the ids of stored streams depend on it."""


def link_claim_id(user_id: UUID) -> UUID:
    """The id of this person's claim; the same for ever."""
    return uuid5(NAMESPACE, str(user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaimCommand(Command):
    claim_id: UUID
    user_id: UUID
    provider: str
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLink(LinkClaimCommand):
    """This account is to be theirs at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLink(LinkClaimCommand):
    """It no longer is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaimEvent(Event):
    claim_id: UUID
    user_id: UUID
    provider: str
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaimed(LinkClaimEvent):
    tag: ClassVar[str] = "link_claim.claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReleased(LinkClaimEvent):
    tag: ClassVar[str] = "link_claim.released"


class LinkedAlready(Refused):
    code = "provider_linked"
    text = "You are linked to another account there. Unlink that one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """`accounts` by provider."""

    claim_id: UUID
    accounts: Mapping[str, UUID]


def decide(command: LinkClaimCommand, state: LinkClaim | None) -> Sequence[LinkClaimEvent]:
    provider, account_id = command.provider, command.account_id
    held = None if state is None else state.accounts.get(provider)
    match command:
        case ClaimLink(claim_id=claim, user_id=user_id):
            if held is None:
                return [LinkClaimed(claim_id=claim, user_id=user_id, provider=provider, account_id=account_id)]
            if held != account_id:
                raise LinkedAlready
            return []
        case ReleaseLink(claim_id=claim, user_id=user_id):
            if held != account_id:
                return []
            return [LinkReleased(claim_id=claim, user_id=user_id, provider=provider, account_id=account_id)]
        case _:
            raise TypeError(f"not a command of a claim on links: {type(command).__name__}")


def evolve(state: LinkClaim | None, event: LinkClaimEvent) -> LinkClaim | None:
    state = state or LinkClaim(claim_id=event.claim_id, accounts={})
    others = {provider: account for provider, account in state.accounts.items() if provider != event.provider}
    match event:
        case LinkClaimed(provider=provider, account_id=account_id):
            return replace(state, accounts={**others, provider: account_id})
        case LinkReleased():
            return replace(state, accounts=others)
    return state


LINK_CLAIM: Aggregate[LinkClaimCommand, LinkClaimEvent, LinkClaim] = Aggregate(
    category="link_claim",
    commands=(ClaimLink, ReleaseLink),
    events=(LinkClaimed, LinkReleased),
    state=LinkClaim,
    state_version=1,
    stream_id=lambda command: command.claim_id,
    decide=decide,
    evolve=evolve,
)
