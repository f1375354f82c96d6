"""What people do here: questions, answers and jobs; and the whole, opened."""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from dependency_injector import providers

from medianest.application.asking import Asking
from medianest.application.asking_collections import AskingForAll
from medianest.application.audit_tail import AuditTail
from medianest.application.identity.export import PersonalExport
from medianest.application.identity.session_analytics import SessionAnalyst
from medianest.application.jobs import RequestJobs
from medianest.application.letter_jobs import LetterJobs
from medianest.application.link_jobs import LinkJobs
from medianest.application.live import LiveFeed
from medianest.application.open_streams import OpenStreams
from medianest.application.people_jobs import PeopleJobs
from medianest.application.pictures import PictureDesk
from medianest.application.queries import QueryBus
from medianest.application.queries.activity import ActivityDesk
from medianest.application.queries.audit import AuditDesk
from medianest.application.queries.invitations import InvitationList
from medianest.application.queries.library import LibraryDesk
from medianest.application.queries.lockouts import LockoutDesk
from medianest.application.queries.media_server import MediaServerDesk
from medianest.application.queries.notifications import NewsCounter
from medianest.application.queries.parked import ParkedDesk
from medianest.application.queries.people import PeopleDesk
from medianest.application.queries.requests import RequestsDesk
from medianest.application.queries.security_log import SecurityDesk
from medianest.application.queries.shown_items import ItemsShown
from medianest.application.queries.streams import StreamDesk
from medianest.application.queries.titles import TitlesDesk
from medianest.application.queries.titles_discovery import DiscoveryDesk
from medianest.application.queries.titles_seen import Readers, Sight
from medianest.application.queries.trace import TraceDesk
from medianest.application.queries.upstreams import UpstreamsDesk
from medianest.application.queries.views import ViewsDesk
from medianest.application.reactions import REACTIONS
from medianest.application.settings_desk import SettingsDesk
from medianest.application.undoing import Undoing
from medianest.main.container.identity import Identity
from medianest.main.container.library import Libraries
from medianest.main.container.parts import Parts
from medianest.main.resources import expiry, letter_refused
from medianest.main.settings import Settings


class Container(Libraries):
    """Questions, answers and jobs."""

    settings_desk = providers.Singleton(SettingsDesk, Identity.commands, Parts.rules, Parts.clock)
    asking = providers.Singleton(
        Asking, Identity.commands, Parts.metadata, Libraries.library_index, clock=Parts.clock, ids=Parts.ids
    )
    asking_for_all = providers.Singleton(
        AskingForAll,
        Identity.commands,
        Parts.metadata,
        Libraries.library_index,
        Parts.receipts,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    sight = providers.Singleton(Sight, Parts.title_standings, Parts.metadata, Parts.clock)
    readers = providers.Singleton(Readers, Identity.people, Parts.locale)
    undoing = providers.Singleton(Undoing, Parts.log, Identity.commands, Identity.people, Parts.clock)
    streams = providers.Singleton(OpenStreams)
    live = providers.Singleton(
        LiveFeed, Parts.log, Parts.progress, Parts.board, Parts.inbox, streams=streams, broadcast=Parts.broadcast
    )
    audit_desk = providers.Singleton(AuditDesk, Parts.trail, Parts.board, Identity.people)
    tail = providers.Singleton(AuditTail, audit_desk, Parts.log, Parts.progress, streams)
    requests_desk = providers.Singleton(RequestsDesk, Parts.board, Parts.log, Identity.people)
    queries = providers.Singleton(
        QueryBus,
        requests_desk.provided.answering.call(),
        providers.Singleton(TitlesDesk, Parts.metadata, sight, readers).provided.answering.call(),
        providers.Singleton(DiscoveryDesk, Parts.discovery, sight, readers).provided.answering.call(),
        providers.Singleton(
            MediaServerDesk,
            Libraries.server_browser,
            providers.Singleton(ItemsShown, Libraries.library_index, Parts.title_standings),
        ).provided.answering.call(),
        providers.Singleton(
            PictureDesk, Parts.pictures, Parts.reads, Libraries.server_browser
        ).provided.answering.call(),
        providers.Singleton(NewsCounter, Parts.inbox, Identity.people).provided.answering.call(),
        providers.Singleton(PeopleDesk, Parts.directory).provided.answering.call(),
        providers.Singleton(ParkedDesk, Parts.parked, Parts.log, Identity.people).provided.answering.call(),
        providers.Singleton(
            StreamDesk, Parts.log, Parts.stream_versions, Parts.snapshots, Identity.people
        ).provided.answering.call(),
        audit_desk.provided.answering.call(),
        providers.Singleton(SecurityDesk, Identity.security_log).provided.answering.call(),
        providers.Singleton(SessionAnalyst, Parts.session_figures, Identity.security_log).provided.answering.call(),
        providers.Singleton(
            LockoutDesk, Identity.attempts, Identity.people, Identity.claim_ids, Parts.clock
        ).provided.answering.call(),
        providers.Singleton(InvitationList, Parts.invitations, Identity.people, Parts.clock).provided.answering.call(),
        providers.Singleton(ActivityDesk, Parts.trail, Parts.board, Identity.people).provided.answering.call(),
        providers.Singleton(LibraryDesk, Libraries.library_index, Parts.states).provided.answering.call(),
        providers.Singleton(ViewsDesk, Parts.progress, Parts.rebuilds).provided.answering.call(),
        providers.Singleton(UpstreamsDesk, Parts.upstream_watch, Parts.shared_figures).provided.answering.call(),
        providers.Singleton(
            TraceDesk,
            trail=Parts.trail,
            traces=Parts.traces,
            jobs=Parts.jobs,
            inbox=Parts.inbox,
            people=Identity.people,
            reactions=providers.Object(REACTIONS),
        ).provided.answering.call(),
    )
    export = providers.Singleton(
        PersonalExport,
        Parts.log,
        Parts.trail,
        Parts.board,
        Parts.inbox,
        Identity.people,
        sessions=Identity.sessions,
        factors=Identity.factor_desk,
        keys=Identity.key_desk,
    )
    request_jobs = providers.Singleton(
        RequestJobs,
        Identity.commands,
        Parts.states,
        gateway=Parts.gateway,
        arrivals=Libraries.arrivals,
        board=Parts.board,
        jobs=Parts.jobs,
        clock=Parts.clock,
        ids=Parts.ids,
        expiry=providers.Callable(expiry, Parts.settings),
    )
    letter_jobs = providers.Singleton(
        LetterJobs,
        Identity.people,
        sessions=Identity.sessions,
        keys=Parts.api_key_list,
        challenges=Identity.challenges,
        mailer=Parts.mailer,
        limiter=Parts.rate_limiter,
        claim_ids=Identity.claim_ids,
        clock=Parts.clock,
        home=Parts.settings.provided.public_url,
        refused=providers.Object(letter_refused),
    )
    link_jobs = providers.Singleton(
        LinkJobs,
        Identity.commands,
        Identity.link_desk,
        Identity.session_desk,
        links=Parts.linked_accounts,
        accounts=Parts.plex_accounts,
        vault=Identity.vault,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    people_jobs = providers.Singleton(
        PeopleJobs,
        Identity.commands,
        Identity.departure,
        Identity.link_desk,
        board=Parts.board,
        progress=Parts.progress,
        eraser=Parts.eraser,
        clock=Parts.clock,
        ids=Parts.ids,
    )


@asynccontextmanager
async def opened(settings: Settings, key: bytes, **instead: Any) -> AsyncIterator[Container]:
    """The container with its resources open. `settings` must name both servers. `instead`: another part under the
    name of one of ours, such as a clock that is moved by hand."""
    direct_url = settings.database_direct_url or settings.database_url
    container = Container(settings=settings, key=key, direct_url=direct_url, **instead)
    parts = list(cast("Iterable[Any]", container.traverse()))
    try:
        await cast("Awaitable[None]", container.init_resources())
        for part in parts:
            part.disable_async_mode()  # all that had to be waited for is there: hand it out as it is
        yield container
    finally:
        for part in parts:
            part.enable_async_mode()
        await cast("Awaitable[None]", container.shutdown_resources())
