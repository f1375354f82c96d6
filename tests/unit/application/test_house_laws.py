"""A house in which anything is asked for in any order: what stays true all the time."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request import commands as request
from medianest.domain.media_request.vocabulary import CLOSED
from medianest.domain.quota import QUOTA, Quota, quota_id
from medianest.domain.spendings import Spendings
from medianest.domain.title_claim import TITLE_CLAIM, claim_id
from tests.unit.application.rig import CLICK, Rig

FILMS, SEASONS, DAYS = 1, 3, 7
PEOPLE = st.integers(0, 4)
TITLES = st.sampled_from([1, 2])
WINDOW = timedelta(days=DAYS)
SOME_SEASONS = st.none() | st.frozensets(st.integers(1, 3), min_size=1).map(sorted).map(tuple)


class House(RuleBasedStateMachine):
    """Five people (one is trusted, one manages) on two processes; two titles, each a film and a series, in 4K or not.

    Whoever inherits a request is charged for what is still to come of it where their quota has room; else it stays in
    the quota of whoever left. So nobody ever has more in theirs than their limit, and every part is in somebody's.
    """

    @initialize()
    def move_in(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.rig = Rig()
        self.buses = [self.rig.bus, self.rig.another_bus()]
        self.requests: list[UUID] = []
        self.people = [self.wait(self._person(number)) for number in range(5)]

    async def _person(self, number: int) -> UUID:
        if number == 4:
            return await self.rig.person("request_4k", "manage_requests")
        trust = ("auto_approve",) if number == 3 else ()
        limits = QuotaLimits(movie_limit=FILMS, movie_days=DAYS, season_limit=SEASONS, season_days=DAYS)
        return await self.rig.person("request_4k", *trust, quota=limits)

    @rule(
        who=PEOPLE,
        process=st.integers(0, 1),
        title=TITLES,
        seasons=st.just(()) | st.frozensets(st.integers(1, 3), min_size=1).map(sorted),
        is_4k=st.booleans(),
    )
    def ask(self, who: int, process: int, title: int, seasons: Any, is_4k: bool) -> None:
        wish = self.rig.wish(self.people[who], *seasons, tmdb_id=title, is_4k=is_4k)
        if self.run(process, wish) and self.state(MEDIA_REQUEST, wish.request_id):
            self.requests.append(wish.request_id)

    @rule(who=PEOPLE, process=st.integers(0, 1), which=st.integers(0, 9), seasons=SOME_SEASONS, verb=st.sampled_from([
        "approve", "reject", "cancel", "expire", "follow", "unfollow", "complete", "fail", "retry", "hand over",
        "reopen",
    ]))  # fmt: skip
    def act(self, who: int, process: int, which: int, seasons: tuple[int, ...] | None, verb: str) -> None:
        if not self.requests:
            return
        actor, request_id = self.people[who], self.requests[which % len(self.requests)]
        target = {"request_id": request_id, "at": self.rig.clock.now()}
        orders: dict[str, Any] = {
            "approve": lambda: request.ApproveRequest(**target, actor=actor, seasons=seasons),
            "reject": lambda: request.RejectRequest(**target, actor=actor, reason="No.", seasons=seasons),
            "cancel": lambda: request.CancelRequest(**target, actor=self.owner(request_id) if which % 2 else actor),
            "expire": lambda: request.ExpireRequest(**target, actor=SYSTEM),
            "follow": lambda: request.FollowRequest(**target, actor=actor),
            "unfollow": lambda: request.UnfollowRequest(**target, actor=actor),
            "complete": lambda: request.CompleteRequest(**target, actor=SYSTEM, seasons=seasons),
            "fail": lambda: request.RecordFailure(**target, actor=SYSTEM, error="no space"),
            "reopen": lambda: request.ReopenRequest(**target, actor=self.people[4], seasons=seasons),
            "retry": lambda: request.RetryRequest(**target, actor=actor),
            "hand over": lambda: request.RecordHandOver(
                **target, actor=SYSTEM, gateway="fake", gateway_id=str(which), seasons=seasons or ()
            ),
        }
        self.run(process, orders[verb]())

    @rule(who=PEOPLE, process=st.integers(0, 1), which=st.integers(0, 9))
    def pass_on(self, who: int, process: int, which: int) -> None:
        """Whoever has it leaves it to somebody who wants it too."""
        if self.requests:
            request_id = self.requests[which % len(self.requests)]
            target = {"request_id": request_id, "at": self.rig.clock.now()}
            self.run(process, request.FollowRequest(**target, actor=self.people[who]))
            self.run(process, request.CancelRequest(**target, actor=self.owner(request_id)))

    @rule(hours=st.integers(1, 24 * DAYS))
    def time_passes(self, hours: int) -> None:
        self.rig.clock.advance(hours * 3600)

    @invariant()
    def at_most_one_request_of_a_title_is_live_and_it_holds_the_claim(self) -> None:
        live = defaultdict(list)
        for one in self.everything():
            if one.is_live:
                live[claim_id(one.media_type, one.tmdb_id, one.is_4k)].append(one.request_id)
        for one in self.everything():
            claim = claim_id(one.media_type, one.tmdb_id, one.is_4k)
            held = self.state(TITLE_CLAIM, claim).holder
            assert live[claim] == ([held] if held else [])

    @invariant()
    def every_request_has_an_owner_who_is_no_follower_and_nobody_follows_twice(self) -> None:
        for one in self.everything():
            assert one.owner in self.people
            assert len(set(one.people)) == len(one.people)

    @invariant()
    def what_is_spent_are_the_parts_that_a_person_asked_for_and_may_still_have(self) -> None:
        wanted: dict[UUID, set[tuple[UUID, int]]] = defaultdict(set)
        for one in self.everything():
            for number, part in one.parts.items():
                if part.status not in CLOSED:
                    wanted[part.asked_by].add((one.request_id, number))
        for person in self.people:
            quota: Quota | None = self.state(QUOTA, quota_id(person))
            spent = {(s.request_id, n) for s in quota.spendings for n in s.parts} if quota else set()
            assert spent == wanted[person]

    @invariant()
    def nobody_holds_more_than_they_may_ask_for(self) -> None:
        """Whoever manages requests is exempt."""
        start = self.rig.clock.now() - WINDOW
        for person in self.people[:4]:
            quota: Quota | None = self.state(QUOTA, quota_id(person))
            spendings = quota.spendings if quota else Spendings()
            assert spendings.count("movie", start) <= FILMS
            assert spendings.count("tv", start) <= SEASONS

    def run(self, process: int, command: Command) -> bool:
        try:
            self.wait(self.buses[process].run([command], CLICK))
        except Refused:
            return False
        return True

    def owner(self, request_id: UUID) -> UUID:
        owner: UUID = self.state(MEDIA_REQUEST, request_id).owner
        return owner

    def everything(self) -> list[MediaRequest]:
        return [self.state(MEDIA_REQUEST, request_id) for request_id in self.requests]

    def state(self, aggregate: Any, stream_id: UUID) -> Any:
        return self.wait(self.rig.state(aggregate, stream_id))

    def wait(self, awaitable: Any) -> Any:
        return self.loop.run_until_complete(awaitable)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.close()


class TestHouse(House.TestCase):
    """Runs the machine."""
