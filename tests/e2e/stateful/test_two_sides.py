"""Two groups of people decide on the same things through different processes, in any order and at once."""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from structlog.testing import capture_logs

from tests.e2e.stateful.household import Household
from tests.e2e.stateful.sides import Call, Manner
from tests.e2e.stateful.world import World
from tests.servers import RunServers

IS_LONG = "MEDIANEST_TEST_SOAK" in os.environ or os.environ.get("HYPOTHESIS_PROFILE") == "soak"
PROFILE = settings(
    max_examples=100 if IS_LONG else 3,
    stateful_step_count=40 if IS_LONG else 15,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)

PEOPLE = st.integers(0, 7)
MANAGERS = st.sampled_from([0, 1, 2, 3])
"""Two administrators, somebody who manages, and one who does not."""
TITLES = st.integers(0, 3)
SIDE = st.integers(0, 1)
VERBS = st.sampled_from(["approve", "reject", "cancel", "retry", "complete", "follow", "unfollow", "comment"])
SEASONS = st.sampled_from([(1,), (2,), (1, 2), (1, 2, 3)])
CHANGES = st.sampled_from(
    [
        {"suspended": True},
        {"suspended": False},
        {"role": "member"},
        {"role": "admin"},
        {"permissions": ["request"]},
        {"permissions": ["request", "request_4k", "manage_requests"]},
        {"permissions": []},
        {"quota": {"movieLimit": 1, "movieDays": 7, "seasonLimit": 1, "seasonDays": 7}},
        {"quota": {"movieLimit": 0, "movieDays": 1, "seasonLimit": None, "seasonDays": 1}},
    ]
)


class TwoSides(RuleBasedStateMachine):
    """Who, what and on which side is drawn; what must come of it is what the witness says."""

    world: World
    manner: Manner
    done: Counter[str]
    """Of all houses together."""
    is_sound = True

    @initialize(haste=st.lists(st.booleans(), min_size=7, max_size=7))
    def move_in(self, haste: Sequence[bool]) -> None:
        """`haste`: which steps do not wait until both sides have heard of the one before."""
        self.haste = itertools.cycle(haste if self.manner == "as it comes" else [False])
        self.done["houses"] += 1
        self.sides = self.world.sides
        self.house = self.wait(Household.found(self.sides))

    @rule(side=SIDE, who=PEOPLE, title=TITLES, seasons=SEASONS, is_4k=st.booleans())
    def ask(self, side: int, who: int, title: int, seasons: tuple[int, ...], is_4k: bool) -> None:
        self.do([self.house.ask(side, who, title, seasons, is_4k=is_4k)])

    @rule(first=PEOPLE, second=PEOPLE, title=TITLES, seasons=st.tuples(SEASONS, SEASONS))
    def two_ask_for_one_title(self, first: int, second: int, title: int, seasons: tuple[Any, Any]) -> None:
        who = enumerate((first, second))
        self.do([self.house.ask(side, each, title, seasons[side], is_4k=False) for side, each in who])

    @rule(who=PEOPLE, titles=st.tuples(TITLES, TITLES), seasons=SEASONS)
    def one_asks_twice_for_their_last_place(self, who: int, titles: tuple[int, int], seasons: tuple[int, ...]) -> None:
        self.do([self.house.ask(side, who, titles[side], seasons, is_4k=False) for side in (0, 1)])

    @rule(side=SIDE, who=PEOPLE, which=PEOPLE, verb=VERBS)
    def act(self, side: int, who: int, which: int, verb: str) -> None:
        self.do([self.house.act(side, who, which, verb)])

    @rule(
        who=st.lists(PEOPLE, min_size=2, max_size=4),
        verbs=st.lists(VERBS, min_size=4, max_size=4),
        which=PEOPLE,
    )
    def one_request_is_decided_differently(self, who: Sequence[int], verbs: Sequence[str], which: int) -> None:
        many = who[:2] if self.manner == "decided together" else who
        self.do([self.house.act(n % 2, each, which, verbs[n]) for n, each in enumerate(many)])

    @rule(who=PEOPLE, other=MANAGERS, which=PEOPLE, verb=VERBS, is_first=st.booleans())
    def somebody_asks_while_it_is_decided(self, who: int, other: int, which: int, verb: str, is_first: bool) -> None:
        """For the very title that a request stands for."""
        asking = self.house.ask_again(0, who, which)
        acting = self.house.act(1, other, which, verb)
        self.do([asking, acting] if is_first else [acting, asking])

    @rule(who=st.tuples(MANAGERS, MANAGERS), email=st.integers(0, 2))
    def two_register_one_address(self, who: tuple[int, int], email: int) -> None:
        self.do([self.house.register(side, who[side], email) for side in (0, 1)])

    @rule(side=SIDE, who=MANAGERS, whom=PEOPLE, change=CHANGES)
    def change(self, side: int, who: int, whom: int, change: Any) -> None:
        self.do([self.house.change(side, who, whom, change)])

    @rule(who=st.tuples(MANAGERS, MANAGERS), whom=PEOPLE, changes=st.tuples(CHANGES, CHANGES))
    def two_change_one_person(self, who: Any, whom: int, changes: Any) -> None:
        self.do([self.house.change(side, who[side], whom, changes[side]) for side in (0, 1)])

    @rule(who=st.tuples(MANAGERS, MANAGERS), changes=st.tuples(CHANGES | st.none(), CHANGES | st.none()))
    def two_turn_on_one_another(self, who: Any, changes: Any) -> None:
        """None: the other is to go altogether."""
        self.do([self.house.change(side, who[side], who[1 - side], changes[side]) for side in (0, 1)])

    @rule(
        who=MANAGERS,
        whom=PEOPLE,
        change=CHANGES | st.none(),
        title=TITLES,
        seasons=SEASONS,
        is_first=st.booleans(),
    )
    def somebody_asks_while_they_are_changed(
        self, who: int, whom: int, change: Any, title: int, seasons: Any, is_first: bool
    ) -> None:
        asking = self.house.ask(0, whom, title, seasons, is_4k=False)
        changing = self.house.change(1, who, whom, change)
        self.do([asking, changing] if is_first else [changing, asking])

    @rule(
        who=MANAGERS,
        whom=PEOPLE,
        which=PEOPLE,
        verb=st.sampled_from(["follow", "cancel", "unfollow", "comment"]),
        is_first=st.booleans(),
    )
    def somebody_acts_while_they_are_deleted(self, who: int, whom: int, which: int, verb: str, is_first: bool) -> None:
        acting, deleting = self.house.act(0, whom, which, verb), self.house.change(1, who, whom, None)
        self.do([acting, deleting] if is_first else [deleting, acting])

    @rule(who=st.tuples(MANAGERS, MANAGERS), which=st.integers(0, 5))
    def two_take_one_step_back(self, who: Any, which: int) -> None:
        self.do([self.house.undo(side, who[side], which) for side in (0, 1)])

    @rule(who=PEOPLE)
    def one_reads_everything_twice(self, who: int) -> None:
        self.wait(self.sides.react())
        self.do([self.house.read_all(side, who) for side in (0, 1)])

    @rule(hours=st.integers(1, 24 * 8))
    def time_passes(self, hours: int) -> None:
        self.sides.clock.advance(hours * 3600)

    @rule(is_refusing=st.booleans())
    def the_jobs_are_done(self, is_refusing: bool) -> None:
        self.wait(self.house.work(is_refusing=is_refusing))

    @rule(who=st.tuples(PEOPLE, PEOPLE), verbs=st.tuples(VERBS, VERBS), which=PEOPLE)
    def people_act_while_the_jobs_are_done(self, who: Any, verbs: Any, which: int) -> None:
        calls = [self.house.act(side, who[side], which, verbs[side]) for side in (0, 1)]
        if self.manner == "as it comes":
            self.wait(self.house.work(beside=calls))

    @rule()
    def what_nobody_decided_on_expires(self) -> None:
        self.wait(self.house.expire())

    def do(self, calls: Sequence[Call]) -> None:
        is_hasty = next(self.haste)
        self.wait(self.house.do(calls, self.manner, is_hasty=is_hasty))
        self.done["calls"] += len(calls)
        self.done["hasty"] += len(calls) if is_hasty else 0

    def wait(self, awaitable: Any) -> Any:
        self.is_sound = False
        try:
            result = self.world.runner.run(awaitable)
        except BaseException as error:  # what went another way the next time can still be read
            error.add_note("\n".join(map(repr, self.house.done)) if hasattr(self, "house") else "")
            raise
        self.is_sound = True
        return result

    def teardown(self) -> None:
        try:
            if self.is_sound and hasattr(self, "house"):
                self.wait(self.house.leave())
        finally:
            if not self.is_sound:  # what is half done must not reach the next house
                self.world.renew()


@pytest.fixture(scope="module")
def world(servers: RunServers, house_cache: str) -> Iterator[World]:
    with capture_logs(), closing(World(servers, house_cache)) as standing:
        yield standing


@pytest.mark.soak
@pytest.mark.timeout(7200 if IS_LONG else 600)  # a failure takes minutes to be made small
def test_what_is_decided_at_the_same_moment_keeps_every_promise(world: World, tell: Callable[[str], None]) -> None:
    """Goes the same way each time: a failure is made small, and its steps can be run again."""
    done = Counter[str]()
    here = type("Here", (TwoSides,), {"world": world, "manner": "decided together", "done": done})
    run_state_machine_as_test(here, settings=PROFILE)
    tell(f"two sides that decide at the same moment, {done['houses']} houses: {done['calls']:,} calls, all explained")


@pytest.mark.soak
@pytest.mark.timeout(7200 if IS_LONG else 600)
def test_what_is_decided_as_it_comes_keeps_every_promise(world: World, tell: Callable[[str], None]) -> None:
    """More at once, with the jobs beside it. It may go another way the next time, so a failure shows what was done."""
    done = Counter[str]()
    here = type("Here", (TwoSides,), {"world": world, "manner": "as it comes", "done": done})
    run_state_machine_as_test(here, settings=settings(PROFILE, phases=[Phase.generate]))
    tell(
        f"two sides that decide as it comes, {done['houses']} houses: {done['calls']:,} calls, all explained, "
        f"{done['hasty']:,} of them before both sides had heard of what was done before"
    )


def test_permissions_that_two_set_at_the_same_moment_are_all_those_of_one_of_them(world: World) -> None:
    house = world.runner.run(Household.found(world.sides))
    nothing, more = {"permissions": []}, {"permissions": ["request", "request_4k", "manage_requests"]}
    calls = [house.change(0, 0, 4, nothing), house.change(1, 1, 4, more)]
    world.runner.run(house.do(calls, "decided together"))
    assert [answer.status for _, answer in house.done] == [200, 200]
    world.runner.run(house.leave())
