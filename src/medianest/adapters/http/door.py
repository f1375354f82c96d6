"""All that the routes call, in one place: the two front doors, and what words and paces their answers."""

from collections.abc import Callable
from dataclasses import dataclass

from medianest.adapters.http.foundation.csrf import CsrfTokens
from medianest.adapters.http.foundation.paging import Cursors
from medianest.adapters.http.writing import Writing
from medianest.application.asking import Asking
from medianest.application.asking_collections import AskingForAll
from medianest.application.audit_tail import AuditTail
from medianest.application.identity.desks import IdentityDesks
from medianest.application.identity.export import PersonalExport
from medianest.application.library.arranging import ServerArranger
from medianest.application.library.machines import MachineDesk
from medianest.application.library.removals import Removals
from medianest.application.library.reports import ReportDesk
from medianest.application.library.servers import ServerBook
from medianest.application.live import LiveFeed
from medianest.application.open_streams import OpenStreams
from medianest.application.people import PeopleBook
from medianest.application.queries.requests import RequestsDesk
from medianest.application.settings_desk import SettingsDesk
from medianest.application.undoing import Undoing
from medianest.ports.front_door import Commands, Queries
from medianest.ports.rebuilds import Rebuilds
from medianest.ports.request_gateway import GatewayReport
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.work import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """`webhook_authorization` is what Overseerr must send in `Authorization`; None refuses every webhook.
    `read_report` reads what it sends; ValueError for nonsense."""

    commands: Commands
    queries: Queries
    identity: IdentityDesks
    settings: SettingsDesk
    servers: ServerBook
    machines: MachineDesk
    removals: Removals
    reports: ReportDesk
    export: PersonalExport
    asking: Asking
    arranger: ServerArranger
    asking_for_all: AskingForAll
    undoing: Undoing
    board: RequestsDesk
    people: PeopleBook
    live: LiveFeed
    tail: AuditTail
    streams: OpenStreams
    jobs: Jobs
    rebuilds: Rebuilds
    writing: Writing
    cursors: Cursors
    csrf: CsrfTokens
    clock: Clock
    ids: Ids
    webhook_authorization: str | None
    read_report: Callable[[bytes], GatewayReport]
