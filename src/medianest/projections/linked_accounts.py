"""Who comes in by which account elsewhere. An account that is unlinked is no row; those of somebody who was deleted
stay, nameless, until they are unlinked, because whoever does that finds them here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Forgotten, Recorded
from medianest.domain.linked_account import (
    AccessLost,
    AccessRegained,
    AccountLinked,
    AccountUnlinked,
    LossReason,
)
from medianest.domain.user.events import UserDeleted
from medianest.projections.kernel import Index, PersonalColumns, Projection, Touch


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is what the account is called there, as far as that is known; `lost` why it no longer lets its person
    in, None while it does."""

    account_id: UUID
    user_id: UUID
    provider: str
    name: str | None
    linked_at: datetime
    lost: LossReason | None = None


def touches(recorded: Recorded) -> Sequence[Touch]:
    if isinstance(recorded.event, UserDeleted):
        return (Touch("user_id", recorded.event.user_id),)
    return (Touch("account_id", recorded.stream_id),)


def apply(link: Link | None, recorded: Recorded) -> Link | None:
    match recorded.event:
        case AccountLinked(account_id=account_id, user_id=user_id, provider=provider, name=name):
            return Link(
                account_id=account_id,
                user_id=user_id,
                provider=provider,
                name=None if isinstance(name, Forgotten) else name,
                linked_at=recorded.occurred_at,
            )
        case AccountUnlinked():
            return None
        case AccessLost(reason=reason) if link is not None:
            return replace(link, lost=reason)
        case AccessRegained() if link is not None:
            return replace(link, lost=None)
        case UserDeleted() if link is not None:
            return replace(link, name=None)
    return link


LINKED_ACCOUNTS: Final[Projection[Link]] = Projection(
    name="linked_accounts",
    shape=1,
    row=Link,
    key="account_id",
    events=(AccountLinked, AccountUnlinked, AccessLost, AccessRegained, UserDeleted),
    touches=touches,
    apply=apply,
    indexes=(Index("user_id", finds_touched=True), Index("provider, account_id")),
    personal=(PersonalColumns(("name",), of="user_id"),),
)
