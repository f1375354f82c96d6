"""Everybody of the house in memory: who may do what, what they are called, and who is no longer welcome.

A copy of the user directory in each process, fed by the log, so that a suspension or a sign-out counts at once and
no request asks the database who is calling.
"""

import asyncio
import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from medianest.application.rules_in_force import RulesInForce
from medianest.domain.api_key import ApiKeyEvent, ApiKeyRevoked, Scope
from medianest.domain.kernel import Recorded
from medianest.domain.key_scopes import let_through
from medianest.domain.second_factor import SecondFactorEvent, SecondFactorRemoved, second_factor_id
from medianest.domain.session import SessionEnded, SessionEvent
from medianest.domain.setting import SettingEvent
from medianest.domain.user.events import (
    PermissionGranted,
    PermissionRevoked,
    RoleChanged,
    UserDeleted,
    UserEvent,
    UserSuspended,
)
from medianest.domain.user.vocabulary import Permission, allowed
from medianest.ports.event_log import EventLog, Unread
from medianest.ports.failures import Unavailable, ViewNotBuilt
from medianest.ports.sessions import SessionKeeping
from medianest.ports.surroundings import Clock
from medianest.ports.views import UserDirectory
from medianest.projections.user_directory import Person, apply

BATCH: Final = 1000
PAUSE: Final = 0.05
"""Seconds between two looks at the log where one thing happens after the other: a busy house asks less of it."""
TOKEN_LIFE: Final = timedelta(minutes=20)
"""Longer than an access token lives: sessions that ended earlier have no token left to refuse."""

_WORD: Final = re.compile(r"\w+")

FOLLOWED: Final = ("user", "session", "api_key", "second_factor", "setting")

UNSETTLING: Final = (
    UserSuspended,
    UserDeleted,
    SessionEnded,
    ApiKeyRevoked,
    RoleChanged,
    PermissionGranted,
    PermissionRevoked,
    SecondFactorRemoved,
)
"""After these, whoever is connected is asked again who they are."""

OVER: Final = (SessionEnded, ApiKeyRevoked)

_UNSETTLING_TAGS: Final = frozenset(event.tag for event in UNSETTLING)
_OVER_TAGS: Final = frozenset(event.tag for event in OVER)


class PeopleBook:
    """`rules` are kept up to date with the people, from the same reading of the log."""

    def __init__(
        self,
        log: EventLog,
        directory: UserDirectory,
        sessions: SessionKeeping,
        clock: Clock,
        rules: RulesInForce | None = None,
    ) -> None:
        self._log = log
        self._directory = directory
        self._sessions = sessions
        self._clock = clock
        self._rules = rules or RulesInForce()
        self._people: dict[UUID, Person] = {}
        self._ended: dict[UUID, datetime] = {}
        self._unclear: set[UUID] = set()
        self._watchers: list[tuple[Callable[[UUID], None], Callable[[UUID], None] | None]] = []
        self._position = -1
        self._catching_up = asyncio.Lock()

    async def follow(self) -> None:
        """Keep up with the log until cancelled. A database that is away only delays it, and so does nothing that a
        newer release writes."""
        now = asyncio.get_running_loop().time
        while True:
            try:
                await self.catch_up()
                looked = now()
                await self._log.wait(after=self._position, timeout=1.0)
                if now() - looked < PAUSE:
                    await asyncio.sleep(PAUSE)
            except Unavailable:
                await asyncio.sleep(0.5)

    async def catch_up(self) -> None:
        """Read what the log holds now."""
        async with self._catching_up:
            if self._position < 0:
                await self._open()
            head = await self._log.head()
            while self._position < head:
                batch = await self._log.read(
                    after=self._position, until=head, limit=BATCH, categories=FOLLOWED, is_lenient=True
                )
                for recorded in batch:
                    self._note(recorded)
                self._position = batch[-1].position if len(batch) == BATCH else head

    def watch(self, watcher: Callable[[UUID], None], *, ended: Callable[[UUID], None] | None = None) -> None:
        """Have `watcher` told of everybody whose rights or sessions change, as soon as it is known here. With `ended`
        that one is told which session or key is over, and `watcher` of the rest alone."""
        self._watchers.append((watcher, ended))

    async def admit(self, user_id: UUID, session_id: UUID) -> Person | None:
        """The person of a session, or of an API key, if they are still welcome and it has not ended."""
        if user_id not in self._people:
            await self.catch_up()
        person = self._people.get(user_id)
        if person is None or person.is_suspended or person.is_deleted or session_id in self._ended:
            return None
        if user_id in self._unclear:
            return None
        return person

    async def admit_wholly(self, user_id: UUID, session_id: UUID) -> Person | None:
        """As `admit`; nobody who may only enrol a second factor now. For streams and long answers, which go on for as
        long as this is somebody."""
        person = await self.admit(user_id, session_id)
        return None if person is None or self.is_limited(person) else person

    def is_limited(self, person: Person) -> bool:
        """Whether they have to enrol a second factor before anything else: the rule asks one of their role, and they
        have none."""
        return not person.has_second_factor and self._rules.asks_factor_of(person.role)

    async def has_administrator(self) -> bool:
        """By the log itself: the view may be behind, and is while no worker runs."""
        await self.catch_up()
        return any(person.role == "admin" and not person.is_deleted for person in self._people.values())

    def everybody(self) -> Collection[Person]:
        return self._people.values()

    def find(self, user_id: UUID) -> Person | None:
        return self._people.get(user_id)

    def name(self, user_id: UUID) -> str | None:
        """What somebody is called; None once they are forgotten."""
        person = self._people.get(user_id)
        return person.name if person else None

    def called(self, text: str) -> frozenset[UUID]:
        """Everybody whose name holds these words, or whose e-mail address this is. Nobody who was forgotten."""
        wanted = text.strip().casefold()
        words = set(_WORD.findall(wanted))
        return frozenset(
            person.user_id
            for person in self._people.values()
            if (words and words <= set(_WORD.findall((person.name or "").casefold())))
            or wanted == (person.email or "").casefold()
        )

    def _note(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, Unread):
            self._note_unread(recorded, event.tag)
        if isinstance(event, SettingEvent):
            self._rules.note(recorded)
            for limited in [one.user_id for one in self._people.values() if self.is_limited(one)]:
                self._unsettle(limited)
        if not isinstance(event, UserEvent | SessionEvent | ApiKeyEvent | SecondFactorEvent):
            return
        person = apply(self._people.get(event.user_id), recorded)
        if person is not None:
            self._people[event.user_id] = person
        if isinstance(event, OVER):
            self._note_over(recorded)
        if isinstance(event, UNSETTLING):
            self._unsettle(event.user_id, over=recorded.stream_id if isinstance(event, OVER) else None)

    def _note_over(self, recorded: Recorded) -> None:
        self._ended[recorded.stream_id] = recorded.recorded_at
        since = recorded.recorded_at - TOKEN_LIFE
        self._ended = {session_id: at for session_id, at in self._ended.items() if at >= since}

    def _note_unread(self, recorded: Recorded, stored: str) -> None:
        """What a newer release wrote in a shape of its own. A name that is known says enough: that a session is over,
        or that it is not known here any more what somebody may, who then may nothing. A new name means nothing here."""
        stream_id = recorded.stream_id
        if stored in _OVER_TAGS:
            self._note_over(recorded)
            for _, ended in self._watchers:
                if ended is not None:
                    ended(stream_id)
        elif stored in _UNSETTLING_TAGS:
            for user_id in [one for one in self._people if stream_id in (one, second_factor_id(one))]:
                self._unclear.add(user_id)
                self._unsettle(user_id)

    def _unsettle(self, user_id: UUID, *, over: UUID | None = None) -> None:
        """`over`: it is about one session or key of theirs alone."""
        for watcher, ended in self._watchers:
            if ended is not None and over is not None:
                ended(over)
            else:
                watcher(user_id)

    async def _open(self) -> None:
        try:
            people, position = await self._directory.everyone()
        except ViewNotBuilt:  # a new release builds it: the log knows as much, and takes a moment longer
            people, position = (), 0
        await self._rules.open(self._log)  # what was read already, and comes once more, changes nothing
        self._people = {person.user_id: person for person in people}
        now = self._clock.now()
        self._ended = dict.fromkeys(await self._sessions.ended_since(now - TOKEN_LIFE), now)
        self._position = position


def permissions_of(person: Person, scopes: Collection[Scope] | None = None) -> frozenset[Permission]:
    """What somebody may do; with the scopes of an API key, what the key lets through of it."""
    everything = allowed(person.role, person.permissions)
    return everything if scopes is None else let_through(everything, scopes)
