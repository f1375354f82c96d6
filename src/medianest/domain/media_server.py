"""A media server whose libraries MediaNest knows: which one it is, and whether it still takes our token.

| a server that is | add   | change  | remove  | refuse token | take token | accept machine |
|------------------|-------|---------|---------|--------------|------------|----------------|
| not there        | added | no      | no      | refused*     | so         | accepted*      |
| there            | no    | changed | removed | refused      | so         | accepted       |
| refusing         | no    | changed | removed | so           | taken      | accepted       |
| accepted         | no    | changed | removed | refused      | so         | so             |

`no`: not allowed. `so`: already so, nothing happens. `refused*`, `accepted*`: the server of the settings is nobody's to
add, and may refuse its token, or be set up anew, all the same. Its token is no part of it: that is kept encrypted, and
in no event. A new token is taken until the server says otherwise; a new token or address may lead to any machine, so
that the one which was accepted before no longer counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("2b7c9a10-5f3e-5d0a-9b1c-7a4e8d2f6c35")
"""Under which the ids of servers are made. It can never change: the ids of stored streams depend on it."""


def server_id(slug: str) -> UUID:
    return uuid5(NAMESPACE, slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaServerCommand(Command):
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddServer(MediaServerCommand):
    """`name` is for people; `url` is where it answers, and holds no secret."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeServer(MediaServerCommand):
    """`has_new_token`: its token is another from now on."""

    name: str
    url: str
    has_new_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveServer(MediaServerCommand):
    """Nothing is asked of it any more; what was known of its libraries is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTokenRefused(MediaServerCommand):
    """It answered that our token is good for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTokenTaken(MediaServerCommand):
    """It let us in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptMachine(MediaServerCommand):
    """It was set up anew: what calls itself by this name now is the server. What was known of the former one's
    libraries is given up."""

    machine_identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaServerEvent(Event):
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAdded(MediaServerEvent):
    tag: ClassVar[str] = "media_server.added"
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerChanged(MediaServerEvent):
    tag: ClassVar[str] = "media_server.changed"
    name: str
    url: str
    has_new_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRemoved(MediaServerEvent):
    tag: ClassVar[str] = "media_server.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(MediaServerEvent):
    tag: ClassVar[str] = "media_server.token_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTaken(MediaServerEvent):
    """After a refusal: it lets us in again."""

    tag: ClassVar[str] = "media_server.token_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAccepted(MediaServerEvent):
    tag: ClassVar[str] = "media_server.machine_accepted"
    machine_identifier: str


class ServerThere(Refused):
    code = "media_server_exists"
    text = "There is a media server of this short name already. Change that one, or take another name."


class ServerNotFound(Refused):
    code, kind = "media_server_not_found", "missing"
    text = "There is no such media server: /plex/server and `medianest library list` name those that there are."


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaServer:
    """`url` is None for the server of the settings, and for one that was removed. `accepted_machine` is the one that
    somebody accepted since it has its address and its token, if any."""

    slug: str
    name: str | None = None
    url: str | None = None
    refuses_token: bool = False
    accepted_machine: str | None = None


def decide(command: MediaServerCommand, state: MediaServer | None) -> Sequence[MediaServerEvent]:
    slug = command.slug
    is_there = state is not None and state.url is not None
    match command:
        case AddServer(name=name, url=url):
            if is_there:
                raise ServerThere
            return [ServerAdded(slug=slug, name=name, url=url)]
        case RecordTokenRefused():
            return [] if state is not None and state.refuses_token else [TokenRefused(slug=slug)]
        case RecordTokenTaken():
            return [TokenTaken(slug=slug)] if state is not None and state.refuses_token else []
        case AcceptMachine(machine_identifier=machine):
            is_accepted = state is not None and state.accepted_machine == machine
            return [] if is_accepted else [MachineAccepted(slug=slug, machine_identifier=machine)]
    if state is None or not is_there:
        raise ServerNotFound
    match command:
        case ChangeServer(name=name, url=url, has_new_token=has_new_token):
            if (name, url) == (state.name, state.url) and not has_new_token:
                return []
            return [ServerChanged(slug=slug, name=name, url=url, has_new_token=has_new_token)]
        case RemoveServer():
            return [ServerRemoved(slug=slug)]
        case _:
            raise TypeError(f"not a command of a media server: {type(command).__name__}")


def evolve(state: MediaServer | None, event: MediaServerEvent) -> MediaServer | None:
    server = state or MediaServer(slug=event.slug)
    match event:
        case ServerAdded(name=name, url=url):
            return MediaServer(slug=event.slug, name=name, url=url)
        case ServerChanged(name=name, url=url, has_new_token=has_new_token):
            refuses = server.refuses_token and not has_new_token
            accepted = None if has_new_token or url != server.url else server.accepted_machine
            return replace(server, name=name, url=url, refuses_token=refuses, accepted_machine=accepted)
        case ServerRemoved():
            return None
        case TokenRefused():
            return replace(server, refuses_token=True)
        case TokenTaken():
            return replace(server, refuses_token=False)
        case MachineAccepted(machine_identifier=machine):
            return replace(server, accepted_machine=machine)
    return state


MEDIA_SERVER: Aggregate[MediaServerCommand, MediaServerEvent, MediaServer] = Aggregate(
    category="media_server",
    commands=(AddServer, ChangeServer, RemoveServer, RecordTokenRefused, RecordTokenTaken, AcceptMachine),
    events=(ServerAdded, ServerChanged, ServerRemoved, TokenRefused, TokenTaken, MachineAccepted),
    state=MediaServer,
    state_version=2,
    stream_id=lambda command: server_id(command.slug),
    decide=decide,
    evolve=evolve,
)
