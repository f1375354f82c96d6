"""`docs/domain.md`, written from the code: each aggregate's sentence, transition table, commands, events, refusals."""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Iterator, Mapping

import medianest.domain
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import AnyAggregate, Command, Event, Personal, Refused

HEAD = """# The domain

<!-- Generated from the docstrings and types of `medianest.domain`; change those, not this page. -->

What is true in MediaNest, aggregate by aggregate: what can be asked of each, what then happens, and what is refused.
Every command also carries `actor` and `at`. A field marked (personal) is sealed in the log under its person's key.
"""


def render() -> str:
    """The whole page, Markdown, ending with one newline."""
    return "\n".join([HEAD, *(_section(aggregate) for aggregate in AGGREGATES.values()), *_rules(), _vocabulary()])


def _section(aggregate: AnyAggregate) -> str:
    home = importlib.import_module(f"medianest.domain.{aggregate.category}")
    commands = [f"- `{_signature(command, hidden=Command)}`{_first_line(command)}" for command in aggregate.commands]
    events = [f"- `{event.tag}` `({_fields(event, Event)})`" for event in aggregate.events]
    refused = [f"- `{refusal.code}` ({refusal.kind}): {refusal.text}" for refusal in _refusals(home)]
    parts = [f"## `{aggregate.category}`", inspect.cleandoc(home.__doc__ or "")]
    parts += ["**Commands**", "\n".join(commands), "**Events**", "\n".join(events)]
    if refused:
        parts += ["**Refusals**", "\n".join(refused)]
    return "\n\n".join(parts) + "\n"


def _rules() -> Iterator[str]:
    """What spans aggregates."""
    for title, name in (
        ("Whose account", "authority"),
        ("Notifications", "routing"),
        ("Leaving a request to somebody", "inheriting"),
        ("Reopening", "reopening"),
        ("Undoing", "undoing"),
    ):
        module = importlib.import_module(f"medianest.domain.{name}")
        yield f"## {title}\n\n{inspect.cleandoc(module.__doc__ or '')}\n"


def _signature(shape: type, hidden: type) -> str:
    return f"{shape.__name__}({_fields(shape, hidden)})"


def _fields(shape: type, hidden: type) -> str:
    """The fields of a dataclass with their types, less those of `hidden`."""
    known = {field.name for field in dataclasses.fields(hidden)}
    hints = typing.get_type_hints(shape, include_extras=True)
    own = [field.name for field in dataclasses.fields(shape) if field.name not in known]
    return ", ".join(f"{name}: {_type(hints[name])}" for name in own)


def _type(hint: object) -> str:
    if word := _words().get(hint):
        return word
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        personal = any(isinstance(mark, Personal) for mark in arguments[1:])
        return _type(arguments[0]) + (" (personal)" if personal else "")
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type(argument) for argument in arguments)
    if arguments:
        return f"{getattr(origin, '__name__', origin)}[{', '.join(_type(argument) for argument in arguments)}]"
    if hint is Ellipsis:
        return "..."
    if hint is types.NoneType:
        return "None"
    return getattr(hint, "__name__", str(hint))


@functools.cache
def _words() -> Mapping[object, str]:
    """The name of every closed set of words that the domain's modules define, by its type."""
    walk = pkgutil.walk_packages(medianest.domain.__path__, "medianest.domain.")
    modules = [importlib.import_module(found.name) for found in walk]
    return {
        value: name
        for module in modules
        for name, value in vars(module).items()
        if typing.get_origin(value) is typing.Literal
    }


def _vocabulary() -> str:
    lines = sorted(f"- `{name}`: {', '.join(typing.get_args(literal))}" for literal, name in _words().items())
    return "## Words\n\n" + "\n".join(lines) + "\n"


def _first_line(shape: type) -> str:
    """What the class says of itself, in its first line; nothing where it says nothing."""
    text = shape.__dict__.get("__doc__") or ""
    return "" if text.startswith(f"{shape.__name__}(") else f": {inspect.cleandoc(text).splitlines()[0]}"


def _refusals(home: types.ModuleType) -> Iterator[type[Refused]]:
    """Those that the aggregate's own modules define, in the order of their definition."""
    modules = [home]
    if paths := getattr(home, "__path__", None):
        modules += [importlib.import_module(f"{home.__name__}.{found.name}") for found in pkgutil.iter_modules(paths)]
    for module in modules:
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, Refused) and value.__module__ == module.__name__:
                yield value
