"""An account elsewhere (at Plex, at an OpenID provider) by which somebody comes in: of at most one person at a time.

Its id is a keyed hash (HMAC) of the provider and the subject there, made outside the domain, so that the log does not
betray who is who elsewhere.

| an account that is | link    | unlink by its person | unlink by another | lose access | regain access |
|--------------------|---------|----------------------|-------------------|-------------|---------------|
| free               | linked  | so                   | so                | so          | so            |
| linked             | so / no | unlinked             | so                | lost        | so            |
| without access     | so / no | unlinked             | so                | so          | regained      |

`so`: already so, nothing happens. `so / no`: nothing happens for its person, anybody else is refused. Access is lost
when the other side no longer takes our token, or no longer lets the account in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Personal, Refused

LossReason = Literal["token_rejected", "no_access"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccountCommand(Command):
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAccount(LinkedAccountCommand):
    """`provider` is `plex` or the short name of an OpenID provider; `name` what the account is called there.
    `by_session`: the session in which its person asked for it, which has to be open still. `by_address`: nobody asked
    who has the account here, and that it is theirs rests on its e-mail address alone."""

    user_id: UUID
    provider: str
    name: str | None
    by_session: UUID | None = None
    by_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkAccount(LinkedAccountCommand):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseAccess(LinkedAccountCommand):
    reason: LossReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RegainAccess(LinkedAccountCommand):
    """The other side lets the account in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccountEvent(Event):
    account_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinked(LinkedAccountEvent):
    tag: ClassVar[str] = "linked_account.linked"
    provider: str
    name: Annotated[str | None, Personal(of="user_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnlinked(LinkedAccountEvent):
    tag: ClassVar[str] = "linked_account.unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLost(LinkedAccountEvent):
    tag: ClassVar[str] = "linked_account.access_lost"
    provider: str
    reason: LossReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRegained(LinkedAccountEvent):
    tag: ClassVar[str] = "linked_account.access_regained"


class AccountTaken(Refused):
    code = "account_taken"
    text = "This account is linked to somebody else here. They have to unlink it first."


class OnlyWayIn(Refused):
    code = "only_way_in"
    text = "This is your only way in. Set a password first, or link another account."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccount:
    """A linked account; a free one has no state."""

    account_id: UUID
    user_id: UUID
    provider: str
    has_access: bool = True


def decide(command: LinkedAccountCommand, state: LinkedAccount | None) -> Sequence[LinkedAccountEvent]:
    account_id = command.account_id
    match command:
        case LinkAccount(user_id=user_id, provider=provider, name=name):
            if state is None:
                return [AccountLinked(account_id=account_id, user_id=user_id, provider=provider, name=name)]
            if state.user_id != user_id:
                raise AccountTaken
            return []
        case UnlinkAccount(user_id=user_id):
            if state is None or state.user_id != user_id:
                return []
            return [AccountUnlinked(account_id=account_id, user_id=user_id)]
        case LoseAccess(reason=reason):
            if state is None or not state.has_access:
                return []
            return [AccessLost(account_id=account_id, user_id=state.user_id, provider=state.provider, reason=reason)]
        case RegainAccess():
            if state is None or state.has_access:
                return []
            return [AccessRegained(account_id=account_id, user_id=state.user_id)]
        case _:
            raise TypeError(f"not a command of a linked account: {type(command).__name__}")


def evolve(state: LinkedAccount | None, event: LinkedAccountEvent) -> LinkedAccount | None:
    match event:
        case AccountLinked(account_id=account_id, user_id=user_id, provider=provider):
            return LinkedAccount(account_id=account_id, user_id=user_id, provider=provider)
        case AccountUnlinked():
            return None
        case AccessLost() if state is not None:
            return replace(state, has_access=False)
        case AccessRegained() if state is not None:
            return replace(state, has_access=True)
    return state


LINKED_ACCOUNT: Aggregate[LinkedAccountCommand, LinkedAccountEvent, LinkedAccount] = Aggregate(
    category="linked_account",
    commands=(LinkAccount, UnlinkAccount, LoseAccess, RegainAccess),
    events=(AccountLinked, AccountUnlinked, AccessLost, AccessRegained),
    state=LinkedAccount,
    state_version=1,
    stream_id=lambda command: command.account_id,
    decide=decide,
    evolve=evolve,
)
