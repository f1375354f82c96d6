"""The months of a made-up house: who arrives, asks, comments and reads, the same for the same seed."""

import random
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from medianest.adapters.standin.titles import title
from medianest.domain.kernel import Command
from medianest.domain.limits import MediaType, QuotaLimits
from medianest.domain.media_request import commands as request
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.domain.notification import Archive, MarkRead
from medianest.domain.request_workflow import AskForTitle
from medianest.domain.session import OpenSession
from medianest.domain.user import commands as user
from medianest.domain.user.vocabulary import Permission
from medianest.main.demo.agenda import DAY, HOUR
from medianest.main.demo.chronicle import MANAGERS, Chronicle, Entry
from medianest.main.demo.course import Course
from medianest.main.demo.house import House, Order, Wanted, Wish
from medianest.main.demo.words import COMMENTS, DEVICES, NOTES, address, person_name

AT_ONCE: Final = 24
"""People beside the cast who are there in the first hour; the others come over the months."""


class Story:
    """Iterate over it for what happens in the house, in order: until its end, or without one.

    `email_claim` makes the id of the claim on an address.
    """

    def __init__(self, seed: int, house: House, email_claim: Callable[[str], UUID]) -> None:
        self._house = house
        self._email_claim = email_claim
        self._chance = random.Random(seed)  # noqa: S311 - a story, and no secret
        self._chronicle = Chronicle(self._chance, house.beginning)
        self._course = Course(self._chronicle)
        self._agenda = self._chronicle.agenda
        self.ids = [self._chronicle.books.new_id() for _ in range(house.people)]
        """Of everybody, by their number."""
        self._others: list[UUID] = []
        for number in range(house.people):
            self._agenda.plan(self._arrival(number), self._arrive, number)
        self._agenda.plan(DAY, self._keep_house)
        for scene in house.script:
            play = self._wish if isinstance(scene, Wish) else self._order
            self._agenda.plan(house.seconds_until(scene.days_before), play, scene)

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._agenda.run():
            if self._house.ending is not None and entry.recorded_at > self._house.ending:
                return
            yield entry

    def _arrival(self, number: int) -> float:
        if number < len(self._house.cast):
            return self._house.cast[number].came * DAY + 60.0 * number
        return 60.0 * number if number < AT_ONCE else self._chance.uniform(0, self._house.arriving)

    def _arrive(self, number: int) -> Iterator[Entry]:
        person, email = self.ids[number], address(number)
        self._chronicle.people.append(person)
        if number >= max(MANAGERS, len(self._house.cast)):
            self._others.append(person)
        admin = self.ids[0]
        registration = user.RegisterUser(
            **self._chronicle.by(admin),
            user_id=person,
            email=email,
            name=person_name(number),
            role="admin" if number == 0 else "member",
            email_claim=self._email_claim(email),
            permissions=self._permissions(number),
        )
        yield from self._chronicle.do(self._chronicle.click(admin), registration)
        self._agenda.plan(self._chance.uniform(0, HOUR), self._evening, person)

    def _permissions(self, number: int) -> frozenset[Permission]:
        if number < len(self._house.cast):
            return self._house.cast[number].permissions
        granted: set[Permission] = {"request"}
        if number < MANAGERS:
            granted.add("manage_requests")
        if number % 10 == 0:
            granted.add("auto_approve")
        if number % 4:
            granted.add("request_4k")
        return frozenset(granted)

    def _evening(self, person: UUID) -> Iterator[Entry]:
        """Somebody looks in: signs in now and then, reads what is new, and often asks for something."""
        account = self._chronicle.books.state(person)
        if account.is_deleted or account.is_suspended:
            if account.is_suspended:  # perhaps they may come in again later
                self._agenda.plan(self._house.visits, self._evening, person)
            return
        sessions = self._chronicle.sessions
        if person not in sessions or self._chance.random() < 0.3:
            sessions[person] = session = self._chronicle.books.new_id()
            one = {**self._chronicle.by(person), "user_id": person, "session_id": session}
            sign_in = OpenSession(**one, method="password", device=self._chance.choice(DEVICES))
            yield from self._chronicle.do(self._chronicle.click(person), sign_in)
        yield from self._read(person)
        if self._chance.random() < 0.6:
            yield from self._ask(person)
        if self._course.recent and self._chance.random() < 0.2:
            yield from self._join_in(person, self._chance.choice(self._course.recent))
        self._agenda.plan(self._chance.expovariate(1 / self._house.visits), self._evening, person)

    def _read(self, person: UUID) -> Iterator[Entry]:
        do, click, by = self._chronicle.do, self._chronicle.click, self._chronicle.by
        unread = self._chronicle.unread.pop(person, [])
        for start in range(0, len(unread), 20):
            page = unread[start : start + 20]
            yield from do(click(person), *(MarkRead(**by(person), notification_id=n) for n in page))
            away = self._chance.sample(page, len(page) // 3)
            yield from do(click(person), *(Archive(**by(person), notification_id=n) for n in away))
            for notification_id in page:
                self._chronicle.books.close(notification_id)

    def _ask(self, person: UUID) -> Iterator[Entry]:
        media_type: MediaType = "tv" if self._chance.random() < 1 / 3 else "movie"
        place = int(self._house.titles * self._chance.random() ** 3)  # some titles are wanted by many
        what = Wanted(
            media_type,
            self._house.first_title + place,
            is_4k=self._chance.random() < 0.15,
            note=self._chance.choice(NOTES) if self._chance.random() < 0.2 else None,
            seasons=1 + self._chance.randrange(4),
        )
        yield from self._want(person, what, None)

    def _want(self, person: UUID, what: Wanted, fate: RequestStatus | None) -> Iterator[Entry]:
        found = title(what.tmdb_id, is_film=what.media_type == "movie")
        if found is None:
            raise LookupError(f"the metadata stand-in knows no {what.media_type} {what.tmdb_id}")
        wish = AskForTitle(
            **self._chronicle.by(person),
            request_id=self._chronicle.books.new_id(),
            media_type=what.media_type,
            tmdb_id=what.tmdb_id,
            is_4k=what.is_4k,
            title=found.name,
            year=found.year,
            poster_path=found.poster_path,
            seasons=tuple(range(1, 1 + min(what.seasons, len(found.seasons)))),
            note=what.note,
        )
        if fate is not None:
            self._course.fates[wish.request_id] = fate
        append = self._chronicle.books.ask(wish, self._chronicle.click(person))
        yield from self._chronicle.entered(append)

    def _join_in(self, person: UUID, request_id: UUID) -> Iterator[Entry]:
        if self._chance.random() < 0.5:
            follow = request.FollowRequest(**self._chronicle.by(person), request_id=request_id)
            yield from self._chronicle.do(self._chronicle.click(person), follow)
        else:
            yield from self._comment(person, request_id, self._chance.choice(COMMENTS))

    def _comment(self, person: UUID, request_id: UUID, text: str) -> Iterator[Entry]:
        one = {**self._chronicle.by(person), "request_id": request_id}
        comment = request.CommentOnRequest(**one, comment_id=self._chronicle.books.new_id(), text=text)
        yield from self._chronicle.do(self._chronicle.click(person), comment)

    def _wish(self, scene: Wish) -> Iterator[Entry]:
        """Whoever joins asks for the same, a little later, as people do who did not look first."""
        yield from self._want(self.ids[scene.who], scene.what, scene.fate)
        request_id = next(reversed(self._course.fates))
        for number, other in enumerate(scene.joined_by, start=1):
            self._agenda.plan(number * HOUR / 4, self._want, self.ids[other], scene.what._replace(note=None), None)
        for number, (other, text) in enumerate(scene.comments, start=1):
            self._agenda.plan(number * HOUR / 3, self._comment, self.ids[other], request_id, text)

    def _order(self, scene: Order) -> Iterator[Entry]:
        one = {**self._chronicle.by(self.ids[0]), "user_id": self.ids[scene.whom]}
        yield from self._see_to(scene.command(**one, **scene.fields))

    def _keep_house(self) -> Iterator[Entry]:
        """The administrator sees to somebody's account; now and then somebody leaves for good."""
        self._agenda.plan(30 * DAY / len(self._chronicle.people), self._keep_house)
        if not self._others:
            return
        admin, person = self.ids[0], self._chance.choice(self._others)
        one = {**self._chronicle.by(admin), "user_id": person}
        limits = QuotaLimits(movie_limit=self._chance.randint(5, 20), season_limit=20)
        orders: list[user.UserCommand] = [
            user.RenameUser(**one, name=person_name(self._chance.randrange(10**6))),
            user.GrantPermission(**one, permission="download"),
            user.SetQuota(**one, limits=limits),
            user.SuspendUser(**one, reason="Shared the password."),
            user.ReinstateUser(**one),
            user.DeleteUser(**one),
        ]
        (order,) = self._chance.choices(orders, [4, 4, 4, 1, 8, 1])
        yield from self._see_to(order)

    def _see_to(self, order: Command) -> Iterator[Entry]:
        """Who is deleted leaves every request, as MediaNest sees to it."""
        yield from self._chronicle.do(self._chronicle.click(order.actor), order)
        if isinstance(order, user.DeleteUser):
            person = order.user_id
            for request_id in self._chronicle.theirs.pop(person, {}):
                one = {**self._chronicle.by(person), "request_id": request_id}
                is_owner = self._chronicle.books.state(request_id).owner == person
                leaving: Command = request.CancelRequest(**one) if is_owner else request.UnfollowRequest(**one)
                yield from self._chronicle.do(self._chronicle.click(order.actor), leaving)
