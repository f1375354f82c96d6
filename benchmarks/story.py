"""The months of a made-up house: who arrives, asks, decides, comments and is told, the same for the same seed."""

import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from benchmarks.agenda import DAY, HOUR, Agenda
from benchmarks.books import Books
from benchmarks.words import COMMENTS, DEVICES, NOTES, REASONS, person_name, title_name
from medianest.adapters.eventlog.rows import event_id
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.limits import MediaType, QuotaLimits
from medianest.domain.media_request import commands as request
from medianest.domain.media_request.events import RequestEvent
from medianest.domain.notification import Archive, MarkDelivered, MarkRead, QueueNotification
from medianest.domain.request_workflow import AskForTitle
from medianest.domain.routing import recipients
from medianest.domain.user import commands as user
from medianest.domain.user.vocabulary import Permission
from medianest.ports.event_log import Append, Context

AT_ONCE: Final = 24
"""People who are there in the first hour; the others come over the months."""
MANAGERS: Final = 2
TITLES: Final = 100_000


class Entry(NamedTuple):
    """An append, and when the log took it."""

    append: Append
    recorded_at: datetime


class Story:
    """Iterate over it for what happens in a house of so many `people`, in order and without end.

    `email_claim` makes the id of the claim on an address.
    """

    def __init__(self, seed: int, people: int, email_claim: Callable[[str], UUID]) -> None:
        self._chance = random.Random(seed)
        self._books = Books(self._chance)
        self._email_claim = email_claim
        self._agenda = Agenda[Entry]()
        self._people: list[UUID] = []
        self._sessions: dict[UUID, UUID] = {}
        self._wishes: defaultdict[UUID, list[UUID]] = defaultdict(list)
        self._unread: defaultdict[UUID, list[UUID]] = defaultdict(list)
        self._recent: deque[UUID] = deque(maxlen=200)
        for number in range(people):
            arrival = 60.0 * number if number < AT_ONCE else self._chance.uniform(0, 90 * DAY)
            self._agenda.plan(arrival, self._arrive, number)
        self._agenda.plan(DAY, self._keep_house)

    def __iter__(self) -> Iterator[Entry]:
        return self._agenda.run()

    def _click(self, actor: UUID) -> Context:
        return Context(correlation_id=f"{self._chance.getrandbits(128):032x}", session_id=self._sessions.get(actor))

    def _by(self, actor: UUID) -> dict[str, Any]:
        return {"actor": actor, "at": self._agenda.at}

    def _do(self, context: Context, *commands: Command) -> Iterator[Entry]:
        yield from self._entered(self._books.run(commands, context))

    def _entered(self, append: Append | None) -> Iterator[Entry]:
        """The append, and what MediaNest does about it at once; what takes longer is planned."""
        if append is None:
            return
        self._agenda.pass_time(0.01)
        yield Entry(append, self._agenda.at)
        events = [event for write in append.writes for event in write.events]
        for number, event in enumerate(events):
            if isinstance(event, RequestEvent):
                cause = event_id(append.command_id, number)
                thread = Context(correlation_id=append.context.correlation_id, causation_id=cause)
                self._follow_up(event, thread)
                yield from self._tell(event, append.actor, thread)

    def _follow_up(self, event: RequestEvent, thread: Context) -> None:
        match event.tag:
            case "media_request.submitted" | "media_request.seasons_added":
                self._recent.append(event.request_id)
                self._agenda.plan(self._chance.expovariate(1 / (6 * HOUR)), self._decide, event.request_id)
            case "media_request.approved" | "media_request.retried":
                self._agenda.plan(2.0, self._hand_over, event.request_id, thread)
            case "media_request.handed_on":
                self._agenda.plan(self._chance.expovariate(1 / DAY), self._deliver, event.request_id)
            case "media_request.failed":
                self._agenda.plan(self._chance.expovariate(1 / (12 * HOUR)), self._retry, event.request_id)

    def _tell(self, event: RequestEvent, actor: UUID, thread: Context) -> Iterator[Entry]:
        state = self._books.state(event.request_id)
        told = recipients(event, state, self._people[:MANAGERS], actor)
        news = [
            QueueNotification(
                **self._by(SYSTEM),
                notification_id=uuid5(thread.causation_id or event.request_id, str(person)),
                recipient=person,
                kind=kind,
                request_id=event.request_id,
                title=state.title,
                by=None if actor == SYSTEM else actor,
                seasons=tuple(getattr(event, "seasons", ())),
            )
            for person, kind in told.items()
        ]
        queued = self._books.run(news, thread) if news else None
        if queued is None:
            return
        self._agenda.pass_time(0.01)
        yield Entry(queued, self._agenda.at)
        for number, item in enumerate(news):
            cause = event_id(queued.command_id, number)
            delivery = Context(correlation_id=thread.correlation_id, causation_id=cause)
            yield from self._do(delivery, MarkDelivered(**self._by(SYSTEM), notification_id=item.notification_id))
            self._unread[item.recipient].append(item.notification_id)

    def _arrive(self, number: int) -> Iterator[Entry]:
        person, name = self._books.new_id(), person_name(number)
        email = f"{name.lower().replace(' ', '.')}.{number}@example.org"
        granted: set[Permission] = {"request"}
        if number % 10 == 0:
            granted.add("auto_approve")
        if number % 4:
            granted.add("request_4k")
        self._people.append(person)
        admin = self._people[0]
        registration = user.RegisterUser(
            **self._by(admin),
            user_id=person,
            email=email,
            name=name,
            role="admin" if number < MANAGERS else "member",
            email_claim=self._email_claim(email),
            permissions=frozenset(granted),
        )
        yield from self._do(self._click(admin), registration)
        self._agenda.plan(self._chance.uniform(0, HOUR), self._evening, person)

    def _evening(self, person: UUID) -> Iterator[Entry]:
        """Somebody looks in: signs in now and then, reads what is new, and often asks for something."""
        if self._books.state(person).is_deleted:
            return
        if person not in self._sessions or self._chance.random() < 0.3:
            self._sessions[person] = session = self._books.new_id()
            one = {**self._by(person), "user_id": person, "session_id": session}
            sign_in = user.RecordSignIn(**one, device=self._chance.choice(DEVICES))
            yield from self._do(self._click(person), sign_in)
        unread = self._unread.pop(person, [])
        for start in range(0, len(unread), 20):
            page = unread[start : start + 20]
            yield from self._do(self._click(person), *(MarkRead(**self._by(person), notification_id=n) for n in page))
            away = self._chance.sample(page, len(page) // 3)
            yield from self._do(self._click(person), *(Archive(**self._by(person), notification_id=n) for n in away))
            for notification_id in page:
                self._books.close(notification_id)
        if self._chance.random() < 0.6:
            yield from self._ask(person)
        if self._recent and self._chance.random() < 0.2:
            yield from self._join_in(person, self._chance.choice(self._recent))
        self._agenda.plan(self._chance.expovariate(1 / (1.2 * DAY)), self._evening, person)

    def _ask(self, person: UUID) -> Iterator[Entry]:
        tmdb_id = 1 + int(TITLES * self._chance.random() ** 3)  # some titles are wanted by many
        media_type: MediaType = "tv" if tmdb_id % 3 == 0 else "movie"
        wish = AskForTitle(
            **self._by(person),
            request_id=self._books.new_id(),
            media_type=media_type,
            tmdb_id=tmdb_id,
            is_4k=self._chance.random() < 0.15,
            title=title_name(tmdb_id),
            year=1950 + tmdb_id % 76,
            poster_path=f"/{tmdb_id:x}.jpg",
            seasons=tuple(range(1, 2 + self._chance.randrange(4))) if media_type == "tv" else (),
            note=self._chance.choice(NOTES) if self._chance.random() < 0.2 else None,
        )
        self._wishes[person].append(wish.request_id)
        yield from self._entered(self._books.ask(wish, self._click(person)))

    def _join_in(self, person: UUID, request_id: UUID) -> Iterator[Entry]:
        one = {**self._by(person), "request_id": request_id}
        if self._chance.random() < 0.5:
            yield from self._do(self._click(person), request.FollowRequest(**one))
        else:
            text = self._chance.choice(COMMENTS)
            comment = request.CommentOnRequest(**one, comment_id=self._books.new_id(), text=text)
            yield from self._do(self._click(person), comment)

    def _decide(self, request_id: UUID) -> Iterator[Entry]:
        kind = self._chance.choices(["approve", "reject", "cancel", "expire"], [88, 7, 3, 2])[0]
        state = self._books.state(request_id)
        actor = {"cancel": state.owner, "expire": SYSTEM}.get(kind, self._chance.choice(self._people[:MANAGERS]))
        one = {**self._by(actor), "request_id": request_id}
        order: Command = request.ApproveRequest(**one)
        if kind == "reject":
            order = request.RejectRequest(**one, reason=self._chance.choice(REASONS))
        elif kind != "approve":
            order = request.CancelRequest(**one) if kind == "cancel" else request.ExpireRequest(**one)
        yield from self._do(self._click(actor), order)

    def _hand_over(self, request_id: UUID, thread: Context) -> Iterator[Entry]:
        one = {**self._by(SYSTEM), "request_id": request_id}
        gateway_id = str(self._chance.randrange(10**6))
        yield from self._do(thread, request.RecordHandOver(**one, gateway="overseerr", gateway_id=gateway_id))

    def _deliver(self, request_id: UUID) -> Iterator[Entry]:
        """What was handed on has come, or a part of it, or it never will."""
        state, one = self._books.state(request_id), {**self._by(SYSTEM), "request_id": request_id}
        if not (awaited := state.numbers("handed_on")):
            return
        if self._chance.random() < 0.05:
            yield from self._do(self._click(SYSTEM), request.RecordFailure(**one, error="No release was found."))
            return
        arrived = awaited[: self._chance.randint(1, len(awaited))]
        yield from self._do(self._click(SYSTEM), request.CompleteRequest(**one, seasons=state.seasons(arrived) or None))
        if len(arrived) < len(awaited):
            self._agenda.plan(self._chance.expovariate(1 / DAY), self._deliver, request_id)

    def _retry(self, request_id: UUID) -> Iterator[Entry]:
        manager = self._chance.choice(self._people[:MANAGERS])
        yield from self._do(self._click(manager), request.RetryRequest(**self._by(manager), request_id=request_id))

    def _keep_house(self) -> Iterator[Entry]:
        """An administrator sees to somebody's account; now and then somebody leaves for good."""
        self._agenda.plan(30 * DAY / len(self._people), self._keep_house)
        admin = self._people[0]
        person = self._chance.choice(self._people[MANAGERS:] or self._people)
        one = {**self._by(admin), "user_id": person}
        limits = QuotaLimits(movie_limit=self._chance.randint(5, 20), season_limit=20)
        orders: list[Command] = [
            user.RenameUser(**one, name=person_name(self._chance.randrange(10**6))),
            user.GrantPermission(**one, permission="download"),
            user.SetQuota(**one, limits=limits),
            user.SuspendUser(**one, reason="Shared the password."),
            user.ReinstateUser(**one),
            user.DeleteUser(**one),
        ]
        (order,) = self._chance.choices(orders, [4, 4, 4, 1, 8, 1])
        yield from self._do(self._click(admin), order)
        if isinstance(order, user.DeleteUser):
            for request_id in self._wishes.pop(person, []):
                leaving = request.CancelRequest(**self._by(person), request_id=request_id)
                yield from self._do(self._click(SYSTEM), leaving)
