"""What the media servers hold: scans, what came and went, and the servers themselves."""

from dependency_injector import providers

from medianest.adapters.plex.webhook import PlexReports
from medianest.adapters.postgres.library import PostgresLibraryIndex
from medianest.adapters.postgres.library_copies import PostgresFoundIds, PostgresLibraryCopies
from medianest.adapters.postgres.library_scans import PostgresLibraryScans
from medianest.adapters.postgres.media_servers import PostgresKnownServers
from medianest.application.bound_secrets import BoundSecrets
from medianest.application.library.arranging import ServerArranger
from medianest.application.library.arrivals import Arrivals
from medianest.application.library.browsing import ServerBrowser
from medianest.application.library.guarding import TokenGuard
from medianest.application.library.identifying import TitleIdentifier
from medianest.application.library.leaving import Leaving
from medianest.application.library.looking import LibraryLooker
from medianest.application.library.machines import MachineDesk
from medianest.application.library.removals import Removals
from medianest.application.library.reports import ReportDesk
from medianest.application.library.scanning import LibraryScanner
from medianest.application.library.servers import ServerBook
from medianest.application.library.tokens import TOKEN, TokenWatch
from medianest.application.library_jobs import LibraryJobs
from medianest.main.container.identity import Identity
from medianest.main.container.parts import Parts
from medianest.main.media_servers import own_server, report_secret
from medianest.main.upstreams import upstream_names


class Libraries(Identity):
    """Who has a say in it is known by now."""

    library_index = providers.Singleton(PostgresLibraryIndex, Parts.database)
    library_scans = providers.Singleton(PostgresLibraryScans, Parts.database, Parts.direct_url)
    library_copies = providers.Singleton(PostgresLibraryCopies, Parts.database)
    server_tokens = providers.Singleton(BoundSecrets, Identity.vault, Parts.log, providers.Object(TOKEN))
    server_book = providers.Singleton(
        ServerBook,
        Identity.commands,
        Parts.states,
        providers.Singleton(TokenWatch, Identity.commands, Parts.clock, Parts.ids),
        own=providers.Callable(own_server, Parts.settings),
        known=providers.Singleton(PostgresKnownServers, Parts.database),
        connections=Parts.server_connections,
        reserved=providers.Object(upstream_names(Parts.upstreams.kwargs)),
        index=library_index,
        scans=library_scans,
        allowed=Parts.allowed_addresses,
        secrets=server_tokens,
        clock=Parts.clock,
    )
    machine_desk = providers.Singleton(
        MachineDesk,
        Identity.commands,
        server_book,
        index=library_index,
        scans=library_scans,
        jobs=Parts.jobs,
        clock=Parts.clock,
    )
    server_browser = providers.Singleton(ServerBrowser, server_book, Parts.reads)
    server_arranger = providers.Singleton(ServerArranger, server_browser)
    removals = providers.Singleton(
        Removals,
        Identity.commands,
        Parts.log,
        library_index,
        library_copies,
        jobs=Parts.jobs,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    library_scanner = providers.Singleton(
        LibraryScanner,
        server_book,
        library_index,
        library_scans,
        removals,
        broadcast=Parts.broadcast,
        clock=Parts.clock,
    )
    title_identifier = providers.Singleton(
        TitleIdentifier, providers.Singleton(PostgresFoundIds, Parts.database), Parts.metadata, Parts.clock
    )
    leaving = providers.Singleton(
        Leaving, Identity.commands, library_copies, board=Parts.board, clock=Parts.clock, ids=Parts.ids
    )
    arrivals = providers.Singleton(
        Arrivals,
        Identity.commands,
        Parts.states,
        index=library_index,
        metadata=Parts.metadata,
        board=Parts.board,
        jobs=Parts.jobs,
        clock=Parts.clock,
        ids=Parts.ids,
    )
    report_desk = providers.Singleton(
        ReportDesk,
        providers.Callable(report_secret, Parts.settings, Parts.key),
        home=Parts.settings.provided.public_url,
        reports=providers.Singleton(PlexReports),
        servers=server_book,
        scans=library_scans,
        jobs=Parts.jobs,
    )
    library_jobs = providers.Singleton(
        LibraryJobs,
        server_book,
        library_index,
        scanner=library_scanner,
        looker=providers.Singleton(LibraryLooker, server_book, library_scans, clock=Parts.clock),
        identifier=title_identifier,
        removals=removals,
        leaving=leaving,
        arrivals=arrivals,
        guard=providers.Singleton(TokenGuard, server_book, server_book, Parts.plex_accounts),
    )
