"""Who is wired to whom. The one file that imports dependency-injector.

`async with opened(settings) as container:` connects to the servers that the settings name; what it hands out is then
ready to use.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from dependency_injector import containers, providers

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.snapshots import PostgresReceipts, PostgresSnapshots
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.jobs.defer import ProcrastinateJobs
from medianest.adapters.overseerr.gateway import OverseerrGateway
from medianest.adapters.postgres.audit import PostgresAuditTrail
from medianest.adapters.postgres.board import PostgresRequestBoard
from medianest.adapters.postgres.checkpoints import CHANNEL as VIEWS_CHANNEL
from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.directory import PostgresUserDirectory
from medianest.adapters.postgres.inbox import PostgresInbox
from medianest.adapters.postgres.parked import ParkedEvents
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.progress import PostgresViewProgress
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.adapters.postgres.setup_tokens import PostgresSetupTokens
from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import connect
from medianest.adapters.redis.rate_limit import RedisRateLimiter
from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.security.passwords import Argon2Passwords
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.adapters.system.surroundings import RandomIds, UtcClock
from medianest.adapters.tmdb.credentials import tmdb_credentials
from medianest.adapters.tmdb.metadata import TmdbMetadata
from medianest.adapters.upstream.client import UpstreamClient, upstream_client
from medianest.application.accounts import Accounts
from medianest.application.asking import Asking
from medianest.application.commands import CommandBus
from medianest.application.handlers import handlers
from medianest.application.jobs import PeopleJobs, RequestJobs
from medianest.application.live import LiveFeed
from medianest.application.people import PeopleBook
from medianest.application.queries import QueryBus
from medianest.application.queries.audit import AuditDesk
from medianest.application.queries.notifications import NewsCounter
from medianest.application.queries.people import PeopleDesk
from medianest.application.queries.requests import RequestsDesk
from medianest.application.queries.titles import TitlesDesk
from medianest.application.states import States
from medianest.domain.catalog import EVENT_TYPES
from medianest.main.settings import Settings, SettingsError


async def entered(resource: Any) -> AsyncIterator[Any]:
    """A resource that is open for as long as the container is."""
    async with resource:
        yield resource


async def passwords() -> AsyncIterator[Argon2Passwords]:
    hasher = Argon2Passwords()
    try:
        yield hasher
    finally:
        hasher.close()


async def tmdb_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.tmdb_token is None:
        yield None
        return
    try:
        keys = tmdb_credentials(settings.tmdb_token)
        client = upstream_client("tmdb", settings.tmdb_url, headers=keys.headers, params=keys.params)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    async with client:
        yield client


async def overseerr_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.overseerr_url is None or settings.overseerr_api_key is None:
        yield None
        return
    headers = {"X-Api-Key": str(settings.overseerr_api_key)}
    try:
        client = upstream_client("overseerr", settings.overseerr_url, headers=headers)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    async with client:
        yield client


def expiry(settings: Settings) -> timedelta | None:
    return None if settings.request_expiry_days is None else timedelta(days=settings.request_expiry_days)


class Container(containers.DeclarativeContainer):
    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    key: providers.Dependency[bytes] = providers.Dependency(instance_of=bytes)
    url = settings.provided.database_url
    direct_url: providers.Dependency[str] = providers.Dependency(instance_of=str)

    clock = providers.Singleton(UtcClock)
    ids = providers.Singleton(RandomIds)

    database = providers.Resource(entered, providers.Factory(Database, url))
    signals = providers.Resource(
        entered, providers.Factory(Signals, direct_url, providers.Object((LOG_CHANNEL, VIEWS_CHANNEL)))
    )
    keyring = providers.Singleton(PostgresKeyring, database, key)
    codec = providers.Singleton(EventCodec, providers.Object(EVENT_TYPES), keyring)
    writer = providers.Resource(entered, providers.Factory(AppendWriter, url))
    log = providers.Resource(entered, providers.Factory(PostgresEventLog, database, writer, codec, signals))
    states = providers.Singleton(States, log, providers.Singleton(PostgresSnapshots, database))
    receipts = providers.Singleton(PostgresReceipts, database)

    board = providers.Singleton(PostgresRequestBoard, database)
    directory = providers.Singleton(PostgresUserDirectory, database)
    inbox = providers.Singleton(PostgresInbox, database)
    progress = providers.Resource(entered, providers.Factory(PostgresViewProgress, database, signals, log))
    parked = providers.Singleton(ParkedEvents, database)
    jobs = providers.Singleton(ProcrastinateJobs, database)

    redis = providers.Resource(entered, providers.Factory(connect, settings.provided.redis_url))
    cache = providers.Singleton(RedisCache, redis)
    rate_limiter = providers.Singleton(RedisRateLimiter, redis, providers.Singleton(MemoryRateLimiter))
    tmdb = providers.Resource(tmdb_client, settings)
    metadata = providers.Singleton(TmdbMetadata, tmdb, cache, clock)
    overseerr = providers.Resource(overseerr_client, settings)
    gateway = providers.Singleton(OverseerrGateway, overseerr)

    commands = providers.Singleton(CommandBus, log, states, receipts, ids, providers.Singleton(handlers, directory))
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
    live = providers.Singleton(LiveFeed, log, progress, board, inbox)
    requests_desk = providers.Singleton(RequestsDesk, board, log, people)
    queries = providers.Singleton(
        QueryBus,
        requests_desk.provided.answering.call(),
        providers.Singleton(TitlesDesk, metadata, board).provided.answering.call(),
        providers.Singleton(NewsCounter, inbox, people).provided.answering.call(),
        providers.Singleton(PeopleDesk, directory).provided.answering.call(),
        providers.Singleton(
            AuditDesk, providers.Singleton(PostgresAuditTrail, database), log, progress, people
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
        PeopleJobs, commands, accounts, board=board, progress=progress, clock=clock, ids=ids
    )


@asynccontextmanager
async def opened(settings: Settings, key: bytes) -> AsyncIterator[Container]:
    """The container with its resources open. `settings` must name both servers."""
    direct_url = settings.database_direct_url or settings.database_url
    container = Container(settings=settings, key=key, direct_url=direct_url)
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
