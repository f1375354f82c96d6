"""Everything about who somebody is: secrets, sessions, and the ways in."""

from dependency_injector import providers

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.api_keys import PostgresApiKeys
from medianest.adapters.postgres.attempts import PostgresAttempts
from medianest.adapters.postgres.challenges import PostgresChallenges
from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.second_factor import (
    PostgresFactors,
    PostgresRecoveryCodes,
    PostgresRememberedDevices,
)
from medianest.adapters.postgres.security_log import PostgresSecurityLog
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.adapters.postgres.setup_tokens import PostgresSetupTokens
from medianest.adapters.postgres.vault import PostgresVault
from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.security.known_devices import HmacKnownDevices
from medianest.adapters.security.totp import TotpCodes
from medianest.application.bound_secrets import BoundSecrets
from medianest.application.commands import CommandBus
from medianest.application.handlers import handlers
from medianest.application.identity.departure import Departure
from medianest.application.identity.desks import IdentityDesks
from medianest.application.identity.eviction import Eviction
from medianest.application.identity.factors import FactorDesk
from medianest.application.identity.forgotten import Forgotten
from medianest.application.identity.guard import Guard
from medianest.application.identity.invitations import InvitationDesk
from medianest.application.identity.keys import KeyDesk
from medianest.application.identity.links import LinkDesk
from medianest.application.identity.oidc import OidcDesk
from medianest.application.identity.passwords import PasswordDesk
from medianest.application.identity.plex import PlexDesk
from medianest.application.identity.presence import Presence
from medianest.application.identity.providers import SECRET, ProviderBook
from medianest.application.identity.registration import Registration
from medianest.application.identity.sessions import SessionDesk
from medianest.application.identity.signing_in import SignIn
from medianest.application.identity.ways import WaysIn
from medianest.application.people import PeopleBook
from medianest.main.container.parts import Parts
from medianest.main.resources import entered, passwords, sign_in_limits


class Identity(Parts):
    """The command bus is among it, since every way in is a command."""

    commands = providers.Singleton(
        CommandBus,
        Parts.log,
        Parts.states,
        Parts.receipts,
        Parts.ids,
        providers.Singleton(handlers, Parts.directory, Parts.parked),
    )
    home = Parts.settings.provided.public_url
    claim_ids = providers.Singleton(HmacClaimIds, Parts.key)
    access_tokens = providers.Singleton(JoseAccessTokens, Parts.key)
    hasher = providers.Resource(passwords)
    setup_tokens = providers.Singleton(PostgresSetupTokens, Parts.database)
    credentials = providers.Singleton(PostgresCredentials, Parts.database)
    sessions = providers.Singleton(PostgresSessions, Parts.database, Parts.key)
    api_keys = providers.Singleton(PostgresApiKeys, Parts.database)
    sealing = providers.Object(sealed_under)
    vault = providers.Singleton(PostgresVault, Parts.database, Parts.key, sealing)
    challenges = providers.Singleton(PostgresChallenges, Parts.database, sealing, Parts.clock)
    one_time_codes = providers.Singleton(TotpCodes)
    factors = providers.Singleton(PostgresFactors, Parts.database, vault, one_time_codes)
    recovery_codes = providers.Singleton(PostgresRecoveryCodes, Parts.database)
    remembered_devices = providers.Singleton(PostgresRememberedDevices, Parts.database)
    attempts = providers.Singleton(PostgresAttempts, Parts.database, providers.Callable(sign_in_limits, Parts.settings))
    security_log = providers.Resource(entered, providers.Factory(PostgresSecurityLog, Parts.database))
    people = providers.Singleton(PeopleBook, Parts.log, Parts.directory, sessions, Parts.clock, Parts.rules)

    guard = providers.Singleton(
        Guard, commands, attempts=attempts, security_log=security_log, claim_ids=claim_ids, clock=Parts.clock
    )
    session_desk = providers.Singleton(
        SessionDesk,
        commands,
        guard,
        sessions=sessions,
        keeping=sessions,
        access_tokens=access_tokens,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    factor_desk = providers.Singleton(
        FactorDesk,
        commands,
        guard,
        factors=factors,
        one_time_codes=one_time_codes,
        recovery_codes=recovery_codes,
        devices=remembered_devices,
        rules=Parts.rules,
        clock=Parts.clock,
    )
    sign_in = providers.Singleton(
        SignIn,
        Parts.states,
        session_desk,
        guard,
        factor_desk,
        credentials=credentials,
        hasher=hasher,
        claim_ids=claim_ids,
        challenges=challenges,
        known_devices=providers.Singleton(HmacKnownDevices, Parts.key, Parts.clock),
    )
    departure = providers.Singleton(
        Departure,
        commands,
        credentials=credentials,
        sessions=sessions,
        keyring=Parts.keyring,
        factors=factor_desk,
        keys=api_keys,
        challenges=challenges,
        vault=vault,
        security_log=security_log,
        clock=Parts.clock,
    )
    registration = providers.Singleton(
        Registration,
        commands,
        Parts.states,
        sign_in,
        guard,
        departure,
        people=people,
        credentials=credentials,
        hasher=hasher,
        keyring=Parts.keyring,
        claim_ids=claim_ids,
        setup_tokens=setup_tokens,
        challenges=challenges,
        clock=Parts.clock,
        ids=Parts.ids,
        rules=Parts.rules,
    )
    forgotten = providers.Singleton(
        Forgotten,
        Parts.states,
        claim_ids=claim_ids,
        limiter=Parts.rate_limiter,
        mailer=Parts.mailer,
        jobs=Parts.jobs,
        clock=Parts.clock,
    )
    invitation_desk = providers.Singleton(
        InvitationDesk, commands, challenges=challenges, clock=Parts.clock, ids=Parts.ids, home=home
    )
    link_desk = providers.Singleton(
        LinkDesk,
        commands,
        Parts.states,
        registration,
        guard,
        links=Parts.linked_accounts,
        credentials=credentials,
        claim_ids=claim_ids,
        vault=vault,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    plex_desk = providers.Singleton(
        PlexDesk,
        link_desk,
        sign_in,
        guard,
        accounts=Parts.plex_accounts,
        vault=vault,
        challenges=challenges,
        limiter=Parts.rate_limiter,
        clock=Parts.clock,
        may_register=Parts.settings.provided.plex_registration,
    )
    provider_secrets = providers.Singleton(BoundSecrets, vault, Parts.log, providers.Object(SECRET))
    provider_book = providers.Singleton(
        ProviderBook,
        commands,
        Parts.states,
        own=Parts.oidc_provider,
        added=Parts.added_providers,
        client=Parts.oidc,
        allowed=Parts.allowed_addresses,
        secrets=provider_secrets,
        clock=Parts.clock,
    )
    oidc_desk = providers.Singleton(
        OidcDesk, link_desk, sign_in, guard, provider_book, client=Parts.oidc, challenges=challenges, home=home
    )
    ways = providers.Singleton(
        WaysIn,
        plex=Parts.plex_accounts,
        providers=provider_book,
        rules=Parts.rules,
        can_reset=Parts.mailer.provided.is_configured,
    )
    key_desk = providers.Singleton(
        KeyDesk, commands, Parts.states, keys=api_keys, listing=Parts.api_key_list, clock=Parts.clock, ids=Parts.ids
    )
    eviction = providers.Singleton(
        Eviction, session_desk, key_desk, link_desk, challenges=challenges, devices=remembered_devices
    )
    password_desk = providers.Singleton(
        PasswordDesk,
        commands,
        sign_in,
        eviction,
        guard,
        people=people,
        credentials=credentials,
        hasher=hasher,
        challenges=challenges,
        clock=Parts.clock,
    )
    presence = providers.Singleton(Presence, sessions.provided.seen, api_keys.provided.seen, Parts.clock)
    identity = providers.Singleton(
        IdentityDesks,
        keys=key_desk,
        presence=presence,
        registration=registration,
        sign_in=sign_in,
        sessions=session_desk,
        factors=factor_desk,
        guard=guard,
        departure=departure,
        passwords=password_desk,
        forgotten=forgotten,
        invitations=invitation_desk,
        ways=ways,
        links=link_desk,
        plex=plex_desk,
        oidc=oidc_desk,
    )
