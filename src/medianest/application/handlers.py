"""Commands that span aggregates: what they read before the pure rules decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from medianest.application.commands import Handler
from medianest.application.decision import Decision
from medianest.application.identity import handlers as identity
from medianest.application.identity.handlers import AccountDesk
from medianest.application.undoing import UndoEvent, compensation
from medianest.application.unparking import TryParkedAgain, Unparking
from medianest.domain.authority import welcome
from medianest.domain.inheriting import inheriting
from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.library import RemovalsHeldBack
from medianest.domain.linked_account import AccessLost
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.commands import CancelRequest, FollowRequest, ReopenRequest, SubmitRequest
from medianest.domain.media_request.events import RequestEvent
from medianest.domain.media_request.refusals import RequestNotFound
from medianest.domain.media_server import MEDIA_SERVER, TokenRefused, server_id
from medianest.domain.notification import NOTIFICATION, NotificationKind, QueueNotification
from medianest.domain.quota import QUOTA, QuotaExceeded, quota_id
from medianest.domain.reopening import AskersQuotaExceeded, reopening
from medianest.domain.request_workflow import AskForTitle, asking
from medianest.domain.routing import recipients
from medianest.domain.title_claim import TITLE_CLAIM, claim_id
from medianest.domain.upkeep import SkipParked
from medianest.domain.user import USER, User
from medianest.domain.user.commands import UserCommand
from medianest.ports.parked import ParkedEvents
from medianest.ports.views import UserDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPeople(Command):
    """Whoever should hear of what happened to a request gets a notification of it."""

    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOfAccess(Command):
    """Whoever lost access elsewhere hears of it, and so does everybody who manages people."""

    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOfLibraries(Command):
    """Everybody who looks after services hears that a media server, or a library of one, needs them."""

    recorded: Recorded


async def ask_for_title(command: AskForTitle, decision: Decision) -> None:
    await decision.read_ahead((USER, command.actor), (TITLE_CLAIM, command.claim_id), (QUOTA, quota_id(command.actor)))
    user = await decision.state(USER, command.actor)
    claim = await decision.state(TITLE_CLAIM, command.claim_id)
    live: MediaRequest | None = None
    if claim and claim.holder:
        live = await decision.state(MEDIA_REQUEST, claim.holder)
    for step in asking(command, user, claim, live):
        if isinstance(step, SubmitRequest):
            decision.begin(MEDIA_REQUEST, step.request_id)
        await decision.decide(step)


async def follow_request(command: FollowRequest, decision: Decision) -> None:
    user: User | None = await decision.state(USER, command.actor)
    welcome(user)
    await decision.decide(command)


async def cancel_request(command: CancelRequest, decision: Decision) -> None:
    request = await decision.state(MEDIA_REQUEST, command.request_id)
    if request is not None and request.owner == command.actor and request.followers:
        heir = request.followers[0]
        await decision.read_ahead((USER, heir), (QUOTA, quota_id(heir)))
        person, theirs = await decision.state(USER, heir), await decision.state(QUOTA, quota_id(heir))
        command = inheriting(command, request, person, theirs)
    await decision.decide(command)


async def reopen_request(command: ReopenRequest, decision: Decision) -> None:
    request = await decision.state(MEDIA_REQUEST, command.request_id)
    if request is None:
        raise RequestNotFound
    claim = await decision.state(TITLE_CLAIM, claim_id(request.media_type, request.tmdb_id, request.is_4k))
    askers: dict[UUID, User | None] = {}
    for part in request.parts.values():
        asker = await decision.state(USER, part.asked_by)
        askers[part.asked_by] = asker
    for step in reopening(command, request, claim, askers):
        try:
            await decision.decide(step)
        except QuotaExceeded:  # it speaks to whoever asked, and here somebody else acts for them
            raise AskersQuotaExceeded from None


class UndoDesk:
    def __init__(self, accounts: AccountDesk) -> None:
        self._accounts = accounts

    async def undo(self, command: UndoEvent, decision: Decision) -> None:
        step = await compensation(command, decision)
        if isinstance(step, ReopenRequest):
            await reopen_request(step, decision)
        elif isinstance(step, UserCommand):
            await self._accounts.change(step, decision)


class NewsDesk:
    """Finds who is to be told. The ids of the notifications are made of the event and the recipient, so that telling
    twice tells once."""

    def __init__(self, people: UserDirectory) -> None:
        self._people = people

    async def tell(self, command: TellPeople, decision: Decision) -> None:
        recorded = command.recorded
        event = recorded.event
        if not isinstance(event, RequestEvent):
            return
        request = await decision.state(MEDIA_REQUEST, event.request_id)
        if request is None:
            return
        managers = await self._people.allowed("manage_requests")
        await _queue(
            recorded,
            recipients(event, request, managers, recorded.actor),
            decision,
            request_id=request.request_id,
            title=request.title,
            by=None if recorded.actor == SYSTEM else recorded.actor,
            seasons=tuple(getattr(event, "seasons", ())),
        )

    async def tell_of_access(self, command: TellOfAccess, decision: Decision) -> None:
        event = command.recorded.event
        if not isinstance(event, AccessLost):
            return
        concerned = (event.user_id, *await self._people.allowed("manage_users"))
        await _queue(command.recorded, dict.fromkeys(concerned, "access_lost"), decision, by=event.user_id)

    async def tell_of_libraries(self, command: TellOfLibraries, decision: Decision) -> None:
        kind: NotificationKind
        match command.recorded.event:
            case RemovalsHeldBack(name=name):
                kind = "removals_held_back"
            case TokenRefused(slug=slug):
                server = await decision.state(MEDIA_SERVER, server_id(slug))
                kind, name = "media_server_refuses", (server.name if server else None) or slug
            case _:
                return
        concerned = await self._people.allowed("manage_services")
        await _queue(command.recorded, dict.fromkeys(concerned, kind), decision, title=name)


async def _queue(
    recorded: Recorded,
    kinds: Mapping[UUID, NotificationKind],
    decision: Decision,
    *,
    request_id: UUID | None = None,
    title: str | None = None,
    by: UUID | None = None,
    seasons: tuple[int, ...] = (),
) -> None:
    """A notification of what was `recorded` for everybody in `kinds`."""
    ids = {recipient: uuid5(recorded.event_id, str(recipient)) for recipient in kinds}
    await decision.read_ahead(*((NOTIFICATION, notification_id) for notification_id in ids.values()))
    for recipient, kind in kinds.items():
        await decision.decide(
            QueueNotification(
                actor=SYSTEM,
                at=recorded.occurred_at,
                notification_id=ids[recipient],
                recipient=recipient,
                kind=kind,
                request_id=request_id,
                title=title,
                by=by,
                seasons=seasons,
            )
        )


def handlers(people: UserDirectory, parked: ParkedEvents) -> Mapping[type[Command], Handler]:
    desk = NewsDesk(people)
    accounts = AccountDesk(people)
    unparking = Unparking(parked)
    table: dict[type[Command], Any] = {
        AskForTitle: ask_for_title,
        ReopenRequest: reopen_request,
        FollowRequest: follow_request,
        CancelRequest: cancel_request,
        **dict.fromkeys(USER.commands, accounts.change),
        **identity.handlers(),
        UndoEvent: UndoDesk(accounts).undo,
        TellPeople: desk.tell,
        TellOfAccess: desk.tell_of_access,
        TellOfLibraries: desk.tell_of_libraries,
        TryParkedAgain: unparking.retry,
        SkipParked: unparking.skip,
    }
    return table
