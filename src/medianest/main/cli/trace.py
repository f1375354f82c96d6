"""The command that tells the story of one click."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from medianest.main.cli.output import JsonOption, harmless, note, show, show_json
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from medianest.application.causes import TraceNode
    from medianest.application.queries.trace import Trace


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Look back")(trace)


def trace(
    ctx: typer.Context,
    correlation_id: Annotated[
        str, typer.Argument(help="X-Correlation-Id of an answer, `correlationId` of a problem or of an event.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Show all that followed from one click, as a tree of causes: the request,
    events, reactions, jobs, calls to other servers, and who was told.

    Times count from the click, in milliseconds. Requests, runs of jobs and
    calls are kept for 30 days, events for ever.

    \b
    Examples:
        medianest trace 5f0c6b0e9d0f4a53a3c1f7f2b8f4f9aa
        medianest trace 5f0c6b0e9d0f4a53a3c1f7f2b8f4f9aa --json | jq '.roots[].name'
    """
    found = finish(operations(ctx).trace(settings(), correlation_id))
    if as_json:
        import msgspec

        from medianest.adapters.http.trace import trace_resource

        show_json(msgspec.to_builtins(trace_resource(found)))
        return
    show(_drawn(found))
    if found.is_cut:
        note("There is more: these are the earliest events and steps.")


def _drawn(found: "Trace") -> "Tree":
    from rich.text import Text
    from rich.tree import Tree

    began = found.started_at.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", " UTC")
    lasted = _ms(found.started_at, found.ended_at)
    tree = Tree(Text(f"{began}, {lasted} to the last effect"))
    waiting = [(tree, root) for root in reversed(found.roots)]
    while waiting:
        above, node = waiting.pop()
        branch = above.add(_line(node, found.started_at))
        waiting.extend((branch, child) for child in reversed(node.children))
    return tree


def _line(node: "TraceNode", began: datetime) -> "Text":
    from rich.text import Text

    line = Text(f"+{_ms(began, node.started_at)}  ", style="dim")
    if node.recorded is not None:
        line.append(harmless(node.sentence or node.name), style="bold")
        line.append(f"  {node.name} at {node.recorded.position}", style="dim")
        if (notice := node.notice) is not None:
            line.append(", read" if notice.read_at else ", delivered" if notice.delivered_at else ", not yet delivered")
        return line
    line.append(harmless(f"{node.kind} {node.name}"), style="cyan")
    if node.outcome is not None:
        line.append(f"  {node.outcome}", style="" if _is_well(node.outcome) else "red")
    if (job := node.open_job) is not None:
        line.append(f" after {job.attempts} attempts" if job.attempts else "")
        line.append(f", due {job.due_at.isoformat(timespec='seconds')}" if job.due_at else "")
    if node.ended_at is not None:
        line.append(f"  {_ms(node.started_at, node.ended_at)}", style="dim")
    return line


def _is_well(outcome: str) -> bool:
    return outcome in ("ok", "waiting", "running") or outcome[:1] in ("2", "3")


def _ms(since: datetime, until: datetime) -> str:
    return f"{round((until - since).total_seconds() * 1000)} ms"
