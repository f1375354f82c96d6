"""`/admin/media-servers`: the media servers whose libraries MediaNest knows."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.browser import NO_STORE
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.request import PLEX_WEBHOOKS
from medianest.adapters.http.foundation.schema import SLUG, Body, Resource, Secret, ShortText
from medianest.adapters.http.foundation.told_headers import NOT_KEPT
from medianest.adapters.http.resources import encode
from medianest.application.queries.upstreams import ListUpstreams, health_of
from medianest.domain.media_server import MEDIA_SERVER, server_id
from medianest.ports.front_door import Answer, Decided, Wording
from medianest.ports.library import Machines
from medianest.ports.upstreams import UpstreamSample
from medianest.projections.media_servers import MEDIA_SERVERS, KnownServer

MANAGE_SERVICES: Final = {"access": Access.permission("manage_services")}
WEIGHTY: Final = {**MANAGE_SERVICES, "fresh": True}
VIEWS: Final = ("media_servers",)

Slug = Annotated[str, Meta(pattern=SLUG)]
Url = Annotated[str, Meta(max_length=500)]


class NewMediaServer(Body, kw_only=True):
    """`slug` is its short name for ever, `url` where it answers, `token` what opens it (Plex: X-Plex-Token)."""

    slug: Slug
    name: ShortText
    url: Url
    token: Secret


class MediaServerChange(Body, kw_only=True):
    """What is left out stays as it is. Another `url` needs its `token`."""

    name: ShortText | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    token: Secret | UnsetType = UNSET


class MachineAcceptance(Body, kw_only=True):
    """What the media server calls itself now, as `foundMachine` names it."""

    machine_identifier: ShortText


class MediaServerResource(Resource):
    """Never its token. `source`: `settings` are changed where the server runs. `refusesToken`: it takes our token no
    more; give it a new one. `version` is what an `If-Match` of a change may name; null for that of the settings."""

    slug: str
    name: str
    url: str | None
    source: Literal["settings", "added"]
    refuses_token: bool
    version: int | None


class MediaServerSeen(MediaServerResource):
    """How it is doing as well, as `/services/upstreams` says in full: `unknown` before anybody called it, and
    `refuses_token` before all else. `machine` is the server that is known, by its own name for itself, null before it
    was seen; `foundMachine` is another one that answered last in its place: what it holds counts for nothing until it
    is accepted."""

    health: Literal["unknown", "up", "down", "refuses_token"]
    machine: str | None
    found_machine: str | None


class MediaServerList(Resource):
    """`webhook` is the address to which Plex is to report what is new (Plex: Settings, Webhooks), from its path on
    where `MEDIANEST_PUBLIC_URL` is not set. It is a secret: null for all but administrators, and
    their keys of the scope `admin`."""

    items: Sequence[MediaServerSeen]
    webhook: str | None


@get("/", opt={**MANAGE_SERVICES, NOT_KEPT: True}, summary="Media servers")
async def list_media_servers(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[MediaServerList]:
    caller = caller_of(request)
    is_admin = caller.role == "admin" and (caller.scopes is None or "admin" in caller.scopes)
    webhook = f"{door.reports.home}{PLEX_WEBHOOKS}{door.reports.secret}" if is_admin else None
    called = {seen.sample.name: seen.sample for seen in (await door.queries.ask(ListUpstreams())).items}
    machines = await door.machines.all()
    items = [_seen(one, called.get(one.slug), machines.get(one.slug)) for one in await door.servers.all()]
    listed = MediaServerList(items=items, webhook=webhook)
    return Response(listed, headers=NO_STORE)


@post("/", status_code=201, opt=WEIGHTY, dependencies=WITHOUT_VERSION, summary="Add a media server")
async def add_media_server(
    data: JSONBody[NewMediaServer], acting: NamedDependency[Acting]
) -> Response[MediaServerResource]:
    """It is asked first whether it takes the token; its address is refused where it leads into a private network
    (`MEDIANEST_ALLOW_PRIVATE_ADDRESSES`)."""
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.servers.add(
            caller.user_id,
            data.slug,
            context,
            name=data.name,
            url=data.url,
            token=data.token,
            wording=_wording(data.slug, 201),
            idempotency=idempotency,
        ),
        views=VIEWS,
    )


@patch("/{slug:str}", opt=WEIGHTY, summary="Change a media server")
async def change_media_server(
    slug: FromPath[str], data: JSONBody[MediaServerChange], acting: NamedDependency[Acting]
) -> Response[MediaServerResource]:
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.servers.change(
            caller.user_id,
            slug,
            context,
            name=_given(data.name),
            url=_given(data.url),
            token=_given(data.token),
            wording=_wording(slug, 200),
            idempotency=idempotency,
            expected=acting.expected(MEDIA_SERVER, server_id(slug)),
        ),
        views=VIEWS,
    )


@delete("/{slug:str}", status_code=204, opt=WEIGHTY, summary="Remove a media server")
async def remove_media_server(slug: FromPath[str], acting: NamedDependency[Acting]) -> Response[None]:
    """What was known of its libraries is given up. Nothing of it counts as deleted."""
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.servers.remove(
            caller.user_id,
            slug,
            context,
            idempotency=idempotency,
            expected=acting.expected(MEDIA_SERVER, server_id(slug)),
        ),
        views=VIEWS,
    )


@post("/{slug:str}/machine", status_code=204, opt=WEIGHTY, summary="Accept that a media server is another machine")
async def accept_machine(
    slug: FromPath[str], data: JSONBody[MachineAcceptance], acting: NamedDependency[Acting]
) -> Response[None]:
    """For one that was set up anew. It is asked who it is: `another_machine` where it says another name. What was known
    of the former one's libraries is given up, and nothing of it counts as deleted; the new ones are scanned."""
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.machines.accept(
            caller.user_id,
            slug,
            data.machine_identifier,
            context,
            idempotency=idempotency,
            expected=acting.expected(MEDIA_SERVER, server_id(slug)),
        ),
        views=VIEWS,
    )


def _given(text: str | UnsetType) -> str | None:
    return None if isinstance(text, UnsetType) else text


def _wording(slug: str, status: int) -> Wording:
    async def worded(decided: Decided) -> Answer:
        server: KnownServer | None = None
        for recorded in await decided.history(MEDIA_SERVER.category, server_id(slug)):
            server = MEDIA_SERVERS.apply(server, recorded)
        return Answer(status=status, body=encode(_resource(server) if server else None))

    return worded


def _resource(server: KnownServer) -> MediaServerResource:
    return MediaServerResource(
        slug=server.slug,
        name=server.name or "Plex",
        url=server.url,
        source="settings" if server.url is None else "added",
        refuses_token=server.refuses_token,
        version=None if server.url is None else server.version,
    )


def _seen(server: KnownServer, sample: UpstreamSample | None, machines: Machines | None) -> MediaServerSeen:
    return MediaServerSeen(
        **msgspec.structs.asdict(_resource(server)),
        health="refuses_token" if server.refuses_token else health_of(sample),
        machine=machines.known if machines else None,
        found_machine=machines.found if machines else None,
    )


media_servers_router = Router(
    path="/admin/media-servers",
    route_handlers=[list_media_servers, add_media_server, change_media_server, remove_media_server, accept_machine],
    tags=["Libraries"],
)
