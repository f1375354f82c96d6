"""What linking accounts elsewhere speaks of: the account at the door, and why it is not taken."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from medianest.domain.kernel import Command, Refused
from medianest.domain.user import Role


class OutsideAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose owner stands at the door. `subject` is theirs for ever at `provider`. `role` is what the
    provider makes of them, None where it has no say. `may_register` and `may_link_by_email` are what the owner of this
    server allows of its word."""

    method: Literal["plex", "oidc"]
    provider: str
    subject: str
    name: str | None = None
    email: str | None = None
    is_email_verified: bool = False
    role: Role | None = None
    may_register: bool = False
    may_link_by_email: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpLink(Command):
    """Somebody no longer comes in by this account; `others` are those by which they still do."""

    account_id: UUID
    user_id: UUID
    has_password: bool
    others: tuple[UUID, ...]


class NotLinked(Refused):
    code, kind = "account_not_linked", "forbidden"
    text = "Nobody here is linked to this account. Sign in in another way and link it, or ask for an invitation."


class SignInAndLink(Refused):
    code = "sign_in_and_link"
    text = (
        "Somebody here has the e-mail address of this account. If that is you, sign in as you did before and link "
        "the account in your settings. If you never did, choose a new password by letter."
    )


class AddressNeeded(Refused):
    code, kind = "address_needed", "forbidden"
    text = "This account has no e-mail address, and nobody registers without one. Ask for an invitation, then link it."


class LinkNotFound(Refused):
    code, kind = "link_not_found", "missing"
    text = "There is no such link."
