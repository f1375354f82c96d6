"""Who is wired to whom. The one file that imports dependency-injector.

`async with opened(settings) as container:` connects to the servers that the settings name; what it hands out is then
ready to use.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from dependency_injector import containers, providers

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import settle
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.seals.checks import SealChecks
from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.eventlog.seals.verifying import SealVerifier
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.snapshots import PostgresReceipts, PostgresSnapshots
from medianest.adapters.eventlog.stream_versions import PostgresStreamVersions
from medianest.adapters.eventlog.trail import PostgresAuditTrail
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.jobs.defer import ProcrastinateJobs
from medianest.adapters.overseerr.gateway import OverseerrGateway
from medianest.adapters.postgres.board import PostgresRequestBoard
from medianest.adapters.postgres.checkpoints import CHANNEL as VIEWS_CHANNEL
from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.directory import PostgresUserDirectory
from medianest.adapters.postgres.eraser import PostgresEraser
from medianest.adapters.postgres.inbox import PostgresInbox
from medianest.adapters.postgres.parked import PostgresParkedEvents
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.progress import PostgresViewProgress
from medianest.adapters.postgres.rebuilds import PostgresRebuilds
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.adapters.postgres.setup_tokens import PostgresSetupTokens
from medianest.adapters.postgres.traces import PostgresTraces
from medianest.adapters.redis.broadcast import RedisBroadcast
from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import connect
from medianest.adapters.redis.rate_limit import RedisRateLimiter
from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.adapters.system.surroundings import RandomIds, UtcClock
from medianest.adapters.tmdb.metadata import TmdbMetadata
from medianest.application.accounts import Accounts
from medianest.application.asking import Asking
from medianest.application.audit_tail import AuditTail
from medianest.application.commands import CommandBus
from medianest.application.handlers import handlers
from medianest.application.jobs import RequestJobs
from medianest.application.live import LiveFeed
from medianest.application.open_streams import OpenStreams
from medianest.application.people import PeopleBook
from medianest.application.people_jobs import PeopleJobs
from medianest.application.queries import QueryBus
from medianest.application.queries.activity import ActivityDesk
from medianest.application.queries.audit import AuditDesk
from medianest.application.queries.notifications import NewsCounter
from medianest.application.queries.parked import ParkedDesk
from medianest.application.queries.people import PeopleDesk
from medianest.application.queries.requests import RequestsDesk
from medianest.application.queries.streams import StreamDesk
from medianest.application.queries.titles import TitlesDesk
from medianest.application.queries.trace import TraceDesk
from medianest.application.queries.views import ViewsDesk
from medianest.application.reactions import REACTIONS
from medianest.application.states import States
from medianest.application.tracing import Tracer
from medianest.application.undoing import Undoing
from medianest.domain.catalog import EVENT_TYPES
from medianest.main.resources import entered, expiry, overseerr_client, passwords, tmdb_client
from medianest.main.settings import Settings
from medianest.projections.catalog import PROJECTIONS


class Container(containers.DeclarativeContainer):
    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    key: providers.Dependency[bytes] = providers.Dependency(instance_of=bytes)
    url = settings.provided.database_url
    direct_url: providers.Dependency[str] = providers.Dependency(instance_of=str)

    clock = providers.Singleton(UtcClock)
    ids = providers.Singleton(RandomIds)

    database = providers.Resource(entered, providers.Factory(Database, url, settle=providers.Object(settle)))
    signals = providers.Resource(
        entered, providers.Factory(Signals, direct_url, providers.Object((LOG_CHANNEL, VIEWS_CHANNEL)))
    )
    keyring = providers.Singleton(PostgresKeyring, database, key)
    codec = providers.Singleton(EventCodec, providers.Object(EVENT_TYPES), keyring)
    writer = providers.Resource(entered, providers.Factory(AppendWriter, url))
    log = providers.Resource(entered, providers.Factory(PostgresEventLog, database, writer, codec, signals))
    snapshots = providers.Singleton(PostgresSnapshots, database)
    states = providers.Singleton(States, log, snapshots)
    stream_versions = providers.Singleton(PostgresStreamVersions, database)
    receipts = providers.Singleton(PostgresReceipts, database)
    sealer = providers.Singleton(Sealer, database, log, key, clock)
    seal_verifier = providers.Singleton(SealVerifier, direct_url, key)
    seal_checks = providers.Singleton(SealChecks, database)
    trail = providers.Singleton(PostgresAuditTrail, database, codec, providers.Object(tuple(EVENT_TYPES)))

    board = providers.Singleton(PostgresRequestBoard, database)
    directory = providers.Singleton(PostgresUserDirectory, database)
    inbox = providers.Singleton(PostgresInbox, database)
    progress = providers.Resource(entered, providers.Factory(PostgresViewProgress, database, signals, log))
    rebuilds = providers.Singleton(PostgresRebuilds, database)
    eraser = providers.Singleton(PostgresEraser, database, providers.Object(tuple(PROJECTIONS.values())))
    traces = providers.Resource(entered, providers.Factory(PostgresTraces, database))
    tracer = providers.Singleton(Tracer, traces, clock, ids)
    parked = providers.Singleton(PostgresParkedEvents, database)
    jobs = providers.Singleton(ProcrastinateJobs, database)

    redis = providers.Resource(entered, providers.Factory(connect, settings.provided.redis_url))
    cache = providers.Singleton(RedisCache, redis)
    broadcast = providers.Singleton(RedisBroadcast, redis)
    rate_limiter = providers.Singleton(RedisRateLimiter, redis, providers.Singleton(MemoryRateLimiter))
    tmdb = providers.Resource(tmdb_client, settings)
    metadata = providers.Singleton(TmdbMetadata, tmdb, cache, clock)
    overseerr = providers.Resource(overseerr_client, settings)
    gateway = providers.Singleton(OverseerrGateway, overseerr)

    commands = providers.Singleton(
        CommandBus, log, states, receipts, ids, providers.Singleton(handlers, directory, parked)
    )
    access_tokens = providers.Singleton(JoseAccessTokens, key)
    sessions = providers.Singleton(PostgresSessions, database)
    setup_tokens = providers.Singleton(PostgresSetupTokens, database)
    credentials = providers.Singleton(PostgresCredentials, database)
    people = providers.Singleton(PeopleBook, log, directory, sessions, clock)
    accounts = providers.Singleton(
        Accounts,
        commands,
        states,
        people=people,
        credentials=credentials,
        hasher=providers.Resource(passwords),
        sessions=sessions,
        access_tokens=access_tokens,
        keyring=keyring,
        claim_ids=providers.Singleton(HmacClaimIds, key),
        setup_tokens=setup_tokens,
        clock=clock,
        ids=ids,
    )
    asking = providers.Singleton(Asking, commands, metadata, clock, ids)
    undoing = providers.Singleton(Undoing, log, commands, people, clock)
    streams = providers.Singleton(OpenStreams)
    live = providers.Singleton(LiveFeed, log, progress, board, inbox, streams=streams, broadcast=broadcast)
    audit_desk = providers.Singleton(AuditDesk, trail, board, people)
    tail = providers.Singleton(AuditTail, audit_desk, log, progress, streams)
    requests_desk = providers.Singleton(RequestsDesk, board, log, people)
    queries = providers.Singleton(
        QueryBus,
        requests_desk.provided.answering.call(),
        providers.Singleton(TitlesDesk, metadata, board).provided.answering.call(),
        providers.Singleton(NewsCounter, inbox, people).provided.answering.call(),
        providers.Singleton(PeopleDesk, directory).provided.answering.call(),
        providers.Singleton(ParkedDesk, parked, log, people).provided.answering.call(),
        providers.Singleton(StreamDesk, log, stream_versions, snapshots, people).provided.answering.call(),
        audit_desk.provided.answering.call(),
        providers.Singleton(ActivityDesk, trail, board, people).provided.answering.call(),
        providers.Singleton(ViewsDesk, progress, rebuilds).provided.answering.call(),
        providers.Singleton(
            TraceDesk,
            trail=trail,
            traces=traces,
            jobs=jobs,
            inbox=inbox,
            people=people,
            reactions=providers.Object(REACTIONS),
        ).provided.answering.call(),
    )
    request_jobs = providers.Singleton(
        RequestJobs,
        commands,
        states,
        gateway=gateway,
        board=board,
        jobs=jobs,
        clock=clock,
        ids=ids,
        expiry=providers.Callable(expiry, settings),
    )
    people_jobs = providers.Singleton(
        PeopleJobs, commands, accounts, board=board, progress=progress, eraser=eraser, clock=clock, ids=ids
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
