"""What the container opens when it starts and closes when it ends, and what settings become on the way."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import structlog

from medianest.adapters.mail.message import sender_of
from medianest.adapters.mail.smtp import MailServer, Security, SmtpMailer, calling
from medianest.adapters.security.passwords import Argon2Passwords
from medianest.adapters.system.memory_cache import MemoryCache
from medianest.adapters.tmdb.credentials import tmdb_credentials
from medianest.adapters.tmdb.images import LARGEST
from medianest.adapters.upstream import transport
from medianest.adapters.upstream.client import UpstreamClient, upstream_client
from medianest.application.kept_reads import Prefetching
from medianest.application.rules_in_force import RulesInForce
from medianest.domain.house_rules import RULES
from medianest.domain.lockout import Limits
from medianest.main.settings import Settings, SettingsError
from medianest.ports.cache import RateLimiter
from medianest.ports.locale import Locale
from medianest.ports.mail import MailRefused
from medianest.ports.surroundings import Clock, Ids

logger = structlog.get_logger(__name__)


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


@contextmanager
def as_setting() -> Iterator[None]:
    """What a client says of its address or its key is about the setting that it came from."""
    try:
        yield
    except ValueError as error:
        raise SettingsError(str(error)) from error


async def tmdb_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.tmdb_token is None:
        yield None
        return
    with as_setting():
        keys = tmdb_credentials(settings.tmdb_token)
        client = upstream_client("tmdb", settings.tmdb_url, headers=keys.headers, params=keys.params)
    async with client:
        yield client


async def tmdb_pictures_client(settings: Settings) -> AsyncIterator[UpstreamClient]:
    with as_setting():
        limits = transport.Limits(max_body=LARGEST)
        client = upstream_client("tmdb_images", settings.tmdb_image_url, limits=limits)
    async with client:
        yield client


def house_locale(settings: Settings) -> Locale:
    return Locale(language=settings.tmdb_language, region=settings.tmdb_region)


def memory_cache(settings: Settings) -> MemoryCache:
    return MemoryCache(settings.cache_memory_mb * 1_000_000)


def prefetching(limiter: RateLimiter, *clients: UpstreamClient | None) -> Prefetching:
    """From those of `clients` that answer."""
    known = {client.name: client for client in clients if client is not None}
    return Prefetching(
        limiter=limiter, is_well=lambda name: name in known and known[name].figures().breaker == "closed"
    )


async def overseerr_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.overseerr_url is None or settings.overseerr_api_key is None:
        yield None
        return
    headers = {"X-Api-Key": str(settings.overseerr_api_key)}
    with as_setting():
        client = upstream_client("overseerr", settings.overseerr_url, headers=headers)
    async with client:
        yield client


async def smtp_mailer(settings: Settings, clock: Clock, ids: Ids) -> AsyncIterator[SmtpMailer]:
    with as_setting():
        server = mail_server(settings)
    yield SmtpMailer(server, clock, ids)


def sign_in_limits(settings: Settings) -> Limits:
    return Limits(
        attempts=settings.sign_in_attempts,
        attempts_of_address=settings.sign_in_attempts_per_address,
        window=settings.sign_in_window,
    )


def rules_of_the_environment(settings: Settings) -> RulesInForce:
    """Where a rule of the house has a setting of the same name that is set, that wins."""
    given = {key: getattr(settings, key, None) for key in RULES}
    return RulesInForce({key: value for key, value in given.items() if value is not None})


def expiry(settings: Settings) -> timedelta | None:
    return None if settings.request_expiry_days is None else timedelta(days=settings.request_expiry_days)


def letter_refused(refused: MailRefused) -> None:
    """The text holds no address."""
    logger.warning("letter_refused", reason=str(refused))


SMTP_PORTS: Final[Mapping[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
"""Where a mail server takes letters from its own people (RFC 8314, 3), or in clear."""


def mail_server(settings: Settings) -> MailServer | None:
    """We greet it by the name under which people know us: the name of this machine is not for others to see.
    Raises ValueError."""
    if settings.smtp_host is None or settings.smtp_from is None or settings.public_url is None:
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port or SMTP_PORTS[settings.smtp_security],
        security=settings.smtp_security,
        sender=sender_of(settings.smtp_from),
        calling=calling(settings.public_url),
        user=settings.smtp_user,
        password=settings.smtp_password,
    )
