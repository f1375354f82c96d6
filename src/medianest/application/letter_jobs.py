"""The letters that follow from what happened. Jobs hold ids: addresses and devices are looked up when it is written.

Nobody proves the address they register with, and whoever has an account can make things happen to it without end: a
stranger whose address they gave is not to be flooded by our mail server. So the letters to one address are rationed,
all kinds together. Those about passwords count apart, so that nobody takes an account over behind a crowd of others,
and so do those that are asked for (`identity/forgotten.py`). What gets no letter stands in the inbox or the activity.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from medianest.application.identity.keys import LISTED
from medianest.application.identity.passwords import RESET
from medianest.application.letters import (
    RESET_LIFETIME,
    account_changed,
    new_device,
    password_changed,
    password_reset,
    written,
)
from medianest.application.people import PeopleBook
from medianest.ports.api_keys import ApiKeyList
from medianest.ports.cache import RateLimiter
from medianest.ports.challenges import Challenges
from medianest.ports.identity import ClaimIds
from medianest.ports.mail import Letter, Mailer, MailRefused
from medianest.ports.sessions import Sessions, Whereabouts
from medianest.ports.surroundings import Clock

OF_NOTICES: Final = 10
"""Letters to one address at once about its account; then one every six minutes."""

OF_PASSWORDS: Final = 5
"""Letters to one address at once about another password; then one every twelve minutes."""

HOUR: Final = 3600


class LetterJobs:
    """`home` is where people reach MediaNest, without a slash at the end; None where no letters are sent. `refused` is
    told of a letter that will never arrive."""

    def __init__(
        self,
        people: PeopleBook,
        *,
        sessions: Sessions,
        keys: ApiKeyList,
        challenges: Challenges,
        mailer: Mailer,
        limiter: RateLimiter,
        claim_ids: ClaimIds,
        clock: Clock,
        home: str | None,
        refused: Callable[[MailRefused], None],
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._keys = keys
        self._challenges = challenges
        self._mailer = mailer
        self._limiter = limiter
        self._claim_ids = claim_ids
        self._clock = clock
        self._home = home or ""
        self._refused = refused

    async def send_reset(self, user_id: str | None, asked_at: str) -> None:
        """A link to choose a new password with, in place of every earlier one; nothing for a stranger (None), and
        nothing where the mail server was away for longer than the link would have been good."""
        is_late = self._clock.now() - datetime.fromisoformat(asked_at) > RESET_LIFETIME
        to = None if user_id is None or is_late else await self._address(UUID(user_id))
        if user_id is None or to is None:
            return
        person = UUID(user_id)
        await self._challenges.drop(RESET, person)
        token = await self._challenges.open(RESET, person.bytes, lifetime=RESET_LIFETIME, subject=person)
        # Behind the #: browsers send that to no server, so it is in no log either.
        await self._send(password_reset(to, link=f"{self._home}/reset-password#token={token}", address=None))

    async def send_password_changed(
        self, user_id: str, at: str, session_id: str | None = None, keys: str = "", providers: str = ""
    ) -> None:
        """`at` is when, and `session_id` in which session, if it was one of theirs; `keys` (ids) were revoked with it,
        and accounts at `providers` unlinked, both with commas between them."""
        if to := await self._address(UUID(user_id)):
            where = await self._whereabouts(UUID(user_id), session_id)
            moment = datetime.fromisoformat(at)
            shut = [f"the API key {written(name)}" for name in await self._names(UUID(user_id), keys)]
            shut += [f"the account at {provider}" for provider in providers.split(",") if provider]
            letter = password_changed(to, at=moment, address=where.address, shut=shut, home=self._home)
            await self._send_rationed(letter, "passwords", OF_PASSWORDS, f"{user_id}:{at}")

    async def send_account_changed(self, user_id: str, what: str, at: str, session_id: str | None = None) -> None:
        """`what` is the stored name of what happened."""
        if to := await self._address(UUID(user_id)):
            where = await self._whereabouts(UUID(user_id), session_id)
            moment = datetime.fromisoformat(at)
            letter = account_changed(to, what=what, at=moment, address=where.address, home=self._home)
            await self._send_rationed(letter, "notices", OF_NOTICES, f"{user_id}:{what}:{at}")

    async def send_new_device(self, user_id: str, session_id: str, at: str) -> None:
        if to := await self._address(UUID(user_id)):
            where = await self._whereabouts(UUID(user_id), session_id)
            moment = datetime.fromisoformat(at)
            letter = new_device(to, device=where.device, at=moment, address=where.address, home=self._home)
            await self._send_rationed(letter, "notices", OF_NOTICES, f"{user_id}:{session_id}:{at}")

    async def _names(self, user_id: UUID, keys: str) -> Sequence[str | None]:
        """What these keys are called. None for one that the view does not know yet."""
        if not keys:
            return []
        listed = await self._keys.of(user_id, limit=LISTED, after=None)
        names = {str(card.key_id): card.name for card in listed.items}
        return [names.get(key_id) for key_id in keys.split(",")]

    async def _address(self, user_id: UUID) -> str | None:
        """Of somebody who is still welcome, where there is a way to send letters."""
        if not self._mailer.is_configured:
            return None
        await self._people.catch_up()
        person = self._people.find(user_id)
        return None if person is None or person.is_suspended else person.email

    async def _whereabouts(self, user_id: UUID, session_id: str | None) -> Whereabouts:
        """Nothing is known of a session that has ended meanwhile."""
        opened = await self._sessions.of(user_id, self._clock.now()) if session_id else ()
        return next((one.whereabouts for one in opened if str(one.session_id) == session_id), Whereabouts())

    async def _send_rationed(self, letter: Letter, kind: str, ration: int, name: str) -> None:
        """`name` is this letter's: what is tried again after an outage was counted already."""
        to = self._claim_ids.of_email(letter.to)
        if await self._has_room(f"letter:{kind}:{name}", 1) and not await self._has_room(f"{kind}_to:{to}", ration):
            if await self._has_room(f"{kind}_held:{to}", 1):
                self._refused(
                    MailRefused(f"Too many letters ({kind}) to one address within an hour: the rest is not sent.")
                )
            return
        await self._send(letter)

    async def _has_room(self, bucket: str, capacity: int) -> bool:
        return (await self._limiter.take(bucket, capacity=capacity, per_second=capacity / HOUR)).is_granted

    async def _send(self, letter: Letter) -> None:
        try:
            await self._mailer.send(letter)
        except MailRefused as refused:  # however often it is sent
            self._refused(refused)
