"""Commands about the views: what there is, how current each is, building them anew, and comparing them with the log."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json, show_table, written
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.main.settings import Settings
    from medianest.ports.rebuilds import RowDifference, ViewCheck
    from medianest.ports.views import ViewState

app = typer.Typer(no_args_is_help=True)

Names = Annotated[
    list[str] | None, typer.Argument(help="Views, as `medianest projections list` names them.", show_default=False)
]


@app.callback()
def views() -> None:
    """The views that people see, all built from the log. Nothing is lost when one is
    thrown away and built anew.

    \b
    Examples:
        medianest projections status
        medianest projections rebuild request_board
        medianest projections verify
    """


@app.command("list")
def list_names(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print the names of all views, one a line.

    \b
    Example:
        for view in $(medianest projections list); do medianest projections verify "$view"; done
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
        medianest projections status inbox --json
    """
    from medianest.application.queries.views import ListRebuilds

    chosen = settings()
    states = finish(operations(ctx).projection_states(chosen))
    if name is not None:
        states = _named([name], states)
    if as_json:
        show_json([_as_json(state) for state in states])
    else:
        rows = [[s.name, str(s.position), str(s.lag), _time(s) or "never", _condition(s)] for s in states]
        show_table(["View", "Position", "Lag", "Updated", "State"], rows)
        for one in finish(operations(ctx).ask(chosen, ListRebuilds())):
            if one.state in {"queued", "running"} and (name is None or name in one.views):
                say(f"{', '.join(one.views)}: rebuild {one.state}, at event {one.position} of {one.head}")
    if any(state.error for state in states):
        raise typer.Exit(Exit.FAILED)


@app.command()
def rebuild(
    ctx: typer.Context,
    names: Names = None,
    every: Annotated[bool, typer.Option("--all", help="All views, in one pass over the log.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a rebuild that was broken off.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build views anew from the log, with a progress bar.

    The views are read and kept current meanwhile, and exchanged at the end. When
    this is broken off, they are as they were. The log is only read, and nobody is
    notified of anything again.

    \b
    Examples:
        medianest projections rebuild request_board
        medianest projections rebuild --all
        medianest projections rebuild --all --resume
    """
    if bool(names) == every:
        complain("Name the views to rebuild, or say --all.")
        raise typer.Exit(Exit.USAGE)
    chosen = settings()
    views = [state.name for state in _of(ctx, chosen, names)]
    began = time.monotonic()
    with progress_bar(views[0] if len(views) == 1 else f"{len(views)} views") as advance:
        position = finish(operations(ctx).rebuild(chosen, views, resume, advance))
    seconds = time.monotonic() - began
    if as_json:
        show_json({"views": views, "position": position, "seconds": round(seconds, 3)})
    else:
        words = "is" if len(views) == 1 else "are"
        note(f"{', '.join(views)} {words} built anew, up to event {position}, in {seconds:.1f} s.")


@app.command()
def verify(ctx: typer.Context, names: Names = None, as_json: JsonOption = False) -> None:
    """Compare views, row by row, with a fold of the log. Ends with 1 when one
    differs.

    Without names, all of them. The first rows that differ are named by their key
    and columns; what stands in them may be personal, and is left out. This runs
    every night by itself.

    \b
    Examples:
        medianest projections verify
        medianest projections verify user_directory --json
    """
    chosen = settings()
    checks: list[ViewCheck] = []
    for state in _of(ctx, chosen, names):
        with progress_bar(state.name) as advance:
            checks.append(finish(operations(ctx).verify_view(chosen, state.name, advance)))
    if as_json:
        show_json([_check_as_json(check) for check in checks])
    else:
        for check in checks:
            _tell(check)
    if differing := [check.name for check in checks if check.differing]:
        complain(f"Build anew what differs: medianest projections rebuild {' '.join(differing)}")
        raise typer.Exit(Exit.FAILED)


def _tell(check: "ViewCheck") -> None:
    if not check.differing:
        say(f"{check.name}: {check.compared} rows are as the log says, up to event {check.position}")
        return
    say(f"{check.name}: {check.differing} of {check.compared} rows differ from what the log says")
    for difference in check.differences:
        say(f"  {difference.key}  {_kind(difference)}")


def _kind(difference: "RowDifference") -> str:
    return {"extra": "is not in the log's telling", "missing": "is not in the view"}.get(
        difference.kind, f"differs in {', '.join(difference.columns)}"
    )


def _of(ctx: typer.Context, chosen: "Settings", names: Sequence[str] | None) -> "Sequence[ViewState]":
    """Those that are named, or all."""
    states = finish(operations(ctx).projection_states(chosen))
    return _named(names, states) if names else states


def _named(names: Sequence[str], states: "Sequence[ViewState]") -> "Sequence[ViewState]":
    there = {state.name: state for state in states}
    for name in names:
        if name not in there:
            complain(f"There is no view {name!r}. There are: {', '.join(there)}.")
            raise typer.Exit(Exit.USAGE)
    return [there[name] for name in dict.fromkeys(names)]


def _condition(state: "ViewState") -> str:
    return state.error or ("ok" if state.is_built else "is being built")


def _time(state: "ViewState") -> str | None:
    if state.updated_at is None:
        return None
    return written(state.updated_at)


def _as_json(state: "ViewState") -> dict[str, Any]:
    return {
        "name": state.name,
        "isBuilt": state.is_built,
        "position": state.position,
        "lag": state.lag,
        "updatedAt": _time(state),
        "error": state.error,
    }


def _check_as_json(check: "ViewCheck") -> dict[str, Any]:
    return {
        "name": check.name,
        "position": check.position,
        "compared": check.compared,
        "differing": check.differing,
        "differences": [{"key": one.key, "kind": one.kind, "columns": list(one.columns)} for one in check.differences],
    }
