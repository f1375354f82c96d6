"""Forgotten passwords: a letter with a link, for an address that somebody gives. Whether anybody lives there shows
neither in the answer nor in the time it takes: a stranger's letter is a job like any other, which sends nothing."""

from typing import Final

from medianest.application.identity.denials import TooManyAttempts
from medianest.application.identity.devices import Arrival
from medianest.application.states import States
from medianest.domain.email_claim import EMAIL_CLAIM
from medianest.domain.lockout import household
from medianest.ports.cache import RateLimiter
from medianest.ports.failures import MailNotConfigured
from medianest.ports.identity import ClaimIds
from medianest.ports.mail import Mailer
from medianest.ports.surroundings import Clock
from medianest.ports.work import Job, Jobs

TO_ONE: Final = 3
"""Letters to one address at once; then one every 20 minutes."""

FROM_ONE: Final = 20
"""Letters that are asked for from one place at once; then one every three minutes."""

HOUR: Final = 3600


class TooManyLetters(TooManyAttempts):
    code = "too_many_letters"
    text = "A letter was asked for several times already. Look where your mail program puts unwanted mail, and wait."


class Forgotten:
    def __init__(
        self,
        states: States,
        *,
        claim_ids: ClaimIds,
        limiter: RateLimiter,
        mailer: Mailer,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._states = states
        self._claim_ids = claim_ids
        self._limiter = limiter
        self._mailer = mailer
        self._jobs = jobs
        self._clock = clock

    @property
    def is_possible(self) -> bool:
        """Whether there is a way to send letters."""
        return self._mailer.is_configured

    async def ask(self, email: str, arrival: Arrival) -> None:
        """Have a letter sent to whoever lives there. Raises TooManyLetters, MailNotConfigured."""
        if not self._mailer.is_configured:
            raise MailNotConfigured
        claim = self._claim_ids.of_email(email)
        await self._ration(f"letters_from:{household(arrival.whereabouts.address)}", FROM_ONE)
        await self._ration(f"letters_to:{claim}", TO_ONE)
        claimed = await self._states.load(EMAIL_CLAIM, claim)
        user_id = claimed[0].holder if claimed[0] else None
        # Neither address nor token: jobs lie in the clear.
        args = {
            "user_id": str(user_id) if user_id else None,
            "asked_at": self._clock.now().isoformat(),
            "correlation_id": arrival.context.correlation_id,
        }
        lock = f"send_reset:{user_id or claim}"
        await self._jobs.defer([Job(name="send_reset", args=args, lock=lock, is_urgent=True)])

    async def _ration(self, bucket: str, capacity: int) -> None:
        allowance = await self._limiter.take(bucket, capacity=capacity, per_second=capacity / HOUR)
        if not allowance.is_granted:
            raise TooManyLetters(allowance.next_in)
