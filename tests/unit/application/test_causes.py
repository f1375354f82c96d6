"""The tree of causes, of events, steps and jobs as they are found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from medianest.application.causes import DEEPEST, TraceNode, tree_of
from medianest.application.handlers import TellPeople
from medianest.application.reaction import Reaction, command_id
from medianest.application.reactions import REACTIONS
from medianest.domain.kernel import SYSTEM, Command, Recorded
from medianest.domain.media_request.commands import ApproveRequest, CommentOnRequest, RecordHandOver
from medianest.domain.notification import MarkDelivered
from medianest.ports.event_log import Context
from medianest.ports.traces import StepKind, TraceStep
from medianest.ports.work import OpenJob
from tests.unit.application.rig import Rig

STORY = "the-click"


class Story:
    """Writes events and steps of one click, each a second after the other."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.events: list[Recorded] = []
        self.steps: list[TraceStep] = []
        self.jobs: list[OpenJob] = []

    async def happens(
        self, command: Command, *, cause: UUID | None = None, command_id: UUID | None = None
    ) -> Sequence[Recorded]:
        self.rig.clock.advance(1)
        context = Context(correlation_id=STORY, causation_id=cause)
        outcome = await self.rig.bus.run([command], context, command_id=command_id)
        self.events.extend(outcome.recorded)
        return outcome.recorded

    async def comment(self, ada: UUID, request_id: UUID, cause: UUID | None = None) -> Recorded:
        order = CommentOnRequest(**self.rig.by(ada), request_id=request_id, comment_id=self.rig.ids.new(), text="Well?")
        return (await self.happens(order, cause=cause))[0]

    async def told(self, recorded: Recorded) -> Sequence[Recorded]:
        """As the reaction would have it."""
        order = TellPeople(actor=SYSTEM, at=recorded.occurred_at, recorded=recorded)
        by = command_id("tell_people", recorded.position, 0)
        return await self.happens(order, cause=recorded.event_id, command_id=by)

    def step(self, kind: StepKind, name: str, began: datetime, **fields: Any) -> TraceStep:
        """From `began` until now and half a second more."""
        ended = self.rig.clock.now() + timedelta(seconds=0.5)
        usual: dict[str, Any] = {"parent_id": None, "causation_id": None, "outcome": "ok"}
        step = TraceStep(
            **usual | fields,
            step_id=self.rig.ids.new(),
            correlation_id=STORY,
            kind=kind,
            name=name,
            began_at=began,
            ended_at=ended,
        )
        self.steps.append(step)
        return step

    def a_job(self, name: str, status: Any = "waiting", cause: UUID | None = None) -> None:
        since = self.rig.clock.now()
        job = OpenJob(name=name, status=status, attempts=1, since=since, due_at=None, causation_id=cause)
        self.jobs.append(job)

    def tree(self, reactions: Sequence[Reaction] = REACTIONS) -> list[Any]:
        steps = sorted(self.steps, key=lambda step: step.began_at)
        return [plain(root) for root in tree_of(self.events, steps, self.jobs, reactions)]


def plain(node: TraceNode) -> Any:
    return {f"{node.kind} {node.name}": [plain(child) for child in node.children]} if node.children else node.name


async def test_an_approval_is_followed_to_the_gateway_and_to_who_is_told(rig: Rig) -> None:
    ada, request_id = await rig.person(), None
    request_id = await rig.ask(ada)
    story = Story(rig)
    began = rig.clock.now()
    [approved] = await story.happens(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    story.step("request", "POST /media/requests/{request_id}/approve", began, outcome="200")
    [queued] = await story.told(approved)
    deliver = MarkDelivered(**rig.by(SYSTEM), notification_id=queued.stream_id)
    await story.happens(deliver, cause=queued.event_id, command_id=command_id("deliver", queued.position, 0))
    began = rig.clock.now() + timedelta(seconds=0.5)
    hand_over = RecordHandOver(
        **rig.by(SYSTEM), request_id=request_id, gateway="overseerr", gateway_id="9", seasons=None
    )
    await story.happens(hand_over, cause=approved.event_id)
    job = story.step("job", "hand_on", began, causation_id=approved.event_id)
    story.step("call", "overseerr POST /api/v1/request", began, parent_id=job.step_id, outcome="201")
    assert story.tree() == [
        {
            "request POST /media/requests/{request_id}/approve": [
                {
                    "event media_request.approved": [
                        {
                            "reaction tell_people": [
                                {"event notification.queued": [{"reaction deliver": ["notification.delivered"]}]}
                            ]
                        },
                        {
                            "reaction hand_on": [
                                {"job hand_on": ["overseerr POST /api/v1/request", "media_request.handed_on"]}
                            ]
                        },
                    ]
                }
            ]
        }
    ]
    [root] = tree_of(story.events, story.steps, [], REACTIONS)
    tell, hand_on = root.children[0].children
    assert hand_on.sentence == "Whenever something is approved or tried again, hand it on to the gateway."
    assert (tell.started_at, tell.ended_at) == (queued.recorded_at, None)


async def test_every_attempt_at_a_job_is_shown_and_the_one_that_waits(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    story = Story(rig)
    [approved] = await story.happens(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    for _ in range(2):
        rig.clock.advance(1)
        story.step("job", "hand_on", rig.clock.now(), causation_id=approved.event_id, outcome="failed:Boom")
    rig.clock.advance(1)
    story.a_job("hand_on", cause=approved.event_id)
    assert story.tree() == [{"event media_request.approved": [{"reaction hand_on": ["hand_on"] * 3}]}]
    [root] = tree_of(story.events, story.steps, story.jobs, REACTIONS)
    assert [job.outcome for job in root.children[0].children] == ["failed:Boom", "failed:Boom", "waiting"]


async def test_what_a_job_writes_while_it_still_runs_is_its_own(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    story = Story(rig)
    [approved] = await story.happens(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    story.a_job("hand_on", "running", approved.event_id)
    await story.comment(ada, request_id, approved.event_id)
    [tree] = story.tree()
    assert tree == {
        "event media_request.approved": [{"reaction hand_on": [{"job hand_on": ["media_request.commented"]}]}]
    }


async def test_a_job_that_a_request_deferred_hangs_under_it_with_what_it_wrote(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    story = Story(rig)
    story.step("request", "POST /webhooks/overseerr", rig.clock.now(), outcome="202")
    rig.clock.advance(5)
    began = rig.clock.now()
    await story.happens(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    story.step("job", "look_again", began)
    assert story.tree() == [{"request POST /webhooks/overseerr": [{"job look_again": ["media_request.approved"]}]}]


async def test_two_clicks_under_one_id_each_have_their_own(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    story = Story(rig)
    for name in ("POST /first", "POST /second"):
        began = rig.clock.now()
        await story.comment(ada, request_id)
        story.step("request", name, began)
        rig.clock.advance(10)
    assert story.tree() == [
        {"request POST /first": ["media_request.commented"]},
        {"request POST /second": ["media_request.commented"]},
    ]


async def test_without_steps_and_with_reactions_that_are_no_more_the_events_tell_it_alone(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    story = Story(rig)
    [approved] = await story.happens(ApproveRequest(**rig.by(SYSTEM), request_id=request_id))
    await story.told(approved)
    assert story.tree(reactions=()) == [{"event media_request.approved": ["notification.queued"]}]


async def test_what_has_lost_its_cause_is_a_beginning(rig: Rig) -> None:
    ada = await rig.person()
    story = Story(rig)
    request_id = await rig.ask(ada)
    cause = rig.ids.new()
    await story.comment(ada, request_id, cause)
    story.step("job", "hand_on", rig.clock.now(), causation_id=cause)
    story.step("call", "tmdb GET /movie/{id}", rig.clock.now(), parent_id=rig.ids.new())
    assert sorted(story.tree()) == ["hand_on", "media_request.commented", "tmdb GET /movie/{id}"]


async def test_a_chain_longer_than_anybody_reads_ends_side_by_side(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    story = Story(rig)
    cause = None
    for _ in range(DEEPEST + 20):
        cause = (await story.comment(ada, request_id, cause)).event_id
    [node] = tree_of(story.events, [], [], REACTIONS)
    for _ in range(DEEPEST - 2):
        [node] = node.children
    assert len(node.children) == 21
    assert [child.recorded for child in node.children] == story.events[-21:]
