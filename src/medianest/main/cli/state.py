"""`medianest state`: a thing as it was at any version or time, and what changed since another version."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from medianest.main.cli.moments import FORMS, moment
from medianest.main.cli.output import JsonOption, note, say, show, show_json, show_table
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.tree import Tree

    from medianest.application.queries.lines import AuditLine
    from medianest.application.queries.streams import Changes, ReadDifferences, ReadStream, StreamThen


def state(
    ctx: typer.Context,
    category: Annotated[str, typer.Argument(help="What sort of thing: media_request, user, quota ...")],
    stream_id: Annotated[UUID, typer.Argument(metavar="ID", help="Its id.")],
    *,
    version: Annotated[int | None, typer.Option(min=1, help="As it was at this version.", show_default=False)] = None,
    at: Annotated[str | None, typer.Option(help=f"As it was recorded by then: {FORMS}.", show_default=False)] = None,
    diff: Annotated[
        int | None,
        typer.Option(min=0, help="What changed since this version, field by field; 0: since before it began."),
    ] = None,
    events: Annotated[int, typer.Option(min=1, max=1000, help="Show so many events at most.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show one thing as it is, or as it was: its state, and the events that led to it.

    What counts is what was recorded by then. Names are those of today, and
    what a forgotten person wrote stays forgotten.

    \b
    Examples:
        medianest state media_request $ID
        medianest state media_request $ID --at 7d
        medianest state user $ID --diff 3 --version 7 --json
    """
    from medianest.application.queries.streams import ReadDifferences, ReadStream

    if version is not None and at is not None:
        raise typer.BadParameter("Say a version or a time, not both.", param_hint="--at")
    when = version if at is None else moment(at, datetime.now(UTC))
    if diff is None:
        _state(
            ctx, ReadStream(category=category, stream_id=stream_id, moment=when, limit=events, is_tail=True), as_json
        )
    else:
        query = ReadDifferences(category=category, stream_id=stream_id, from_version=diff, to=when, limit=events)
        _changes(ctx, query, as_json)


def _state(ctx: typer.Context, query: "ReadStream", as_json: bool) -> None:
    then = finish(operations(ctx).ask(settings(), query))
    if as_json:
        show_json(_then_as_json(then))
    else:
        _show_then(then)


def _changes(ctx: typer.Context, query: "ReadDifferences", as_json: bool) -> None:
    changes = finish(operations(ctx).ask(settings(), query))
    if as_json:
        show_json(_changes_as_json(changes))
    else:
        _show_changes(changes)


def _show_then(then: "StreamThen") -> None:
    from rich.markup import escape
    from rich.tree import Tree

    of = "the latest version" if then.version == then.latest_version else f"of {then.latest_version} versions"
    tree = Tree(escape(f"{then.category} {then.stream_id} at version {then.version}, {of}"))
    if then.state is None:
        tree.add("It does not exist, or no longer.")
    else:
        _grow(tree, then.state)
    show(tree)
    _show_events(then.events)


def _grow(tree: "Tree", fields: dict[str, Any]) -> None:
    from rich.text import Text

    for name, value in fields.items():
        inner = {str(n): item for n, item in enumerate(value)} if isinstance(value, list | tuple) else value
        if isinstance(inner, dict) and inner:
            _grow(tree.add(Text(name)), inner)
        else:
            tree.add(Text.assemble((f"{name}: ", "dim"), _word(value)))


def _show_changes(changes: "Changes") -> None:
    from msgspec import UNSET

    say(f"{changes.category} {changes.stream_id}, from version {changes.from_version} to {changes.to_version}")
    if not changes.differences:
        say("Nothing in its state is different.")
    else:
        rows = [
            [
                one.field,
                "" if one.before is UNSET else _word(one.before),
                "" if one.after is UNSET else _word(one.after),
            ]
            for one in changes.differences
        ]
        show_table(["Field", "Before", "After"], rows)
    _show_events(changes.events)
    if changes.next_after is not None:
        note("More than these happened in between: --events says how many to show.")


def _show_events(lines: "Sequence[AuditLine]") -> None:
    if lines:
        rows = [
            [str(line.recorded.version), _time(line.recorded.recorded_at), line.recorded.event.tag, line.sentence]
            for line in lines
        ]
        show_table(["Version", "Recorded", "Event", "What happened"], rows)


def _word(value: Any) -> str:
    """A value as JSON writes it, words without their quotes."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _then_as_json(then: "StreamThen") -> Any:
    import msgspec

    from medianest.adapters.http.streams import stream_resource

    return msgspec.to_builtins(stream_resource(then, None))


def _changes_as_json(changes: "Changes") -> Any:
    import msgspec

    from medianest.adapters.http.streams import changes_resource

    return msgspec.to_builtins(changes_resource(changes, None))


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Ask")(state)
