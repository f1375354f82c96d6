"""The words of a person's account: roles, permissions, and what the two allow together."""

import re
from collections.abc import Collection
from typing import Final, Literal, get_args

Role = Literal["admin", "member"]

Permission = Literal[
    "request",
    "request_4k",
    "auto_approve",
    "manage_requests",
    "download",
    "manage_downloads",
    "manage_users",
    "manage_services",
    "view_audit",
    "manage_settings",
]

PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)
"""All of them, in the order in which people see them."""

DEFAULT_PERMISSIONS: Final[frozenset[Permission]] = frozenset({"request"})
"""What a new person may do unless the one who registers them says otherwise."""

PasswordWay = Literal["changed", "reset", "set_by_administrator", "set_at_the_machine"]
"""How somebody came by another password: they knew the old one, or followed a link in a mail, or others set it."""


_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_REGION: Final = re.compile(r"[A-Z]{2}")


def is_language(tag: str | None) -> bool:
    """Whether it names a language by two letters, and a country by two more ("de", "pt-BR"); None: the house's."""
    return tag is None or _LANGUAGE.fullmatch(tag) is not None


def is_region(code: str | None) -> bool:
    """Whether it has the form of an ISO 3166-1 code of two letters; None means the house's."""
    return code is None or _REGION.fullmatch(code) is not None


def allowed(role: Role, permissions: Collection[Permission]) -> frozenset[Permission]:
    """What somebody of this role may do: an admin everything, a member what was granted."""
    return frozenset(PERMISSIONS) if role == "admin" else frozenset(permissions)


def in_order(permissions: Collection[Permission]) -> tuple[Permission, ...]:
    """`permissions` as events say them: each once, always in the same order."""
    return tuple(permission for permission in PERMISSIONS if permission in permissions)
