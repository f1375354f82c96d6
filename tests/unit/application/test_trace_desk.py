"""Reading a trace: names, sentences, who was told, and how much of it."""

from datetime import timedelta

import pytest

from medianest.adapters.eventlog.memory_trail import MemoryAuditTrail
from medianest.application.handlers import TellPeople
from medianest.application.people import PeopleBook
from medianest.application.queries.trace import LARGEST, ReadTrace, Trace, TraceDesk, TraceNotFound, every
from medianest.application.reaction import command_id
from medianest.application.reactions import REACTIONS
from medianest.application.tracing import Tracer
from medianest.domain.kernel import SYSTEM
from medianest.domain.notification import MarkDelivered, MarkRead
from medianest.domain.user.commands import DeleteUser
from medianest.ports.event_log import Context
from medianest.ports.work import OpenJob
from tests.fakes.jobs import FakeJobs
from tests.fakes.sessions import FakeSessions
from tests.fakes.traces import FakeTraces
from tests.fakes.views import FakeInbox
from tests.unit.application.rig import CLICK, Rig

STORY = "the-click"


class Reading:
    """A desk, and what it reads from."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.traces = FakeTraces()
        self.tracer = Tracer(self.traces, rig.clock, rig.ids)
        self.jobs = FakeJobs()
        self.people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)

    async def read(self, largest: int = LARGEST, story: str = STORY) -> Trace:
        desk = TraceDesk(
            trail=MemoryAuditTrail(self.rig.log),
            traces=self.traces,
            jobs=self.jobs,
            inbox=FakeInbox(self.rig.views),
            people=self.people,
            reactions=REACTIONS,
            largest=largest,
        )
        await self.people.catch_up()
        return await desk.read(ReadTrace(story))


@pytest.fixture
def reading(rig: Rig) -> Reading:
    return Reading(rig)


async def test_who_was_told_is_named_with_when_it_arrived_and_was_read(rig: Rig, reading: Reading) -> None:
    ada, bob = await rig.person(role="admin"), await rig.person(name="Bob")
    with reading.tracer.begin("request", "POST /media/request", correlation_id=STORY) as step:
        step.outcome = "201"
        rig.clock.advance(1)
        [submitted] = [
            recorded
            for recorded in (await rig.bus.run([rig.wish(bob)], Context(correlation_id=STORY))).recorded
            if recorded.category == "media_request"
        ]
    order = TellPeople(actor=SYSTEM, at=rig.clock.now(), recorded=submitted)
    cause = Context(correlation_id=STORY, causation_id=submitted.event_id)
    told = await rig.bus.run([order], cause, command_id=command_id("tell_people", submitted.position, 0))
    [queued] = told.recorded
    rig.clock.advance(2)
    deliver = MarkDelivered(**rig.by(SYSTEM), notification_id=queued.stream_id)
    await rig.bus.run([deliver], Context(correlation_id=STORY, causation_id=queued.event_id))
    delivered_at = rig.clock.now()
    before = next(node for node in every((await reading.read()).roots) if node.notice)
    assert before.notice is not None
    assert (before.notice.delivered_at, before.notice.read_at) == (delivered_at, None)
    rig.clock.advance(60)
    await rig.run(MarkRead(**rig.by(ada), notification_id=queued.stream_id))
    trace = await reading.read()
    [notified] = [node for node in every(trace.roots) if node.notice]
    assert notified.sentence == "Ada is told: Bob asks for The Long Winter"
    assert notified.notice is not None
    assert (notified.notice.recipient, notified.notice.recipient_name) == (ada, "Ada")
    assert notified.notice.read_at == rig.clock.now()
    assert trace.ended_at - trace.started_at == timedelta(seconds=3), "what was read later is another click"
    [root] = trace.roots
    asked = next(child for child in root.children if child.name == "media_request.submitted")
    assert (asked.sentence, asked.actor_name) == ("Bob asked for The Long Winter", "Bob")
    assert [child.name for child in asked.children] == ["tell_people"]


async def test_who_is_forgotten_is_not_named(rig: Rig, reading: Reading) -> None:
    bob = await rig.person(name="Bob")
    await rig.bus.run([rig.wish(bob)], Context(correlation_id=STORY))
    await rig.keyring.destroy(bob)
    await rig.run(DeleteUser(**rig.by(SYSTEM), user_id=bob))
    sentences = [node.sentence or "" for node in every((await reading.read()).roots)]
    assert any("somebody who left" in sentence.lower() for sentence in sentences)
    assert not any("Bob" in sentence for sentence in sentences)


async def test_an_id_that_nothing_is_known_of_is_refused(rig: Rig, reading: Reading) -> None:
    await rig.ask(await rig.person())
    with pytest.raises(TraceNotFound):
        await reading.read(story="nobody's")
    assert (await reading.read(story=CLICK.correlation_id)).roots


async def test_a_job_that_waits_is_enough_to_be_known(rig: Rig, reading: Reading) -> None:
    job = OpenJob(name="look_again", status="failed", attempts=5, since=rig.clock.now(), due_at=None, causation_id=None)
    reading.jobs.open.append((STORY, job))
    [root] = (await reading.read()).roots
    assert (root.kind, root.outcome, root.open_job) == ("job", "failed", job)


@pytest.mark.parametrize("largest", [1, 2, 3, 5, 100])
async def test_a_long_story_is_cut_at_its_end_and_says_so(rig: Rig, reading: Reading, largest: int) -> None:
    ada = await rig.person()
    for number in range(1, 5):
        with reading.tracer.begin("request", "POST /media/request", correlation_id=STORY):
            rig.clock.advance(1)
            await rig.bus.run([rig.wish(ada, tmdb_id=number)], Context(correlation_id=STORY))
    whole = list(every((await reading.read()).roots))
    trace = await reading.read(largest)
    seen = list(every(trace.roots))
    assert trace.is_cut == (len(whole) > largest)
    assert len(seen) == min(largest, len(whole))
    assert max(node.started_at for node in seen) <= min(
        [node.started_at for node in whole if not any(_same(node, kept) for kept in seen)], default=rig.clock.now()
    )


def _same(one, other) -> bool:
    return (one.kind, one.started_at, one.recorded) == (other.kind, other.started_at, other.recorded)
