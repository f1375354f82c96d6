"""What of a person's permissions an API key of theirs lets through: a rule that spans the two."""

from collections.abc import Collection

from medianest.domain.api_key import Scope
from medianest.domain.user.vocabulary import Permission


def scope_for(permission: Permission) -> Scope:
    """The scope without which a key has nothing of this permission of its person."""
    if permission == "view_audit":
        return "admin"
    return "manage" if permission.startswith("manage_") else "request"


def let_through(permissions: Collection[Permission], scopes: Collection[Scope]) -> frozenset[Permission]:
    """Of what a person may do, what a key of theirs may: never more than they."""
    return frozenset(permission for permission in permissions if scope_for(permission) in scopes)
