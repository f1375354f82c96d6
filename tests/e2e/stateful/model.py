"""What may be true of a house, told by the rows of its log alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.e2e.stateful.vocabulary import CLOSED, OPEN, STEPS, Person, Request, Row, Title


@dataclass
class Model:
    """`add` takes the rows of one append. Streams of others than this house are not its business."""

    people: dict[UUID, Person] = field(default_factory=dict)
    requests: dict[UUID, Request] = field(default_factory=dict)
    claims: dict[UUID, UUID] = field(default_factory=dict)
    library: dict[Title, set[int]] = field(default_factory=lambda: defaultdict(set))
    emails: dict[str, UUID] = field(default_factory=dict)
    spent: dict[UUID, dict[tuple[UUID, int], tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(dict))
    news: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    last: tuple[int, datetime | None] = (0, None)

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._in_order(row)
            match row.category:
                case "user":
                    self._of_user(row)
                case "email_claim":
                    self._of_email(row)
                case "media_request":
                    self._of_request(row)
                case "title_claim":
                    self._of_title(row)
                case "quota":
                    self._of_quota(row)
                case "notification":
                    self._of_news(row)

    def live(self, title: Title) -> UUID | None:
        found = [request_id for request_id, request in self.requests.items() if request.title == title]
        live = [request_id for request_id in found if self.requests[request_id].is_live]
        assert len(live) <= 1, f"{len(live)} live requests for {title}"
        return live[0] if live else None

    def room(self, person: UUID, media_type: str, now: datetime) -> float:
        """How many more of a kind somebody may ask for."""
        kind = "movie" if media_type == "movie" else "season"
        limits = self.people[person].limits
        if "manage_requests" in self.people[person].may or limits.get(f"{kind}_limit") is None:
            return float("inf")
        since = now - timedelta(days=limits[f"{kind}_days"])
        taken = [at for spent_on, at in self.spent[person].values() if spent_on == media_type and at > since]
        return int(limits[f"{kind}_limit"]) - len(taken)

    def check(self) -> None:
        """What holds between any two appends."""
        held = {request_id for request_id in self.claims.values() if request_id in self.requests}
        assert held == {request_id for request_id, request in self.requests.items() if request.is_live}
        for title in {request.title for request in self.requests.values()}:
            self.live(title)
        wanted: dict[UUID, set[tuple[UUID, int]]] = defaultdict(set)
        for request_id, request in self.requests.items():
            assert len(set(request.people)) == len(request.people)
            for number in set(request.parts) - set(request.numbers(*CLOSED)):
                wanted[request.asked_by[number]].add((request_id, number))
        for person in self.people:
            assert set(self.spent[person]) == wanted[person], "a quota holds what was asked for and may still come"
        holders = {person.email: user_id for user_id, person in self.people.items() if not person.is_deleted}
        assert self.emails == holders
        assert len(holders) == sum(not person.is_deleted for person in self.people.values())

    def administrators(self) -> list[UUID]:
        return [user_id for user_id, person in self.people.items() if person.role == "admin" and person.is_welcome]

    def _in_order(self, row: Row) -> None:
        position, recorded_at = self.last
        assert row.position > position
        assert recorded_at is None or row.recorded_at >= recorded_at
        assert row.version == self.versions.get(row.stream, 0 if row.version == 1 else row.version - 1) + 1
        self.last = row.position, row.recorded_at
        self.versions[row.stream] = row.version

    def _welcome(self, user_id: UUID) -> Person:
        person = self.people[user_id]
        assert person.is_welcome, "somebody acts who was suspended or deleted before"
        return person

    def _of_user(self, row: Row) -> None:
        if row.word == "registered":
            assert row.stream not in self.people
            granted = set(row.body["permissions"])
            self.people[row.stream] = Person(row.body["role"], granted, row.body["email_claim"])
            return
        if row.stream not in self.people:
            return
        person = self.people[row.stream]
        assert not person.is_deleted
        match row.word:
            case "role_changed":
                person.role = row.body["role"]
            case "suspended":
                assert not person.is_suspended
                person.is_suspended = True
            case "reinstated":
                assert person.is_suspended
                person.is_suspended = False
            case "permission_granted":
                assert row.body["permission"] not in person.granted
                person.granted.add(row.body["permission"])
            case "permission_revoked":
                person.granted.remove(row.body["permission"])
            case "quota_set":
                person.limits = row.body["limits"]
            case "deleted":
                person.is_deleted = True

    def _of_email(self, row: Row) -> None:
        user_id = UUID(row.body["user_id"])
        if user_id not in self.people:
            return
        if row.word == "claimed":
            assert str(row.stream) not in self.emails
            self.emails[str(row.stream)] = user_id
        else:
            assert self.emails.pop(str(row.stream)) == user_id

    def _of_title(self, row: Row) -> None:
        request_id = UUID(row.body["request_id"])
        if row.word == "claimed":
            assert row.stream not in self.claims
            self.claims[row.stream] = request_id
        elif row.stream in self.claims:
            assert self.claims.pop(row.stream) == request_id
            self.library[self.requests[request_id].title] |= set(row.body["available"])

    def _of_request(self, row: Row) -> None:
        body = row.body
        if row.word == "submitted":
            owner = UUID(body["requested_by"])
            assert "request" in self._welcome(owner).may
            title = (body["media_type"], body["tmdb_id"], body["is_4k"])
            numbers = _numbers(title, body)
            self.requests[row.stream] = Request(
                title, owner, dict.fromkeys(numbers, "pending"), dict.fromkeys(numbers, owner)
            )
            return
        if row.stream not in self.requests:
            return
        request = self.requests[row.stream]
        match row.word:
            case "seasons_added":
                asked_by = UUID(body["asked_by"])
                self._welcome(asked_by)
                for number in body["seasons"]:
                    assert request.parts.get(number) in CLOSED | {None}
                    request.parts[number], request.asked_by[number] = "pending", asked_by
            case "followed":
                self._welcome(UUID(body["user_id"]))
                request.followers.append(UUID(body["user_id"]))
            case "unfollowed":
                request.followers.remove(UUID(body["user_id"]))
            case "owner_changed":
                self._handed_over(request, UUID(body["owner"]), UUID(body["previous"]), is_charged=body["is_charged"])
            case word if word in STEPS:
                before, after = STEPS[word]
                for number in _numbers(request.title, body):
                    assert request.parts[number] in before
                    request.parts[number] = after

    def _handed_over(self, request: Request, owner: UUID, previous: UUID, *, is_charged: bool) -> None:
        assert previous == request.owner
        request.owner = owner
        request.followers.remove(owner)
        for number in request.numbers(*OPEN):
            if is_charged and request.asked_by[number] == previous:
                request.asked_by[number] = owner

    def _of_quota(self, row: Row) -> None:
        user_id, request_id, parts = UUID(row.body["user_id"]), UUID(row.body["request_id"]), row.body["parts"]
        if user_id not in self.people:
            return
        spent = self.spent[user_id]
        if row.word == "refunded":
            for part in parts:
                del spent[request_id, part]
            return
        kind, at = row.body["media_type"], datetime.fromisoformat(row.body["at"])
        assert len(parts) <= self.room(user_id, kind, at), "more was spent than the quota has room for"
        for part in parts:
            assert (request_id, part) not in spent
            spent[request_id, part] = kind, at

    def _of_news(self, row: Row) -> None:
        """Told once, delivered once, read once."""
        recipient, status = self.news.get(row.stream, (UUID(row.body["recipient"]), None))
        if recipient not in self.people:
            return
        order = [None, "queued", "delivered", "read", "archived"]
        assert order.index(row.word) > order.index(status)
        assert (row.word == "queued") == (status is None)
        self.news[row.stream] = recipient, row.word


def _numbers(title: Title, body: dict[str, Any]) -> list[int]:
    return [0] if title[0] == "movie" else list(body["seasons"])
