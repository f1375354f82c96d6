"""Every event that the log may hold: in which shapes, which commands lead to it, who reads it and what answers it."""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, Final, cast

import msgspec

from medianest.adapters.eventlog.upcasters import UPCASTERS
from medianest.adapters.postgres.reactions import UPKEEP
from medianest.application.reactions import REACTIONS
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import AnyAggregate, Command, Event
from medianest.domain.upkeep import ParkedRetried, ParkedSkipped
from medianest.projections.catalog import PROJECTIONS

ANSWERING: Final[Mapping[str, Sequence[type[Event]]]] = {
    **{reaction.name: reaction.events for reaction in REACTIONS},
    # Whoever runs the reactions answers these itself, under a name and a checkpoint of its own.
    UPKEEP: (ParkedRetried, ParkedSkipped),
}


class EventEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`schema` is the shape it is written in today, `upcast` are the older ones that are read as today's. `commands`
    are those of its category that lead to it, `views` those that fold it, `reactions` those that answer it.
    `is_retired`: it stands in older logs, where it is read, and no command leads to it any more."""

    tag: str
    schema: int
    upcast: Sequence[int]
    category: str
    commands: Sequence[str]
    views: Sequence[str]
    reactions: Sequence[str]
    is_retired: bool


def event_catalogue() -> Sequence[EventEntry]:
    """In the order of the domain's catalogue."""
    return [entry for aggregate in AGGREGATES.values() for entry in _of(aggregate)]


def outcomes(aggregate: AnyAggregate) -> Mapping[type[Command], frozenset[type[Event]]]:
    """What each command may lead to, read from the cases of `decide`, each of which is a column of the aggregate's
    transition table: the events that are named in it, and in the functions of its module that it calls."""
    decide = cast("FunctionType", aggregate.decide)
    module = sys.modules[decide.__module__]
    statements = ast.parse(inspect.getsource(module)).body
    functions = {node.name: node for node in statements if isinstance(node, ast.FunctionDef)}
    names = vars(module)
    found: dict[type[Command], set[type[Event]]] = {command: set() for command in aggregate.commands}
    for types, body in _cases(functions[decide.__name__], names):
        events = {one for one in _reached(body, functions, names, set()) if one in aggregate.events}
        for command in types & found.keys():
            found[command] |= events
    return {command: frozenset(events) for command, events in found.items()}


def _of(aggregate: AnyAggregate) -> Iterator[EventEntry]:
    leading = outcomes(aggregate)
    for event in (*aggregate.events, *aggregate.retired):
        yield EventEntry(
            tag=event.tag,
            schema=event.schema,
            upcast=[schema for schema in range(1, event.schema) if (event.tag, schema) in UPCASTERS],
            category=aggregate.category,
            commands=[command.__name__ for command in aggregate.commands if event in leading[command]],
            views=[view.name for view in PROJECTIONS.values() if event in view.events],
            reactions=[name for name, answered in ANSWERING.items() if event in answered],
            is_retired=event in aggregate.retired,
        )


def _cases(decide: Any, names: Mapping[str, Any]) -> Iterator[tuple[set[Any], Sequence[ast.AST]]]:
    """The types that `decide` tells apart, by `isinstance` or `match`, each with what it then does."""
    for node in ast.walk(decide):
        match node:
            case ast.If(test=ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds])):
                yield set(_resolved([kinds], names)), node.body
            case ast.match_case(pattern=pattern):
                yield set(_resolved([pattern], names)), node.body


def _reached(
    nodes: Iterable[ast.AST], functions: Mapping[str, Any], names: Mapping[str, Any], seen: set[str]
) -> Iterator[Any]:
    """All that is named below `nodes`, and in the functions of the same module that are."""
    nodes = list(nodes)
    yield from _resolved(nodes, names)
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in functions and inner.id not in seen:
                seen.add(inner.id)
                yield from _reached([functions[inner.id]], functions, names, seen)


def _resolved(nodes: Iterable[ast.AST], names: Mapping[str, Any]) -> Iterator[type]:
    """The classes that are named below `nodes`."""
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(named := names.get(inner.id), type):
                yield named
