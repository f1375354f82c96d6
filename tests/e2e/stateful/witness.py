"""Who watches: after every step, the rows recorded and the answers given have to explain one another.

The rows of the log are one order in which everything happened. Whoever was answered yes must have had the right to
that answer at the very place where their rows stand; whoever was answered no, or "already so", at some moment between
the call and its answer, and no row came of it. The door and what is looked up in views may be as far behind as the
moment at which both sides last agreed.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from tests.e2e.stateful.answers import at_the_door, decided
from tests.e2e.stateful.model import Model
from tests.e2e.stateful.sides import Answer, Call, Sides
from tests.e2e.stateful.vocabulary import Row, appends

TOO_BUSY = (503, "too_busy")
LOOKS_AT_VIEWS = ("delete", "undo")
"""What is decided also by views: who else is an administrator, and what was undone."""


class Witness:
    """`position` is where the log stood when it was last looked at; the model speaks of that moment."""

    def __init__(self, sides: Sides, position: int) -> None:
        self.model = Model()
        self.seen: list[Row] = []
        self._sides = sides
        self._position = position
        self._since: list[Model] = []

    def all_agree(self) -> None:
        """From here on no side may believe what was before."""
        self._since = []

    async def look(self, asked: Sequence[tuple[Call, Answer]] = ()) -> None:
        """Take in what was recorded since, and judge the answers to what was asked meanwhile."""
        rows = await self._sides.rows(self._position)
        moments = [deepcopy(self.model)]
        places: dict[Any, int] = {}
        for appended in appends(rows):
            session = appended[0].session
            assert session is None or session not in places, "one call, one append"
            self.model.add(appended)
            self.model.check()
            assert self.model.administrators(), "a house without an administrator"
            places[session] = len(moments)
            moments.append(deepcopy(self.model))
            self._position = appended[-1].position
        self.seen.extend(rows)
        for call, answer in asked:
            mine = [row for row in rows if row.session == answer.session]
            if mine:
                assert answer.position == mine[-1].position, (call, answer)
                place = places[answer.session]
                self._was_right(call, answer, [*self._since, *moments[:place]], moments[place])
            else:
                assert answer.position is None, (call, answer)
                self._might_be(call, answer, moments)
        self._since += moments

    def _was_right(self, call: Call, answer: Answer, earlier: Sequence[Model], after: Model) -> None:
        """Something was recorded: then it was allowed there, and the answer shows what came of it."""
        now = self._sides.clock.now()
        said = (answer.status, answer.code)
        assert any(at_the_door(model, call) is None for model in earlier), (call, answer)
        assert said in decided(earlier[-1], call, now), (call, answer, decided(earlier[-1], call, now))
        match call.verb:
            case "change":
                _shows(call.about["change"], answer.body)
            case "register" | "delete" | "read_all" | "undo":
                pass
            case _:
                [request_id] = [key for key in after.requests if str(key) == answer.body["id"]]
                request = after.requests[request_id]
                assert answer.body["status"] == request.status, (call, answer)
                assert answer.body["followers"] == len(request.followers), (call, answer)
                assert answer.body["version"] == after.versions[request_id], (call, answer)

    def _might_be(self, call: Call, answer: Answer, moments: Sequence[Model]) -> None:
        """Nothing was recorded: there was a moment at which that was the right answer."""
        said = (answer.status, answer.code)
        if said == TOO_BUSY:
            return
        now = self._sides.clock.now()
        right: set[tuple[int, str]] = set()
        is_in = False
        for model in self._since:
            at_door = at_the_door(model, call)
            right |= {at_door} if at_door else set()
            is_in = is_in or not at_door
        if is_in and call.verb in LOOKS_AT_VIEWS:
            since = [model for model in self._since if call.about.get("target", call.who) in model.people]
            right.update(said for model in since for said in decided(model, call, now))
        for model in moments:
            if at_door := at_the_door(model, call):
                right.add(at_door)
            is_in = is_in or not at_door
            if is_in:
                right.update(decided(model, call, now))
        assert said in right, (call, answer, right)


def _shows(change: Any, body: Any) -> None:
    for name, value in change.items():
        match name:
            case "suspended":
                assert body["isSuspended"] == value
            case "permissions":
                assert set(body["granted"]) == set(value), (change, body)
            case "quota":
                assert body["quota"].items() >= value.items(), (change, body)
            case _:
                assert body[name] == value, (change, body)
