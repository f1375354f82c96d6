"""The media servers that administrators added, and which of all refuse our token."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Recorded
from medianest.domain.media_server import (
    MachineAccepted,
    MediaServerEvent,
    ServerAdded,
    ServerChanged,
    ServerRemoved,
    TokenRefused,
    TokenTaken,
)
from medianest.projections.kernel import Projection, Touch


class KnownServer(msgspec.Struct, frozen=True, kw_only=True):
    """`name` and `url` are None for the server of the settings. `version` is its stream's."""

    slug: str
    name: str | None
    url: str | None
    refuses_token: bool
    version: int


def touches(recorded: Recorded) -> Sequence[Touch]:
    event = recorded.event
    return (Touch("slug", event.slug),) if isinstance(event, MediaServerEvent) else ()


def apply(server: KnownServer | None, recorded: Recorded) -> KnownServer | None:
    version = recorded.version
    match recorded.event:
        case ServerAdded(slug=slug, name=name, url=url):
            return KnownServer(slug=slug, name=name, url=url, refuses_token=False, version=version)
        case ServerChanged(slug=slug, name=name, url=url, has_new_token=has_new_token):
            refuses = server is not None and server.refuses_token and not has_new_token
            return KnownServer(slug=slug, name=name, url=url, refuses_token=refuses, version=version)
        case ServerRemoved():
            return None
        case TokenRefused(slug=slug):
            server = server or KnownServer(slug=slug, name=None, url=None, refuses_token=True, version=version)
            return replace(server, refuses_token=True, version=version)
        case TokenTaken():
            return replace(server, refuses_token=False, version=version) if server is not None else None
        case MachineAccepted(slug=slug):
            server = server or KnownServer(slug=slug, name=None, url=None, refuses_token=False, version=version)
            return replace(server, version=version)
    return server


MEDIA_SERVERS: Final[Projection[KnownServer]] = Projection(
    name="media_servers",
    shape=2,
    row=KnownServer,
    key="slug",
    events=(ServerAdded, ServerChanged, ServerRemoved, TokenRefused, TokenTaken, MachineAccepted),
    touches=touches,
    apply=apply,
)
