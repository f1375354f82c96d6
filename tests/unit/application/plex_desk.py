"""Coming in by Plex on a rig, without Plex."""

from typing import Any
from uuid import UUID

from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.application.identity.plex import PlexDesk
from medianest.application.link_jobs import LinkJobs
from medianest.ports.plex import PlexAccount
from tests.fakes.links import FakeLinkedAccounts
from tests.fakes.plex import FakePlexAccounts
from tests.unit.application.desk import AT_THE_DOOR, Desk
from tests.unit.application.rig import Rig

BEN = PlexAccount(plex_id="4002", username="ben", email="ben@example.org", is_email_confirmed=True)


class PlexTrial:
    """A house with a Plex server, to which nobody has access yet."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.desk = rig, Desk(rig)
        self.seconds = 0.0
        self.accounts = FakePlexAccounts(rig.clock)
        self.plex = PlexDesk(
            self.desk.links,
            self.desk.sign_in,
            self.desk.guard,
            accounts=self.accounts,
            vault=self.desk.vault,
            challenges=self.desk.challenges,
            limiter=MemoryRateLimiter(monotonic=lambda: self.seconds),
            clock=rig.clock,
            may_register=True,
        )
        self.jobs = LinkJobs(
            rig.bus,
            self.desk.links,
            self.desk.session_desk,
            links=FakeLinkedAccounts(rig.views),
            accounts=self.accounts,
            vault=self.desk.vault,
            clock=rig.clock,
            ids=rig.ids,
        )

    async def ben(self) -> UUID:
        """Ben, who came in by Plex a moment ago."""
        self.accounts.with_access.add(BEN.plex_id)
        pin = await self.plex.begin()
        self.accounts.confirm(pin.code, BEN)
        signed_in = await self.plex.sign_in(pin.pin, AT_THE_DOOR)
        assert signed_in is not None
        return signed_in.session.user_id

    async def happened(self, kind: type[Any]) -> list[Any]:
        return [recorded.event for recorded in await self.rig.history() if isinstance(recorded.event, kind)]
