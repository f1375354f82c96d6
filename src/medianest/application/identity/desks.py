"""The desks behind the front door that know who somebody is, in one place."""

from dataclasses import dataclass

from medianest.application.identity.departure import Departure
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
from medianest.application.identity.registration import Registration
from medianest.application.identity.sessions import SessionDesk
from medianest.application.identity.signing_in import SignIn
from medianest.application.identity.ways import WaysIn


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDesks:
    registration: Registration
    sign_in: SignIn
    sessions: SessionDesk
    factors: FactorDesk
    guard: Guard
    departure: Departure
    keys: KeyDesk
    presence: Presence
    passwords: PasswordDesk
    forgotten: Forgotten
    invitations: InvitationDesk
    ways: WaysIn
    links: LinkDesk
    plex: PlexDesk
    oidc: OidcDesk
