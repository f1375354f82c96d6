"""An API key: what a person lets a program do in their name, until it expires or is revoked.

| a key that is | make | revoke  |
|---------------|------|---------|
| not there     | made | no      |
| there         | so   | revoked |
| revoked       | so   | so      |

`so`: already so, nothing happens. `no`: refused. The key itself is a secret and in no event.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, get_args
from uuid import UUID

from medianest.domain.kernel import Aggregate, Command, Event, Personal, Refused

Scope = Literal["read", "request", "manage", "admin"]

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
"""From the least to the most; none includes another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyCommand(Command):
    key_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeApiKey(ApiKeyCommand):
    """The actor makes it for themselves, in the session `by_session`, which has to be open still. `expires_at` None: it
    never expires."""

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None
    by_session: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiKey(ApiKeyCommand):
    """It opens nothing from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyEvent(Event):
    key_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyMade(ApiKeyEvent):
    tag: ClassVar[str] = "api_key.made"
    name: Annotated[str, Personal(of="user_id")]
    scopes: tuple[Scope, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevoked(ApiKeyEvent):
    tag: ClassVar[str] = "api_key.revoked"


class ApiKeyNotFound(Refused):
    code, kind = "api_key_not_found", "missing"
    text = "There is no such API key."


class ApiKeyNeedsName(Refused):
    code, kind = "api_key_needs_name", "invalid"
    text = "Name the key after what will use it, so that you know later what to revoke."


class ApiKeyNeedsScope(Refused):
    code, kind = "api_key_needs_scope", "invalid"
    text = "A key without a scope opens nothing. Choose from read, request, manage and admin."


class ApiKeyExpiresInThePast(Refused):
    code, kind = "api_key_expires_in_the_past", "invalid"
    text = "The key would have expired already. Choose a later time."


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    key_id: UUID
    user_id: UUID
    is_revoked: bool = False


def decide(command: ApiKeyCommand, state: ApiKey | None) -> Sequence[ApiKeyEvent]:
    match command:
        case MakeApiKey():
            return [] if state is not None else _make(command)
        case RevokeApiKey(key_id=key_id):
            if state is None:
                raise ApiKeyNotFound
            return [] if state.is_revoked else [ApiKeyRevoked(key_id=key_id, user_id=state.user_id)]
        case _:
            raise TypeError(f"not a command of an API key: {type(command).__name__}")


def _make(command: MakeApiKey) -> Sequence[ApiKeyEvent]:
    if not (name := command.name.strip()):
        raise ApiKeyNeedsName
    if not command.scopes:
        raise ApiKeyNeedsScope
    if command.expires_at is not None and command.expires_at <= command.at:
        raise ApiKeyExpiresInThePast
    return [
        ApiKeyMade(
            key_id=command.key_id,
            user_id=command.actor,
            name=name,
            scopes=in_order(command.scopes),
            expires_at=command.expires_at,
        )
    ]


def in_order(scopes: Collection[Scope]) -> tuple[Scope, ...]:
    """`scopes` as events say them: each once, always in the same order."""
    return tuple(scope for scope in SCOPES if scope in scopes)


def evolve(state: ApiKey | None, event: ApiKeyEvent) -> ApiKey | None:
    match event:
        case ApiKeyMade(key_id=key_id, user_id=user_id):
            return ApiKey(key_id=key_id, user_id=user_id)
        case ApiKeyRevoked() if state is not None:
            return replace(state, is_revoked=True)
    return state


API_KEY: Aggregate[ApiKeyCommand, ApiKeyEvent, ApiKey] = Aggregate(
    category="api_key",
    commands=(MakeApiKey, RevokeApiKey),
    events=(ApiKeyMade, ApiKeyRevoked),
    state=ApiKey,
    state_version=1,
    stream_id=lambda command: command.key_id,
    decide=decide,
    evolve=evolve,
)
