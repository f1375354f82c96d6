"""An e-mail address belongs to at most one person at a time.

The id of a claim would betray the address if it were made from it openly, so it is a keyed hash (HMAC) made outside
the domain, of the address in lower case.

| a claim that is | claim   | release by its holder | release by another |
|-----------------|---------|-----------------------|--------------------|
| free            | claimed | so                    | so                 |
| held            | so / no | released              | so                 |

`so`: already so, nothing happens. `so / no`: nothing happens for the holder, anybody else is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailClaimCommand(Command):
    claim_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEmail(EmailClaimCommand):
    """This person is to have the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEmail(EmailClaimCommand):
    """This person no longer has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailClaimEvent(Event):
    claim_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailClaimed(EmailClaimEvent):
    tag: ClassVar[str] = "email_claim.claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailReleased(EmailClaimEvent):
    tag: ClassVar[str] = "email_claim.released"


class EmailTaken(Refused):
    code = "email_taken"
    text = "Somebody with this e-mail address is registered already."


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailClaim:
    """A held claim; a free one has no state."""

    claim_id: UUID
    holder: UUID


def decide(command: EmailClaimCommand, state: EmailClaim | None) -> Sequence[EmailClaimEvent]:
    match command:
        case ClaimEmail(claim_id=claim, user_id=user_id):
            if state is None:
                return [EmailClaimed(claim_id=claim, user_id=user_id)]
            if state.holder == user_id:
                return []
            raise EmailTaken
        case ReleaseEmail(claim_id=claim, user_id=user_id):
            if state is None or state.holder != user_id:
                return []
            return [EmailReleased(claim_id=claim, user_id=user_id)]
        case _:
            raise TypeError(f"not a command of an e-mail claim: {type(command).__name__}")


def evolve(state: EmailClaim | None, event: EmailClaimEvent) -> EmailClaim | None:
    match event:
        case EmailClaimed(claim_id=claim, user_id=user_id):
            return EmailClaim(claim_id=claim, holder=user_id)
        case EmailReleased():
            return None
    return state


EMAIL_CLAIM: Aggregate[EmailClaimCommand, EmailClaimEvent, EmailClaim] = Aggregate(
    category="email_claim",
    commands=(ClaimEmail, ReleaseEmail),
    events=(EmailClaimed, EmailReleased),
    state=EmailClaim,
    state_version=1,
    stream_id=lambda command: command.claim_id,
    decide=decide,
    evolve=evolve,
)
