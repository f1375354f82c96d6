"""Taking a step back: what an undo would do, and doing it."""

from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from medianest.application.decision import Decision
from medianest.application.people import PeopleBook
from medianest.application.sentences import Names, called, seasons_in_words, told
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import Command, Recorded, Refused, fold
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request import MediaRequest
from medianest.domain.media_request.commands import ReopenRequest
from medianest.domain.undoing import undoing
from medianest.domain.user import commands as user
from medianest.ports.event_log import Context, EventLog
from medianest.ports.front_door import Commands, Idempotency, Outcome, Wording
from medianest.ports.surroundings import Clock


class EventNotFound(Refused):
    code, kind = "event_not_found", "missing"
    text = "The log holds no event at this position."


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoEvent(Command):
    """Take back what `recorded` did, if it is still the case."""

    recorded: Recorded


class UndoOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing an event would do. `explanation` and `command` (its name) are None where nothing undoes it;
    `code` and `reason` say why it is not possible, None where it is."""

    position: int
    action: str
    sentence: str
    explanation: str | None
    command: str | None
    is_possible: bool
    code: str | None = None
    reason: str | None = None


async def compensation(command: UndoEvent, decision: Decision) -> Command:
    """The command that undoes it now. Raises UndoImpossible."""
    undone = command.recorded
    aggregate = AGGREGATES[undone.category]
    await decision.state(aggregate, undone.stream_id)  # so that the append fails where the stream moves meanwhile
    stream = await decision.history(undone.category, undone.stream_id)
    return undoing(stream, undone.position, actor=command.actor, at=command.at)


class Undoing:
    def __init__(self, log: EventLog, commands: Commands, people: PeopleBook, clock: Clock) -> None:
        self._log = log
        self._commands = commands
        self._people = people
        self._clock = clock

    async def explain(self, position: int, *, actor: UUID, context: Context) -> UndoOffer:
        """Raises EventNotFound, Unavailable. What else stands in the way is part of the answer."""
        undone = await self._find(position)
        stream = await self._log.read_stream(undone.category, undone.stream_id)
        state: object = fold(AGGREGATES[undone.category], (one.event for one in stream))
        request = state if isinstance(state, MediaRequest) else None
        names = self._people.name
        offer = UndoOffer(
            position=position,
            action=undone.event.tag,
            sentence=told(undone, names, *([request.title] if request else [])),
            explanation=None,
            command=None,
            is_possible=False,
        )
        try:
            step = undoing(stream, position, actor=actor, at=self._clock.now())
            offer = msgspec.structs.replace(
                offer, explanation=explained(step, request, names), command=type(step).__name__
            )
            await self._commands.rehearse([self._order(undone, actor)], self._caused(context, undone))
        except Refused as refused:
            return msgspec.structs.replace(offer, code=refused.code, reason=str(refused))
        return msgspec.structs.replace(offer, is_possible=True)

    async def undo(
        self,
        position: int,
        *,
        actor: UUID,
        context: Context,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Undo it; the new events name it as their cause. Raises EventNotFound, UndoImpossible and whatever else
        stands in the way."""
        undone = await self._find(position)
        return await self._commands.run(
            [self._order(undone, actor)], self._caused(context, undone), wording=wording, idempotency=idempotency
        )

    def _order(self, undone: Recorded, actor: UUID) -> UndoEvent:
        return UndoEvent(actor=actor, at=self._clock.now(), recorded=undone)

    def _caused(self, context: Context, undone: Recorded) -> Context:
        return replace(context, causation_id=undone.event_id)

    async def _find(self, position: int) -> Recorded:
        if not (found := await self._log.read_positions([position])):
            raise EventNotFound
        return found[0]


def explained(step: Command, request: MediaRequest | None, names: Names) -> str:
    """What `step` will do, in one sentence; `request` is the one it is about, if it is about one."""
    if isinstance(step, ReopenRequest) and request is not None:
        seasons = seasons_in_words(step.seasons or ())
        what = f"{_of(called(request.owner, names))} request for {request.title}{f' ({seasons})' if seasons else ''}"
        return f"{what} will wait for a decision again, and is charged again to the quota of whoever asked."
    whom = called(step.user_id, names) if isinstance(step, user.UserCommand) else ""
    match step:
        case user.ReinstateUser():
            words = f"{whom} will be welcome again."
        case user.SuspendUser():
            words = f"{whom} will be suspended again, and signed out everywhere at once."
        case user.GrantPermission(permission=permission):
            words = f"{whom} will be allowed to {permission.replace('_', ' ')} again."
        case user.RevokePermission(permission=permission):
            words = f"{whom} will no longer be allowed to {permission.replace('_', ' ')}."
        case user.ChangeRole(role=role):
            words = f"{_of(whom)} role will be {role} again."
        case user.SetQuota(limits=limits):
            words = f"{_of(whom)} quota will be what it was: {_limits(limits)}."
        case user.RenameUser(name=name):
            words = f"{whom} will be called {name} again."
        case _:
            raise TypeError(f"nothing is undone by a {type(step).__name__}")
    return words[0].upper() + words[1:]


def _of(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _limits(limits: QuotaLimits) -> str:
    return ", ".join(
        f"as many {noun}s as they like"
        if limit is None
        else f"{limit} {noun}{'' if limit == 1 else 's'} in {days} days"
        for noun, (limit, days) in (("film", limits.of("movie")), ("season", limits.of("tv")))
    )
