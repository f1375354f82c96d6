"""A session: somebody's sign-in on one device, from the moment they prove who they are until it ends.

| a session that is | open   | confirm   | end   |
|-------------------|--------|-----------|-------|
| not there         | opened | no        | no    |
| open              | so     | confirmed | ended |
| ended             | so     | no        | so    |

`so`: already so, nothing happens. `no`: refused. Confirming is proving once more who one is, before something weighty.
Refreshing a token and being seen are no events: they are kept beside the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Personal, Refused

SignInMethod = Literal["setup", "password", "registration", "invitation", "plex", "oidc", "recovery"]
"""How somebody proved who they are first; `recovery` is a link in a mail."""

Factor = Literal["totp", "recovery_code", "remembered_device"]
"""What they proved it with besides."""

Proof = Literal["password", "totp", "recovery_code", "plex", "oidc"]
"""What confirms a session."""

EndReason = Literal[
    "signed_out",
    "ended_elsewhere",
    "ended_by_administrator",
    "token_reused",
    "expired",
    "password_changed",
    "second_factor_changed",
    "access_lost",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCommand(Command):
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession(SessionCommand):
    """The actor has proved to be this person. `device`, `client` and `address` are what they seem to use and to be at,
    for them to recognise; None where nothing is known. `link`: the account elsewhere by which they came, which has to
    be theirs still."""

    user_id: UUID
    method: SignInMethod
    factor: Factor | None = None
    device: str | None = None
    client: str | None = None
    address: str | None = None
    is_new_device: bool = False
    link: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSession(SessionCommand):
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession(SessionCommand):
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(Event):
    session_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionEvent):
    tag: ClassVar[str] = "session.opened"
    method: SignInMethod
    factor: Factor | None
    device: Annotated[str | None, Personal(of="user_id")]
    client: Annotated[str | None, Personal(of="user_id")]
    address: Annotated[str | None, Personal(of="user_id")]
    is_new_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfirmed(SessionEvent):
    tag: ClassVar[str] = "session.confirmed"
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(SessionEvent):
    tag: ClassVar[str] = "session.ended"
    reason: EndReason


class SessionNotFound(Refused):
    code, kind = "session_not_found", "missing"
    text = "There is no such session."


class SessionHasEnded(Refused):
    code = "session_ended"
    text = "This session has ended. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """It holds no device and no address: those are personal, and no rule needs them."""

    session_id: UUID
    user_id: UUID
    is_ended: bool = False


def decide(command: SessionCommand, state: Session | None) -> Sequence[SessionEvent]:
    if isinstance(command, OpenSession):
        return [] if state is not None else _open(command)
    if state is None:
        raise SessionNotFound
    match command:
        case ConfirmSession(session_id=session_id, proof=proof):
            if state.is_ended:
                raise SessionHasEnded
            return [SessionConfirmed(session_id=session_id, user_id=state.user_id, proof=proof)]
        case EndSession(session_id=session_id, reason=reason):
            if state.is_ended:
                return []
            return [SessionEnded(session_id=session_id, user_id=state.user_id, reason=reason)]
        case _:
            raise TypeError(f"not a command of a session: {type(command).__name__}")


def _open(command: OpenSession) -> Sequence[SessionEvent]:
    return [
        SessionOpened(
            session_id=command.session_id,
            user_id=command.user_id,
            method=command.method,
            factor=command.factor,
            device=command.device,
            client=command.client,
            address=command.address,
            is_new_device=command.is_new_device,
        )
    ]


def evolve(state: Session | None, event: SessionEvent) -> Session | None:
    match event:
        case SessionOpened(session_id=session_id, user_id=user_id):
            return Session(session_id=session_id, user_id=user_id)
        case SessionEnded() if state is not None:
            return replace(state, is_ended=True)
    return state


SESSION: Aggregate[SessionCommand, SessionEvent, Session] = Aggregate(
    category="session",
    commands=(OpenSession, ConfirmSession, EndSession),
    events=(SessionOpened, SessionConfirmed, SessionEnded),
    state=Session,
    state_version=1,
    stream_id=lambda command: command.session_id,
    decide=decide,
    evolve=evolve,
)
