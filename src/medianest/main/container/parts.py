"""The log, the stores, and the clients of what is outside."""

from dependency_injector import containers, providers

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import settle
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.room import Room
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
from medianest.adapters.postgres.api_key_list import PostgresApiKeyList
from medianest.adapters.postgres.board import PostgresRequestBoard
from medianest.adapters.postgres.checkpoints import CHANNEL as VIEWS_CHANNEL
from medianest.adapters.postgres.directory import PostgresUserDirectory
from medianest.adapters.postgres.eraser import PostgresEraser
from medianest.adapters.postgres.inbox import PostgresInbox
from medianest.adapters.postgres.invitations import PostgresInvitations
from medianest.adapters.postgres.links import PostgresAddedProviders, PostgresLinkedAccounts
from medianest.adapters.postgres.parked import PostgresParkedEvents
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.progress import PostgresViewProgress
from medianest.adapters.postgres.rebuilds import PostgresRebuilds
from medianest.adapters.postgres.session_figures import PostgresSessionFigures
from medianest.adapters.postgres.standings import PostgresTitleStandings
from medianest.adapters.postgres.traces import PostgresTraces
from medianest.adapters.redis.broadcast import RedisBroadcast
from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import Circuit, connect
from medianest.adapters.redis.generations import RedisGenerations
from medianest.adapters.redis.leases import RedisLeases
from medianest.adapters.redis.rate_limit import RedisRateLimiter
from medianest.adapters.redis.upstreams import RedisSharedFigures
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.adapters.system.surroundings import RandomIds, UtcClock
from medianest.adapters.system.tiered_cache import TieredCache
from medianest.adapters.tmdb import TmdbDiscovery, TmdbMetadata, TmdbPictures
from medianest.application.kept_reads import KeptReads
from medianest.application.outgoing import AllowedAddresses
from medianest.application.states import States
from medianest.application.tracing import Tracer
from medianest.application.upstream_watch import UpstreamWatch
from medianest.domain.catalog import EVENT_TYPES
from medianest.main.media_servers import PlexConnections
from medianest.main.oidc import oidc_client, oidc_http, settings_provider
from medianest.main.plex import plex_accounts, plex_server_client, plex_tv_client
from medianest.main.resources import (
    entered,
    house_locale,
    memory_cache,
    overseerr_client,
    prefetching,
    rules_of_the_environment,
    smtp_mailer,
    tmdb_client,
    tmdb_pictures_client,
)
from medianest.main.settings import Settings
from medianest.main.upstreams import upstream_register
from medianest.projections.catalog import PROJECTIONS


class Parts(containers.DeclarativeContainer):
    """All that is borrowed, or speaks to a server."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    key: providers.Dependency[bytes] = providers.Dependency(instance_of=bytes)
    url = settings.provided.database_url
    direct_url: providers.Dependency[str] = providers.Dependency(instance_of=str)
    rules = providers.Singleton(rules_of_the_environment, settings)
    clock = providers.Singleton(UtcClock)
    ids = providers.Singleton(RandomIds)
    database = providers.Resource(entered, providers.Factory(Database, url, settle=providers.Object(settle)))
    signals = providers.Resource(
        entered, providers.Factory(Signals, direct_url, providers.Object((LOG_CHANNEL, VIEWS_CHANNEL)))
    )
    keyring = providers.Singleton(PostgresKeyring, database, key)
    codec = providers.Singleton(EventCodec, providers.Object(EVENT_TYPES), keyring)
    room = providers.Singleton(Room, database)
    writer = providers.Resource(entered, providers.Factory(AppendWriter, url, room=room))
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
    linked_accounts = providers.Singleton(PostgresLinkedAccounts, database)
    added_providers = providers.Singleton(PostgresAddedProviders, database)
    inbox = providers.Singleton(PostgresInbox, database)
    session_figures = providers.Singleton(PostgresSessionFigures, database)
    api_key_list = providers.Singleton(PostgresApiKeyList, database)
    invitations = providers.Singleton(PostgresInvitations, database)
    progress = providers.Resource(entered, providers.Factory(PostgresViewProgress, database, signals, log))
    rebuilds = providers.Singleton(PostgresRebuilds, database)
    eraser = providers.Singleton(PostgresEraser, database, providers.Object(tuple(PROJECTIONS.values())))
    traces = providers.Resource(entered, providers.Factory(PostgresTraces, database))
    tracer = providers.Singleton(Tracer, traces, clock, ids)
    parked = providers.Singleton(PostgresParkedEvents, database)
    jobs = providers.Singleton(ProcrastinateJobs, database)
    redis = providers.Resource(entered, providers.Factory(connect, settings.provided.redis_url))
    circuit = providers.Singleton(Circuit)
    near_cache = providers.Singleton(memory_cache, settings)
    cache = providers.Singleton(TieredCache, near_cache, providers.Singleton(RedisCache, redis, circuit))
    broadcast = providers.Singleton(RedisBroadcast, redis, key)
    allowed_addresses = providers.Singleton(AllowedAddresses.of, settings.provided.allow_private_addresses)
    rate_limiter = providers.Singleton(RedisRateLimiter, redis, providers.Singleton(MemoryRateLimiter))
    tmdb = providers.Resource(tmdb_client, settings)
    locale = providers.Singleton(house_locale, settings)
    reads = providers.Resource(
        entered,
        providers.Factory(
            KeptReads,
            cache,
            providers.Singleton(RedisLeases, redis, circuit),
            providers.Singleton(RedisGenerations, redis, circuit),
            clock,
            prefetching=providers.Singleton(prefetching, rate_limiter, tmdb),
        ),
    )
    metadata = providers.Singleton(TmdbMetadata, tmdb, reads, locale=locale)
    title_standings = providers.Singleton(PostgresTitleStandings, database)
    discovery = providers.Singleton(TmdbDiscovery, tmdb, reads, locale=locale)
    tmdb_images = providers.Resource(tmdb_pictures_client, settings)
    pictures = providers.Singleton(TmdbPictures, tmdb_images)
    overseerr = providers.Resource(overseerr_client, settings)
    gateway = providers.Singleton(OverseerrGateway, overseerr)
    mailer = providers.Resource(smtp_mailer, settings, clock, ids)
    plex_tv = providers.Resource(plex_tv_client, settings)
    plex_server = providers.Resource(plex_server_client, settings)
    plex_accounts = providers.Singleton(plex_accounts, plex_tv, plex_server, clock, settings, key)
    oidc_http = providers.Resource(oidc_http, settings)
    oidc = providers.Singleton(oidc_client, oidc_http, clock)
    oidc_provider = providers.Singleton(settings_provider, settings)
    upstreams = providers.Singleton(
        upstream_register,
        reads.provided.counts,
        oidc=oidc_http,
        tmdb=tmdb,
        tmdb_images=tmdb_images,
        overseerr=overseerr,
        plex=plex_server,
        plex_tv=plex_tv,
    )
    server_connections = providers.Resource(
        entered, providers.Factory(PlexConnections, key, allowed_addresses, plex_server, upstreams)
    )
    shared_figures = providers.Singleton(RedisSharedFigures, redis)
    upstream_watch = providers.Singleton(UpstreamWatch, log, upstreams, shared_figures, ids, reads.provided.forget)
