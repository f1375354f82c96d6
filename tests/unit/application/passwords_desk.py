"""Passwords and the letters about them, on a rig."""

from collections.abc import Sequence
from uuid import UUID

from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.application.identity.eviction import Eviction
from medianest.application.identity.forgotten import Forgotten
from medianest.application.identity.keys import KeyDesk
from medianest.application.identity.passwords import PasswordDesk
from medianest.application.letter_jobs import LetterJobs
from medianest.domain.kernel import SYSTEM
from medianest.domain.user.events import PasswordChanged
from medianest.ports.mail import Letter, MailRefused
from tests.fakes.api_keys import FakeApiKeyList
from tests.fakes.identity import FakeClaimIds, FakeHasher
from tests.fakes.jobs import FakeJobs
from tests.fakes.mail import FakeMailer
from tests.unit.application.desk import ADA, AT_THE_DOOR, Desk
from tests.unit.application.rig import CLICK, Rig

ANOTHER = "quite another one"
HOME = "https://nest.example.org"


class Passwords(Desk):
    """The desk, with letters."""

    def __init__(self, rig: Rig, *, has_mail: bool = True) -> None:
        super().__init__(rig)
        self.rig = rig
        self.refusals: list[MailRefused] = []
        self.mailer, self.queue = FakeMailer(is_configured=has_mail), FakeJobs()
        self.key_list = FakeApiKeyList(rig.views)
        self.key_desk = KeyDesk(
            rig.bus, rig.states, keys=self.keys, listing=self.key_list, clock=rig.clock, ids=rig.ids
        )
        self.passwords = PasswordDesk(
            rig.bus,
            self.sign_in,
            Eviction(self.session_desk, self.key_desk, self.links, challenges=self.challenges, devices=self.devices),
            self.guard,
            people=self.people,
            credentials=self.credentials,
            hasher=FakeHasher(),
            challenges=self.challenges,
            clock=rig.clock,
        )
        self.forgotten = Forgotten(
            rig.states,
            claim_ids=FakeClaimIds(),
            limiter=MemoryRateLimiter(),
            mailer=self.mailer,
            jobs=self.queue,
            clock=rig.clock,
        )
        self.letters = LetterJobs(
            self.people,
            sessions=self.sessions,
            keys=self.key_list,
            challenges=self.challenges,
            mailer=self.mailer,
            limiter=MemoryRateLimiter(monotonic=rig.clock.steady),
            claim_ids=FakeClaimIds(),
            clock=rig.clock,
            home=HOME,
            refused=self.refusals.append,
        )

    async def work(self) -> None:
        """Do what waits."""
        while self.queue.waiting:
            job = self.queue.waiting.pop(0)
            assert job.name == "send_reset"
            args = {name: value for name, value in job.args.items() if name != "correlation_id"}
            await self.letters.send_reset(**args)  # type: ignore[arg-type]

    async def asked(self, email: str = ADA["email"]) -> str:
        """The token of a new letter."""
        await self.forgotten.ask(email, AT_THE_DOOR)
        await self.work()
        return token_in(self.mailer.letters[-1])

    async def member(self, name: str = "ben") -> UUID:
        return await self.registered(f"{name}@example.org", name)

    async def registered(self, email: str, name: str = "somebody") -> UUID:
        outcome = await self.registration.register(
            actor=SYSTEM, email=email, name=name, role="member", password=ADA["password"], context=CLICK
        )
        return outcome.recorded[0].stream_id

    async def ways(self) -> Sequence[str]:
        return [one.event.way for one in await self.rig.history() if isinstance(one.event, PasswordChanged)]


def token_in(letter: Letter) -> str:
    return letter.text.partition(f"{HOME}/reset-password#token=")[2].split()[0]
