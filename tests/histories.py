"""Random lives of a whole house: people, requests, notifications and ways in, as the domain lets them happen."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from medianest.domain.catalog import aggregate_of
from medianest.domain.kernel import SYSTEM, Command, Event, Recorded, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request import commands as request
from medianest.domain.notification import Archive, MarkDelivered, MarkRead, QueueNotification
from medianest.domain.session import OpenSession
from medianest.domain.upkeep import AskForRebuild, RetryParked, RotateSealKey, SkipParked
from medianest.domain.user import commands as user
from medianest.ports.event_log import Append, Context, StreamWrite
from tests.ways_in import at_a_way_in

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What one command did to one stream."""

    command: Command
    category: str
    stream_id: UUID
    expected: int
    events: tuple[Event, ...]

    def append(self) -> Append:
        write = StreamWrite(
            category=self.category, stream_id=self.stream_id, expected=self.expected, events=self.events
        )
        return Append(
            command_id=uuid4(),
            actor=self.command.actor,
            occurred_at=self.command.at,
            context=Context(correlation_id=f"click-{self.command.at:%j%H%M}"),
            writes=[write],
        )


@dataclass
class House:
    """Makes up commands and keeps the states they lead to. Whoever was deleted says no more."""

    chance: random.Random
    states: dict[UUID, Any] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    people: list[UUID] = field(default_factory=list)
    deleted: list[UUID] = field(default_factory=list)
    requests: list[UUID] = field(default_factory=list)
    notifications: list[UUID] = field(default_factory=list)
    minutes: int = 0

    def live(self, commands: int) -> Iterator[Happening]:
        """What `commands` attempts led to: three people first, then anything."""
        for number in range(commands):
            if happening := self.do(self._register() if number < 3 else self._anything()):
                yield happening

    def do(self, command: Command) -> Happening | None:
        aggregate = aggregate_of(type(command))
        stream_id = aggregate.stream_id(command)
        try:
            events = tuple(aggregate.decide(command, self.states.get(stream_id)))
        except Refused:
            return None
        if not events:
            return None
        expected = self.versions.get(stream_id, 0)
        for event in events:
            self.states[stream_id] = aggregate.evolve(self.states.get(stream_id), event)
        self.versions[stream_id] = expected + len(events)
        if isinstance(command, user.DeleteUser):
            self.people.remove(command.user_id)
            self.deleted.append(command.user_id)
        return Happening(
            command=command, category=aggregate.category, stream_id=stream_id, expected=expected, events=events
        )

    def _by(self, actor: UUID) -> dict[str, Any]:
        self.minutes += self.chance.randrange(3)  # some things happen in the same minute
        return {"actor": actor, "at": BEGINNING + timedelta(minutes=self.minutes)}

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))

    def _register(self) -> Command:
        person = self._id()
        self.people.append(person)
        role = self.chance.choice(["admin", "member"])
        name = f"Person {len(self.people)}"
        return user.RegisterUser(
            **self._by(person),
            user_id=person,
            email=f"{name}@example.org",
            name=name,
            role=role,
            email_claim=self._id(),
        )

    def _submit(self) -> Command:
        request_id = self._id()
        self.requests.append(request_id)
        media_type = self.chance.choice(["movie", "tv"])
        return request.SubmitRequest(
            **self._by(self.chance.choice(self.people)),
            request_id=request_id,
            media_type=media_type,
            tmdb_id=self.chance.randrange(50),
            is_4k=self.chance.random() < 0.2,
            title=self.chance.choice(['The "Long" Winter', "Élan\\", "a room", "Zebra", "Über alles, {x}"]),
            year=self.chance.choice([None, 1999]),
            poster_path=self.chance.choice([None, "/poster.jpg"]),
            seasons=(1, 2) if media_type == "tv" else (),
            note=self.chance.choice([None, "Please, for the holidays."]),
        )

    def _queue(self) -> Command:
        notification_id = self._id()
        self.notifications.append(notification_id)
        return QueueNotification(
            **self._by(self.chance.choice(self.people)),
            notification_id=notification_id,
            recipient=self.chance.choice(self.people),
            kind="request_available",
            request_id=self.chance.choice([None, *self.requests]),
            title=self.chance.choice([None, "Zebra"]),
            by=self.chance.choice([None, *self.people]),
            seasons=self.chance.choice([(), (1, 2)]),
        )

    def _anything(self) -> Command:
        kinds = ["new", "request", "user", "notification", "upkeep", "way_in"]
        kind = self.chance.choices(kinds, [6, 20, 4, 6, 1, 5])[0]
        if kind == "request" and self.requests:
            return self._to_request()
        if kind == "notification" and self.notifications:
            return self._to_notification()
        if kind == "user" and len(self.people) > 2:
            return self._to_user()
        if kind == "upkeep":
            return self._upkeep()
        if kind == "way_in":
            return at_a_way_in(self.chance, self.states, self.people, self._by(SYSTEM)["at"])
        return self.chance.choice([self._register, self._submit, self._submit, self._queue])()

    def _upkeep(self) -> Command:
        by = self._by(self.chance.choice(self.people))
        parked = {**by, "reaction": self.chance.choice(["tell_people", "hand_on"]), "position": self.minutes}
        return self.chance.choice(
            [
                RetryParked(**parked, attempts=3),
                SkipParked(**parked, reason="Everybody knows by now."),
                AskForRebuild(**by, rebuild_id=self._id(), views=("inbox",)),
                RotateSealKey(**by, key_id=self.minutes),
            ]
        )

    def _to_request(self) -> Command:
        request_id = self.chance.choice(self.requests)
        state = self.states[request_id]
        owner = state.owner if state.owner in self.people else self.people[0]
        one = {**self._by(self.chance.choice([owner, *self.people])), "request_id": request_id}
        seasons = tuple(self.chance.sample(range(4), 2))
        return self.chance.choice(
            [
                request.JoinRequest(**one, seasons=seasons),
                request.ApproveRequest(**one),
                request.ApproveRequest(**one, seasons=(1,)),
                request.RejectRequest(**one, reason="Not now."),
                request.CancelRequest(**one),
                request.ExpireRequest(**one),
                request.ReopenRequest(**one),
                request.RecordHandOver(**one, gateway="overseerr", gateway_id=str(self.minutes)),
                request.RecordFailure(**one, error="No room."),
                request.RetryRequest(**one),
                request.CompleteRequest(**one, seasons=self.chance.choice([None, (1,)])),
                request.RecordLeave(**one),
                request.FollowRequest(**one),
                request.UnfollowRequest(**one),
                request.CommentOnRequest(**one, comment_id=self._id(), text="Yes!"),
            ]
        )

    def _to_user(self) -> Command:
        someone, actor = self.chance.sample(self.people, 2)
        one = {**self._by(actor), "user_id": someone}
        return self.chance.choice(
            [
                user.RenameUser(**one, name="Somebody else"),
                user.ChooseLanguage(**one, language=self.chance.choice([None, "de"]), region="DE"),
                user.ChangeRole(**one, role="member"),
                user.SuspendUser(**one, reason="Shared the password."),
                user.ReinstateUser(**one),
                user.GrantPermission(**one, permission="request_4k"),
                user.RevokePermission(**one, permission="request"),
                user.SetQuota(**one, limits=QuotaLimits(movie_limit=2)),
                OpenSession(**one, session_id=self._id(), method="password", device="A telephone"),
                user.DeleteUser(**one),
            ]
        )

    def _to_notification(self) -> Command:
        notification_id = self.chance.choice(self.notifications)
        recipient = self.states[notification_id].recipient
        one = {**self._by(recipient), "notification_id": notification_id}
        return self.chance.choice([MarkDelivered, MarkRead, Archive])(**one)


def recorded_history(seed: int, commands: int) -> tuple[House, list[Recorded]]:
    """A life as the log would hold it, positions from 1."""
    house = House(random.Random(seed))
    history: list[Recorded] = []
    for happening in house.live(commands):
        for number, event in enumerate(happening.events, happening.expected + 1):
            history.append(
                a_record(event, happening.category, happening.stream_id, number, len(history) + 1, happening)
            )
    return house, history


def a_record(
    event: Event, category: str, stream_id: UUID, version: int, position: int, happening: Happening
) -> Recorded:
    return Recorded(
        position=position,
        category=category,
        stream_id=stream_id,
        version=version,
        event=event,
        event_id=UUID(int=position),
        actor=happening.command.actor,
        session_id=None,
        correlation_id="click",
        causation_id=None,
        occurred_at=happening.command.at,
        recorded_at=BEGINNING + timedelta(seconds=position),
    )
