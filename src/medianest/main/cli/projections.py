"""Commands about the views: what there is, how current each is, and building one anew from the log."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json, show_table
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.ports.views import ViewState

app = typer.Typer(no_args_is_help=True)


@app.callback()
def views() -> None:
    """The views that people see, all built from the log. Nothing is lost when one is
    thrown away and built anew.

    \b
    Examples:
        medianest projections list
        medianest projections status
        medianest projections rebuild request_board
    """


@app.command("list")
def list_names(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print the names of all views, one a line.

    \b
    Example:
        for view in $(medianest projections list); do medianest projections rebuild "$view"; done
    """
    names = [state.name for state in finish(operations(ctx).projection_states(settings()))]
    if as_json:
        show_json(names)
    else:
        for name in names:
            say(name)


@app.command()
def status(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Only this view.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far each view is. Ends with 1 when one stands still because of an
    error.

    The lag is the number of events in the log that the view has not seen yet.

    \b
    Examples:
        medianest projections status
        medianest projections status audit --json
    """
    states = finish(operations(ctx).projection_states(settings()))
    if name is not None:
        states = [_named(name, states)]
    if as_json:
        show_json([_as_json(state) for state in states])
    else:
        rows = [[s.name, str(s.position), str(s.lag), _time(s) or "never", s.error or "ok"] for s in states]
        show_table(["View", "Position", "Lag", "Updated", "State"], rows)
    if any(state.error for state in states):
        raise typer.Exit(Exit.FAILED)


@app.command()
def rebuild(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The view, as `medianest projections list` names it.")],
    as_json: JsonOption = False,
) -> None:
    """Throw a view away and build it anew from the log, with a progress bar.

    The log is only read, and nobody is notified of anything again.

    \b
    Examples:
        medianest projections rebuild request_board
        medianest projections rebuild audit --json
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    chosen = settings()
    _named(name, finish(operations(ctx).projection_states(chosen)))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(name, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        finish(operations(ctx).rebuild(chosen, name, advance))
        events = int(progress.tasks[0].completed)
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        show_json({"name": name, "events": events, "seconds": seconds})
    else:
        note(f"{name} is built anew from {events} events, in {seconds:.1f} s.")


def _named(name: str, states: "Sequence[ViewState]") -> "ViewState":
    for state in states:
        if state.name == name:
            return state
    complain(f"There is no view {name!r}. There are: {', '.join(state.name for state in states)}.")
    raise typer.Exit(Exit.USAGE)


def _time(state: "ViewState") -> str | None:
    if state.updated_at is None:
        return None
    return state.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_json(state: "ViewState") -> dict[str, Any]:
    return {
        "name": state.name,
        "position": state.position,
        "lag": state.lag,
        "updatedAt": _time(state),
        "error": state.error,
    }
