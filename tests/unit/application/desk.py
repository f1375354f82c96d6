"""Everything about who somebody is, on a rig: real desks and rules, fakes for what keeps secrets."""

from uuid import UUID

from medianest.application.identity.departure import Departure
from medianest.application.identity.devices import Arrival
from medianest.application.identity.factors import FactorDesk
from medianest.application.identity.guard import Guard
from medianest.application.identity.links import LinkDesk
from medianest.application.identity.registration import Registration
from medianest.application.identity.sessions import SessionDesk, SignedIn
from medianest.application.identity.signing_in import SignIn
from medianest.application.people import PeopleBook
from medianest.application.people_jobs import PeopleJobs
from medianest.application.rules_in_force import RulesInForce
from medianest.ports.sessions import Whereabouts
from tests.fakes.api_keys import FakeApiKeys
from tests.fakes.attempts import FakeAttempts
from tests.fakes.challenges import FakeChallenges
from tests.fakes.factors import FakeFactors, FakeOneTimeCodes, FakeRecoveryCodes, FakeRememberedDevices
from tests.fakes.identity import (
    FakeAccessTokens,
    FakeClaimIds,
    FakeCredentials,
    FakeHasher,
    FakeKnownDevices,
    FakeSetupTokens,
)
from tests.fakes.links import FakeLinkedAccounts
from tests.fakes.security_log import FakeSecurityLog
from tests.fakes.sessions import FakeSessions
from tests.fakes.vault import FakeVault
from tests.fakes.views import FakeEraser
from tests.unit.application.rig import CLICK, Rig

ADA = {"email": "Ada@example.org", "name": "Ada", "password": "a long password"}
PHONE = Whereabouts(device="Firefox on Android", client="Mozilla/5.0", address="203.0.113.7")
AT_THE_DOOR = Arrival(context=CLICK, whereabouts=PHONE)


class Desk:
    """`is_open`: whether anybody may register; `required_of`: who has to have a second factor."""

    def __init__(self, rig: Rig, *, is_open: bool = False, required_of: str = "off") -> None:
        self.rules = RulesInForce({"open_registration": is_open, "require_second_factor": required_of})
        self.credentials, self.sessions, self.tokens = FakeCredentials(), FakeSessions(), FakeSetupTokens()
        self.challenges, self.vault, self.keys = FakeChallenges(rig.clock), FakeVault(), FakeApiKeys()
        self.attempts, self.refused, self.eraser = FakeAttempts(), FakeSecurityLog(), FakeEraser()
        self.one_time_codes, self.recovery_codes = FakeOneTimeCodes(), FakeRecoveryCodes()
        self.devices, claim_ids, hasher = FakeRememberedDevices(), FakeClaimIds(), FakeHasher()
        self.enrolled = FakeFactors(self.one_time_codes, self.recovery_codes, self.devices)
        self.hasher = hasher
        self.people = PeopleBook(rig.log, rig.directory, self.sessions, rig.clock, self.rules)
        self.guard = Guard(
            rig.bus, attempts=self.attempts, security_log=self.refused, claim_ids=claim_ids, clock=rig.clock
        )
        self.session_desk = SessionDesk(
            rig.bus,
            self.guard,
            sessions=self.sessions,
            keeping=self.sessions,
            access_tokens=FakeAccessTokens(),
            clock=rig.clock,
            ids=rig.ids,
        )
        self.factors = FactorDesk(
            rig.bus,
            self.guard,
            factors=self.enrolled,
            one_time_codes=self.one_time_codes,
            recovery_codes=self.recovery_codes,
            devices=self.devices,
            rules=self.rules,
            clock=rig.clock,
        )
        self.sign_in = SignIn(
            rig.states,
            self.session_desk,
            self.guard,
            self.factors,
            credentials=self.credentials,
            hasher=hasher,
            claim_ids=claim_ids,
            challenges=self.challenges,
            known_devices=FakeKnownDevices(),
        )
        self.departure = Departure(
            rig.bus,
            credentials=self.credentials,
            sessions=self.sessions,
            keyring=rig.keyring,
            factors=self.factors,
            keys=self.keys,
            challenges=self.challenges,
            vault=self.vault,
            security_log=self.refused,
            clock=rig.clock,
        )
        self.registration = Registration(
            rig.bus,
            rig.states,
            self.sign_in,
            self.guard,
            self.departure,
            people=self.people,
            credentials=self.credentials,
            hasher=hasher,
            keyring=rig.keyring,
            claim_ids=claim_ids,
            setup_tokens=self.tokens,
            challenges=self.challenges,
            clock=rig.clock,
            ids=rig.ids,
            rules=self.rules,
        )
        self.links = LinkDesk(
            rig.bus,
            rig.states,
            self.registration,
            self.guard,
            links=FakeLinkedAccounts(rig.views),
            credentials=self.credentials,
            claim_ids=claim_ids,
            vault=self.vault,
            clock=rig.clock,
            ids=rig.ids,
        )
        self.jobs = PeopleJobs(
            rig.bus,
            self.departure,
            self.links,
            board=rig.board,
            progress=rig.views,
            eraser=self.eraser,
            clock=rig.clock,
            ids=rig.ids,
        )

    async def ada(self) -> UUID:
        """An administrator, from the server's own command line."""
        return await self.registration.add_administrator(**ADA, context=CLICK)

    async def lets_in(self, email: str = ADA["email"], password: str = ADA["password"]) -> SignedIn:
        return await self.sign_in.with_password(email, password, AT_THE_DOOR)
