"""Every aggregate, and from it every command and every stored event type: the one table of contents of the domain.

The log's codec, the command bus and the documents read it. Importing it fails where two aggregates or two event types
share a stored name, or one command has two homes.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from medianest.domain.api_key import API_KEY
from medianest.domain.email_claim import EMAIL_CLAIM
from medianest.domain.invitation import INVITATION
from medianest.domain.kernel import AnyAggregate, Command, Event
from medianest.domain.library import LIBRARY
from medianest.domain.link_claim import LINK_CLAIM
from medianest.domain.linked_account import LINKED_ACCOUNT
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_server import MEDIA_SERVER
from medianest.domain.notification import NOTIFICATION
from medianest.domain.oidc_provider import OIDC_PROVIDER
from medianest.domain.quota import QUOTA
from medianest.domain.second_factor import SECOND_FACTOR
from medianest.domain.session import SESSION
from medianest.domain.setting import SETTING
from medianest.domain.title_claim import TITLE_CLAIM
from medianest.domain.upkeep import UPKEEP
from medianest.domain.user import USER

K = TypeVar("K")
V = TypeVar("V")


def unique(pairs: Iterable[tuple[K, V]]) -> Mapping[K, V]:
    """The pairs as a mapping that cannot change. Raises ValueError where two have one key."""
    found: dict[K, V] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} names both {found[key]!r} and {value!r}")
        found[key] = value
    return MappingProxyType(found)


_IN_ORDER: Final[tuple[AnyAggregate, ...]] = (
    USER,
    EMAIL_CLAIM,
    SESSION,
    SECOND_FACTOR,
    LINKED_ACCOUNT,
    LINK_CLAIM,
    API_KEY,
    INVITATION,
    OIDC_PROVIDER,
    SETTING,
    MEDIA_REQUEST,
    TITLE_CLAIM,
    QUOTA,
    MEDIA_SERVER,
    LIBRARY,
    NOTIFICATION,
    UPKEEP,
)

AGGREGATES: Final[Mapping[str, AnyAggregate]] = unique((aggregate.category, aggregate) for aggregate in _IN_ORDER)
"""By the category of their streams."""

EVENT_TYPES: Final[Mapping[str, type[Event]]] = unique(
    (event.tag, event) for a in _IN_ORDER for event in (*a.events, *a.retired)
)
"""By the name under which the log stores them."""

_HOMES: Final[Mapping[type[Command], AnyAggregate]] = unique((command, a) for a in _IN_ORDER for command in a.commands)


def aggregate_of(command_type: type[Command]) -> AnyAggregate:
    """The aggregate that answers this command. Raises KeyError for a type that none lists."""
    return _HOMES[command_type]
