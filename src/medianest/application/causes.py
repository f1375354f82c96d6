"""What followed from what: events, steps and open jobs of one click, put together into a tree. Pure.

A request wrote the events without a cause. What a reaction wrote is known by its id, which is made of the reaction's
name and the event it answered; the jobs it deferred are known by asking it again, because reactions are pure. What a
job wrote has the job's cause, and was recorded while it ran. A call is a part of the step in which it was made.
"""

import inspect
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from medianest.application.reaction import Reaction, command_id
from medianest.domain.kernel import Command, Recorded
from medianest.ports.traces import TraceStep
from medianest.ports.work import Job, OpenJob

DEEPEST: Final = 100
"""Levels. No chain of reactions is that long; a log made by others may hold one."""

LOOKED_AT: Final = 8
"""Of steps that ran side by side under one click, how many are asked whether an event was theirs."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as its recipient has it, named while they are not forgotten. `text` is None while the inbox is
    behind; the times are None until it was delivered and read."""

    recipient: UUID
    recipient_name: str | None
    text: str | None
    delivered_at: datetime | None
    read_at: datetime | None


class TraceNode(msgspec.Struct, kw_only=True):
    """One thing that happened. `name` is a route, a stored name of an event, a reaction's, a job's, or a call's;
    `ended_at` is None for an instant and for what goes on. `recorded` is there for events, `open_job` for jobs that
    have not succeeded. Children are in the order in which they began. `sentence`, `actor_name` and `notice` (where a
    notification was queued) are for whoever knows the people."""

    kind: Literal["request", "event", "reaction", "job", "call"]
    name: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    recorded: Recorded | None = None
    open_job: OpenJob | None = None
    sentence: str | None = None
    actor_name: str | None = None
    notice: Notice | None = None
    children: list["TraceNode"] = msgspec.field(default_factory=list)


class _Run(NamedTuple):
    """A request or a job, as somebody who may have written an event."""

    began_at: datetime
    ended_at: datetime | None
    node: TraceNode


def tree_of(
    events: Sequence[Recorded], steps: Sequence[TraceStep], jobs: Sequence[OpenJob], reactions: Sequence[Reaction]
) -> Sequence[TraceNode]:
    """The beginnings, with all that followed from them. `events` are in the order of the log. What has lost its cause,
    because that is too old or was never written down, is a beginning too."""
    tree = _Tree(events, reactions)
    tree.add_steps(steps)
    tree.add_jobs(jobs)
    tree.add_events()
    return tree.in_order()


class _Tree:
    def __init__(self, events: Sequence[Recorded], reactions: Sequence[Reaction]) -> None:
        self._events = events
        self._reactions = reactions
        self._of_event = {recorded.event_id: _event_node(recorded) for recorded in events}
        self._caused = Counter(recorded.causation_id for recorded in events)
        self._answers: dict[UUID, _Answers] = {}
        self._reacted: dict[tuple[UUID, str], TraceNode] = {}
        self._runs: dict[UUID | None, list[_Run]] = defaultdict(list)
        self._roots: list[TraceNode] = []

    def add_steps(self, steps: Sequence[TraceStep]) -> None:
        nodes = {step.step_id: _step_node(step) for step in steps}
        for step in steps:
            if step.kind != "call":
                self._runs[step.causation_id].append(_Run(step.began_at, step.ended_at, nodes[step.step_id]))
        # What has no cause came with a request: also jobs that were deferred there and then.
        requests = [run for run in self._runs[None] if run.node.kind == "request"]
        for step in steps:
            node = nodes[step.step_id]
            if step.kind == "job":
                self._add_job(node, step.causation_id, requests)
            else:
                self._add(node, nodes.get(step.parent_id) if step.parent_id else None)

    def add_jobs(self, jobs: Sequence[OpenJob]) -> None:
        requests = [run for run in self._runs[None] if run.node.kind == "request"]
        for job in jobs:
            node = TraceNode(kind="job", name=job.name, started_at=job.since, outcome=job.status, open_job=job)
            self._add_job(node, job.causation_id, requests)
            if job.status == "running":
                self._runs[job.causation_id].append(_Run(job.since, None, node))

    def add_events(self) -> None:
        for runs in self._runs.values():
            runs.sort(key=_beginning)
        seen: set[UUID] = set()  # a cause comes first; in a log that says otherwise, nothing is its own cause
        for recorded in self._events:
            node, cause = self._of_event[recorded.event_id], recorded.causation_id
            if cause is None:
                self._add(node, _writer(self._runs[None], recorded.recorded_at))
            elif cause not in seen:
                self._add(node, None)
            elif reaction := self._answers_to(cause).wrote.get(recorded.event_id):
                self._add(node, self._reaction(cause, reaction, node))
            else:
                self._add(node, _writer(self._runs[cause], recorded.recorded_at) or self._of_event[cause])
            seen.add(recorded.event_id)

    def in_order(self) -> Sequence[TraceNode]:
        unordered = [(self._roots, 1)]
        while unordered:
            siblings, depth = unordered.pop()
            for node in siblings:
                if depth < DEEPEST:
                    unordered.append((node.children, depth + 1))
                else:
                    siblings.extend(node.children)
                    node.children = []
            siblings.sort(key=_place)
        return self._roots

    def _add(self, node: TraceNode, parent: TraceNode | None) -> None:
        (self._roots if parent is None else parent.children).append(node)

    def _add_job(self, node: TraceNode, cause: UUID | None, requests: Sequence[_Run]) -> None:
        if cause not in self._of_event:
            self._add(node, _writer(requests, node.started_at))
        elif reaction := self._answers_to(cause).deferred.get(node.name):
            self._add(node, self._reaction(cause, reaction, node))
        else:
            self._add(node, self._of_event[cause])

    def _reaction(self, cause: UUID, reaction: Reaction, first: TraceNode) -> TraceNode:
        """The node of a reaction's answer, which began with what is found of it first."""
        if (node := self._reacted.get((cause, reaction.name))) is None:
            node = TraceNode(
                kind="reaction",
                name=reaction.name,
                started_at=first.started_at,
                sentence=inspect.getdoc(reaction.react),  # "Whenever ..."
            )
            self._reacted[cause, reaction.name] = node
            self._add(node, self._of_event[cause])
        node.started_at = min(node.started_at, first.started_at)
        return node

    def _answers_to(self, cause: UUID) -> "_Answers":
        if (answers := self._answers.get(cause)) is None:
            recorded = self._of_event[cause].recorded
            answers = self._answers[cause] = _Answers({}, {})
            for reaction in self._reactions:
                if recorded is not None and isinstance(recorded.event, reaction.events):
                    answers.note(reaction, recorded, self._caused[cause])
        return answers


class _Answers(NamedTuple):
    """Which reactions to an event wrote these events, and deferred jobs of these names."""

    wrote: dict[UUID, Reaction]
    deferred: dict[str, Reaction]

    def note(self, reaction: Reaction, recorded: Recorded, caused: int) -> None:
        """`caused` is how many events followed: a command has no more of them."""
        with suppress(Exception):  # what a reaction cannot answer is parked: it wrote nothing
            following = reaction.react(recorded)
            self.deferred.update({step.name: reaction for step in following if isinstance(step, Job)})
            for number in range(sum(isinstance(step, Command) for step in following)):
                command = command_id(reaction.name, recorded.position, number)
                self.wrote.update({uuid5(command, str(n)): reaction for n in range(caused)})


def _writer(runs: Sequence[_Run], at: datetime) -> TraceNode | None:
    """Which of `runs`, in the order of their beginnings, wrote what was recorded `at`: one that ran then, the latest
    such; otherwise the one that ran closest to it, because clocks of different machines differ a little."""
    latest = bisect_right(runs, at, key=_beginning)
    around = runs[max(0, latest - LOOKED_AT) : latest + 1]
    closest = min(reversed(around), key=lambda run: _distance(run, at), default=None)
    return closest.node if closest else None


def _distance(run: _Run, at: datetime) -> timedelta:
    after = at - run.ended_at if run.ended_at else timedelta()
    return max(run.began_at - at, after, timedelta())


def _beginning(run: _Run) -> datetime:
    return run.began_at


def _place(node: TraceNode) -> tuple[datetime, int]:
    return node.started_at, node.recorded.position if node.recorded else 0


def _event_node(recorded: Recorded) -> TraceNode:
    return TraceNode(kind="event", name=recorded.event.tag, started_at=recorded.recorded_at, recorded=recorded)


def _step_node(step: TraceStep) -> TraceNode:
    return TraceNode(
        kind=step.kind, name=step.name, started_at=step.began_at, ended_at=step.ended_at, outcome=step.outcome
    )
