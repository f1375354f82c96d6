"""Everybody of the house. The only view that holds names and addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Forgotten, Recorded
from medianest.domain.limits import UNLIMITED, QuotaLimits
from medianest.domain.second_factor import SecondFactorEnrolled, SecondFactorRemoved
from medianest.domain.session import SessionOpened
from medianest.domain.user.events import (
    EVENTS,
    RETIRED,
    LanguageChosen,
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    RoleChanged,
    UserDeleted,
    UserEvent,
    UserRegistered,
    UserReinstated,
    UserRenamed,
    UserSignedIn,
    UserSuspended,
)
from medianest.domain.user.vocabulary import Permission, Role, in_order
from medianest.projections.kernel import Index, PersonalColumns, Projection, Touch

FROM_OTHER_STREAMS: Final = (SessionOpened, SecondFactorEnrolled, SecondFactorRemoved)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """`permissions` are those granted one by one. A deleted person has neither name nor address. `created_at` is
    when they were registered, `last_seen_at` when they last signed in; `version` is their stream's."""

    user_id: UUID
    email: str | None
    name: str | None
    role: Role
    permissions: tuple[Permission, ...]
    is_suspended: bool = False
    is_deleted: bool = False
    has_second_factor: bool = False
    quota: QuotaLimits = UNLIMITED
    language: str | None = None
    region: str | None = None
    created_at: datetime
    last_seen_at: datetime | None = None
    version: int


def touches(recorded: Recorded) -> Sequence[Touch]:
    event = recorded.event
    return (Touch("user_id", event.user_id),) if isinstance(event, (UserEvent, *FROM_OTHER_STREAMS)) else ()


def apply(person: Person | None, recorded: Recorded) -> Person | None:
    event = recorded.event
    if isinstance(event, UserRegistered):
        return Person(
            user_id=event.user_id,
            email=_unless_forgotten(event.email),
            name=_unless_forgotten(event.name),
            role=event.role,
            permissions=in_order(event.permissions),
            created_at=recorded.occurred_at,
            version=recorded.version,
        )
    if person is None:
        return None
    match event:  # of other streams, so the version stays
        case SessionOpened():
            return replace(person, last_seen_at=recorded.occurred_at)
        case SecondFactorEnrolled() | SecondFactorRemoved():
            return replace(person, has_second_factor=isinstance(event, SecondFactorEnrolled))
    if not isinstance(event, UserEvent):
        return person
    return replace(_changed(person, event, recorded.occurred_at), version=recorded.version)


def _changed(person: Person, event: UserEvent, occurred_at: datetime) -> Person:
    match event:
        case UserRenamed(name=name):
            return replace(person, name=_unless_forgotten(name))
        case RoleChanged(role=role):
            return replace(person, role=role)
        case UserSuspended():
            return replace(person, is_suspended=True)
        case UserReinstated():
            return replace(person, is_suspended=False)
        case PermissionGranted(permission=permission):
            return replace(person, permissions=in_order({*person.permissions, permission}))
        case PermissionRevoked(permission=permission):
            return replace(person, permissions=in_order({*person.permissions} - {permission}))
        case QuotaSet(limits=limits):
            return replace(person, quota=limits)
        case LanguageChosen(language=language, region=region):
            return replace(person, language=language, region=region)
        case UserSignedIn():
            return replace(person, last_seen_at=occurred_at)
        case UserDeleted():
            return replace(person, email=None, name=None, is_deleted=True)
    return person


def _unless_forgotten(text: str) -> str | None:
    """A name whose key is destroyed is no name, so that a rebuild equals the view that saw the person go."""
    return None if isinstance(text, Forgotten) else text


USER_DIRECTORY: Final[Projection[Person]] = Projection(
    name="user_directory",
    shape=3,
    row=Person,
    key="user_id",
    events=(*EVENTS, *RETIRED, *FROM_OTHER_STREAMS),
    touches=touches,
    apply=apply,
    indexes=(
        Index("created_at, user_id"),
        Index("user_id", where="role = 'admin' AND NOT is_deleted"),
        Index("permissions", method="gin"),
    ),
    personal=(PersonalColumns(("email", "name"), of="user_id"),),
)
