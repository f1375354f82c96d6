"""`medianest events`: what may stand in the log."""

from typing import TYPE_CHECKING

import typer

from medianest.main.cli.output import JsonOption, show_json, show_table
from medianest.main.cli.seam import operations

if TYPE_CHECKING:
    from medianest.main.event_catalogue import EventEntry

app = typer.Typer(no_args_is_help=True)


@app.callback()
def events() -> None:
    """The events that the log is made of.

    \b
    Example:
        medianest events list
    """


@app.command("list")
def list_events(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print every event that may stand in the log: its stored name, its shapes, the
    commands that lead to it, the views that it changes and the reactions that
    answer it.

    Older shapes stay as they were written, and are read as today's. Events that are
    retired stand in older logs: they are read, and written no more. Needs no server
    and no settings.

    \b
    Examples:
        medianest events list
        medianest events list --json | jq -r '.[] | select(.reactions != []) | .tag'
    """
    entries = operations(ctx).event_catalogue()
    if as_json:
        import msgspec

        show_json(msgspec.to_builtins(entries))
        return
    rows = [[one.tag, _shapes(one), _writers(one), ", ".join(one.views), ", ".join(one.reactions)] for one in entries]
    show_table(["Event", "Shapes", "Written by", "Views", "Reactions"], rows)


def _shapes(entry: "EventEntry") -> str:
    return ", ".join(str(schema) for schema in (*entry.upcast, entry.schema))


def _writers(entry: "EventEntry") -> str:
    return "(retired)" if entry.is_retired else ", ".join(entry.commands)
