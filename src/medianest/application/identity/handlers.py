"""Commands about what belongs to a person: what they read before the rules about who may do so decide."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from medianest.application.commands import Handler
from medianest.application.decision import Decision
from medianest.application.identity.linking import GiveUpLink, NotLinked, SignInAndLink
from medianest.application.settings_desk import change_setting
from medianest.domain.api_key import API_KEY, ApiKeyNotFound, MakeApiKey, RevokeApiKey
from medianest.domain.authority import (
    NotEntitled,
    ensure_entitled,
    ensure_entitled_to_invite,
    ensure_entitled_to_theirs,
    ensure_entitled_to_uninvite,
    ensure_not_the_last,
    welcome,
)
from medianest.domain.invitation import (
    INVITATION,
    CreateInvitation,
    Invitation,
    InvitationNotGood,
    RevokeInvitation,
    UseInvitation,
)
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.linked_account import LINKED_ACCOUNT, LinkAccount, LinkedAccount, OnlyWayIn, UnlinkAccount
from medianest.domain.oidc_provider import (
    OIDC_PROVIDER,
    AddProvider,
    ChangeProvider,
    OidcProvider,
    OidcProviderCommand,
    provider_id,
)
from medianest.domain.second_factor import SECOND_FACTOR, SecondFactorCommand
from medianest.domain.session import (
    SESSION,
    ConfirmSession,
    EndSession,
    OpenSession,
    SessionHasEnded,
    SessionNotFound,
)
from medianest.domain.setting import SETTING
from medianest.domain.user import USER, User, allowed
from medianest.domain.user.commands import ChangeRole, DeleteUser, UserCommand
from medianest.domain.user.refusals import UserNotFound
from medianest.ports.views import UserDirectory


async def open_session(command: OpenSession, decision: Decision) -> None:
    """Whoever was suspended or deleted a moment ago does not come in, nor by an account that was unlinked."""
    user: User | None = await decision.state(USER, command.user_id)
    welcome(user)
    if command.link is not None:
        linked: LinkedAccount | None = await decision.state(LINKED_ACCOUNT, command.link)
        if linked is None or linked.user_id != command.user_id:
            raise NotLinked
    await decision.decide(command)


async def end_session(command: EndSession, decision: Decision) -> None:
    session = await decision.state(SESSION, command.session_id)
    if session is None:
        raise SessionNotFound
    await _ensure_theirs(command, session.user_id, decision, SessionNotFound)
    await decision.decide(command)


async def confirm_session(command: ConfirmSession, decision: Decision) -> None:
    session = await decision.state(SESSION, command.session_id)
    if session is None or session.user_id != command.actor:
        raise SessionNotFound
    await decision.decide(command)


async def make_key(command: MakeApiKey, decision: Decision) -> None:
    user: User | None = await decision.state(USER, command.actor)
    welcome(user)
    await _ensure_open(command.by_session, decision)
    await decision.decide(command)


async def revoke_key(command: RevokeApiKey, decision: Decision) -> None:
    key = await decision.state(API_KEY, command.key_id)
    if key is None:
        raise ApiKeyNotFound
    await _ensure_theirs(command, key.user_id, decision, ApiKeyNotFound)
    await decision.decide(command)


async def change_second_factor(command: SecondFactorCommand, decision: Decision) -> None:
    await _ensure_theirs(command, command.user_id, decision, UserNotFound)
    await decision.decide(command)


async def change_link(command: LinkAccount | UnlinkAccount, decision: Decision) -> None:
    await _ensure_theirs(command, command.user_id, decision, UserNotFound)
    if isinstance(command, LinkAccount):
        await _ensure_open(command.by_session, decision)
        if command.by_address:
            await _ensure_proved(command.user_id, decision)
    await decision.decide(command)


async def give_up_link(command: GiveUpLink, decision: Decision) -> None:
    """Nobody shuts the last door behind themselves: of two who unlink at once, the second is asked anew."""
    if not command.has_password and command.actor != SYSTEM:
        for other_id in command.others:
            other: LinkedAccount | None = await decision.state(LINKED_ACCOUNT, other_id)
            if other is not None and other.user_id == command.user_id:
                break
        else:
            raise OnlyWayIn
    at, actor = command.at, command.actor
    await change_link(
        UnlinkAccount(actor=actor, at=at, account_id=command.account_id, user_id=command.user_id), decision
    )


async def change_provider(command: OidcProviderCommand, decision: Decision) -> None:
    person: User | None = await decision.state(USER, command.actor)
    actor = welcome(person)
    if "manage_settings" not in allowed(actor.role, actor.permissions):
        raise NotEntitled("This needs the permission manage_settings.")
    if actor.role != "admin":  # what an administrator trusted with something is not theirs to alter or to take away
        known: OidcProvider | None = await decision.state(OIDC_PROVIDER, provider_id(command.slug))
        becomes = command.terms if isinstance(command, AddProvider | ChangeProvider) else None
        if (known is not None and known.terms.is_weighty) or (becomes is not None and becomes.is_weighty):
            raise NotEntitled(
                "Only an administrator changes a provider that says who is an administrator, who may register, or "
                "whose account an e-mail address is."
            )
    await decision.decide(command)


async def create_invitation(command: CreateInvitation, decision: Decision) -> None:
    actor: User | None = await decision.state(USER, command.actor)
    ensure_entitled_to_invite(command.role, actor)
    await decision.decide(command)


async def use_invitation(command: UseInvitation, decision: Decision) -> None:
    """It is good for as long as whoever made it may make it: nobody who was sent away comes back by their own."""
    invitation: Invitation | None = await decision.state(INVITATION, command.invitation_id)
    if invitation is not None and invitation.created_by != SYSTEM:
        inviter: User | None = await decision.state(USER, invitation.created_by)
        try:
            ensure_entitled_to_invite(invitation.role, inviter)
        except NotEntitled as not_entitled:
            raise InvitationNotGood from not_entitled
    await decision.decide(command)


async def revoke_invitation(command: RevokeInvitation, decision: Decision) -> None:
    actor: User | None = await decision.state(USER, command.actor)
    ensure_entitled_to_invite("member", actor)
    invitation: Invitation | None = await decision.state(INVITATION, command.invitation_id)
    if invitation is not None:
        maker: User | None = await decision.state(USER, invitation.created_by)
        ensure_entitled_to_uninvite(invitation.role, maker, actor)
    await decision.decide(command)


class AccountDesk:
    """Changes of accounts. Who else is an administrator is looked up in the view, and asked of the log."""

    def __init__(self, people: UserDirectory) -> None:
        self._people = people

    async def change(self, command: UserCommand, decision: Decision) -> None:
        actor: User | None = None
        if command.actor != SYSTEM:
            actor = await decision.state(USER, command.actor)
        target: User | None = await decision.state(USER, command.user_id)
        ensure_entitled(command, actor, target)
        if target is not None and _leaves_by_no_other(command):
            others: list[User | None] = []
            for person in await self._people.allowed("manage_users") if target.role == "admin" else ():
                other: User | None = await decision.state(USER, person)
                others += [] if person == command.user_id else [other]
            ensure_not_the_last(target, others)
        await decision.decide(command)


def _leaves_by_no_other(command: UserCommand) -> bool:
    """Whether nobody who stays behind acts: whoever demotes or deletes another is an administrator themselves."""
    if isinstance(command, ChangeRole):
        return command.actor == SYSTEM and command.role != "admin"
    return isinstance(command, DeleteUser) and command.actor == command.user_id


async def _ensure_open(session_id: UUID | None, decision: Decision) -> None:
    """No way in is made by a session that was ended a moment ago, whatever was under way. Raises SessionHasEnded."""
    if session_id is not None:
        session = await decision.state(SESSION, session_id)
        if session is None or session.is_ended:
            raise SessionHasEnded


async def _ensure_proved(user_id: UUID, decision: Decision) -> None:
    """Nobody has to prove the address they register with. Whoever took somebody else's has a password, keys and
    sessions of an account into which its owner would otherwise be led by their provider, and with what that makes of
    them: an administrator, perhaps. An honest one signs in once and links it. Raises SignInAndLink."""
    user: User | None = await decision.state(USER, user_id)
    if user is None or not user.is_address_proved:
        raise SignInAndLink


async def _ensure_theirs(command: Command, owner_id: UUID, decision: Decision, missing: type[Refused]) -> None:
    """What belongs to others is not there for whoever may not manage them."""
    actor: User | None = None
    if command.actor != SYSTEM:
        actor = await decision.state(USER, command.actor)
    owner: User | None = await decision.state(USER, owner_id)
    if command.actor == owner_id:
        welcome(owner)
    try:
        ensure_entitled_to_theirs(command, owner_id, actor, owner)
    except NotEntitled as not_entitled:
        if type(not_entitled) is NotEntitled:
            raise missing from not_entitled
        raise


def handlers() -> Mapping[type[Command], Handler]:
    table: dict[type[Command], Any] = {
        OpenSession: open_session,
        EndSession: end_session,
        ConfirmSession: confirm_session,
        MakeApiKey: make_key,
        RevokeApiKey: revoke_key,
        **dict.fromkeys(SECOND_FACTOR.commands, change_second_factor),
        LinkAccount: change_link,
        UnlinkAccount: change_link,
        GiveUpLink: give_up_link,
        **dict.fromkeys(OIDC_PROVIDER.commands, change_provider),
        **dict.fromkeys(SETTING.commands, change_setting),
        CreateInvitation: create_invitation,
        UseInvitation: use_invitation,
        RevokeInvitation: revoke_invitation,
    }
    return table
