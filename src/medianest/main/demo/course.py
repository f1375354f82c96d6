"""What becomes of the requests of a made-up house: who decides when, and what then comes of it."""

from collections import deque
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.media_request import commands as request
from medianest.domain.media_request.events import RequestEvent
from medianest.domain.media_request.vocabulary import CLOSED, RequestStatus
from medianest.main.demo.agenda import DAY, HOUR
from medianest.main.demo.chronicle import MANAGERS, Chronicle, Entry
from medianest.main.demo.words import REASONS
from medianest.ports.event_log import Context

DECISIONS: Final[dict[RequestStatus, int]] = {"approved": 88, "rejected": 7, "cancelled": 3, "expired": 2}
"""How often each, of a hundred."""


class Course:
    """Plans what happens next to every request. `fates` names those that stop at a status; the others are left to
    chance."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle
        self._chance = chronicle.chance
        self._agenda = chronicle.agenda
        self._handed_on = 0
        self.fates: dict[UUID, RequestStatus] = {}
        self.recent: deque[UUID] = deque(maxlen=200)
        """Requests that somebody may come upon."""
        chronicle.follow_up = self._follow_up

    def _follow_up(self, event: RequestEvent, thread: Context) -> None:
        plan, fate = self._agenda.plan, self.fates.get(event.request_id)
        match event.tag:
            case "media_request.submitted" | "media_request.seasons_added":
                if fate != "cancelled":  # with a follower it would pass on to them instead
                    self.recent.append(event.request_id)
                if fate != "pending":
                    plan(self._pause(6 * HOUR, fate), self._decide, event.request_id)
            case "media_request.approved" | "media_request.retried":
                if fate != "approved":
                    plan(2.0, self._hand_over, event.request_id, thread)
            case "media_request.handed_on":
                if fate != "handed_on":
                    plan(self._pause(DAY, fate), self._deliver, event.request_id)
            case "media_request.failed":
                if fate != "failed":
                    plan(self._pause(12 * HOUR, fate), self._retry, event.request_id)

    def _pause(self, mean: float, fate: RequestStatus | None) -> float:
        """Seconds; what has its fate gets there for certain."""
        return self._chance.expovariate(1 / mean) if fate is None else mean / 6

    def _decide(self, request_id: UUID) -> Iterator[Entry]:
        fate = self.fates.get(request_id)
        (kind,) = self._chance.choices(list(DECISIONS), list(DECISIONS.values()))
        if fate is not None:
            kind = fate if fate in CLOSED else "approved"
        state = self._chronicle.books.state(request_id)
        manager = self._chance.choice(self._chronicle.people[:MANAGERS])
        actor = {"cancelled": state.owner, "expired": SYSTEM}.get(kind, manager)
        one = {**self._chronicle.by(actor), "request_id": request_id}
        order: Command = request.ApproveRequest(**one)
        if kind == "rejected":
            order = request.RejectRequest(**one, reason=self._chance.choice(REASONS))
        elif kind != "approved":
            order = request.CancelRequest(**one) if kind == "cancelled" else request.ExpireRequest(**one)
        yield from self._chronicle.do(self._chronicle.click(actor), order)

    def _hand_over(self, request_id: UUID, thread: Context) -> Iterator[Entry]:
        one = {**self._chronicle.by(SYSTEM), "request_id": request_id}
        self._handed_on += 1
        order = request.RecordHandOver(**one, gateway="overseerr", gateway_id=str(self._handed_on))
        yield from self._chronicle.do(thread, order)

    def _deliver(self, request_id: UUID) -> Iterator[Entry]:
        """What was handed on has come, or a part of it, or it never will."""
        fate, state = self.fates.get(request_id), self._chronicle.books.state(request_id)
        one, click = {**self._chronicle.by(SYSTEM), "request_id": request_id}, self._chronicle.click(SYSTEM)
        if not (awaited := state.numbers("handed_on")):
            return
        if fate == "failed" or (fate is None and self._chance.random() < 0.05):
            yield from self._chronicle.do(click, request.RecordFailure(**one, error="No release was found."))
            return
        count = {None: self._chance.randint(1, len(awaited)), "partially_available": 1}.get(fate, len(awaited))
        arrived = awaited[:count]
        order = request.CompleteRequest(**one, seasons=state.seasons(arrived) or None)
        yield from self._chronicle.do(click, order)
        if fate is None and len(arrived) < len(awaited):
            self._agenda.plan(self._pause(DAY, None), self._deliver, request_id)

    def _retry(self, request_id: UUID) -> Iterator[Entry]:
        manager = self._chance.choice(self._chronicle.people[:MANAGERS])
        order = request.RetryRequest(**self._chronicle.by(manager), request_id=request_id)
        yield from self._chronicle.do(self._chronicle.click(manager), order)
