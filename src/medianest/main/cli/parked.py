"""Commands about events that could not be handled: which there are, and what is to become of them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json, show_table, written
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.application.queries.parked import ParkedLine

app = typer.Typer(no_args_is_help=True)

ParkedId = Annotated[
    str, typer.Argument(metavar="ID", help="The event, as `medianest parked list` names it: tell_people:1042.")
]


@app.callback()
def parked() -> None:
    """Events that MediaNest could not handle because of a mistake in it. Each
    waits, and with it the later ones of its request or person, until somebody
    decides.

    \b
    Examples:
        medianest parked list
        medianest parked show tell_people:1042
        medianest parked retry tell_people:1042
        medianest parked skip tell_people:1042 --reason "Everybody knows by now."
    """


@app.command("list")
def list_parked(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show what is parked, oldest first: the first event of each request or
    person, and how many wait behind it. At most a hundred are shown.

    Ends with 1 when something is parked.

    \b
    Examples:
        medianest parked list
        medianest parked list --json | jq -r '.[].id'
    """
    from medianest.application.queries.parked import ListParked

    lines = finish(operations(ctx).ask(settings(), ListParked(limit=100))).items
    if as_json:
        show_json([_as_json(line) for line in lines])
    elif lines:
        show_table(["Event", "What happened", "Failure", "Attempts", "Waiting"], [_row(line) for line in lines])
        note("See `medianest parked show EVENT`, then `retry` or `skip` it.")
    else:
        note("Nothing is parked.")
    if lines:
        raise typer.Exit(Exit.FAILED)


@app.command()
def show(ctx: typer.Context, parked_id: ParkedId, as_json: JsonOption = False) -> None:
    """Show one parked event, and where in the program it failed.

    \b
    Example:
        medianest parked show tell_people:1042
    """
    from medianest.application.queries.parked import FindParked

    reaction, position = _read(parked_id)
    line = finish(operations(ctx).ask(settings(), FindParked(reaction=reaction, position=position)))
    if as_json:
        show_json(_as_json(line))
        return
    parked, recorded = line.parked, line.event.recorded
    say(f"{line.event.sentence} ({recorded.event.tag}, {recorded.category}/{recorded.stream_id})")
    if parked.first != position:
        say(f"It only waits behind {reaction}:{parked.first}. Decide on that one first.")
        return
    say(f"{parked.error} after {parked.attempts} attempts; {parked.waiting} wait behind it.")
    say("")
    say(parked.stack.rstrip())


@app.command()
def retry(ctx: typer.Context, parked_id: ParkedId) -> None:
    """Have it tried again, and what waits behind it.

    The worker reads this in the log and tries within a second or so. Retrying is
    harmless: what was done already is not done twice.

    \b
    Example:
        medianest parked retry tell_people:1042
    """
    reaction, position = _read(parked_id)
    finish(operations(ctx).retry_parked(settings(), reaction, position))
    note(f"{parked_id} will be tried again as soon as the worker sees it; `medianest parked list` shows what is left.")


@app.command()
def skip(
    ctx: typer.Context,
    parked_id: ParkedId,
    reason: Annotated[str, typer.Option(prompt="Why", help="Why, for whoever looks back at this.")],
) -> None:
    """Go on without it. What should have followed from it never will; what waits
    behind it is tried next.

    \b
    Example:
        medianest parked skip tell_people:1042 --reason "Everybody knows by now."
    """
    reaction, position = _read(parked_id)
    finish(operations(ctx).skip_parked(settings(), reaction, position, reason))
    note(f"{parked_id} will be skipped as soon as the worker sees it.")


def _read(parked_id: str) -> tuple[str, int]:
    reaction, _, position = parked_id.rpartition(":")
    if reaction and position.isdecimal():
        return reaction, int(position)
    complain(f"{parked_id!r} is no parked event. One looks like tell_people:1042; see `medianest parked list`.")
    raise typer.Exit(Exit.USAGE)


def _row(line: "ParkedLine") -> list[str]:
    parked = line.parked
    name = f"{parked.reaction}:{parked.position}"
    return [name, line.event.sentence, parked.error, str(parked.attempts), str(parked.waiting)]


def _as_json(line: "ParkedLine") -> dict[str, Any]:
    parked, recorded = line.parked, line.event.recorded
    return {
        "id": f"{parked.reaction}:{parked.position}",
        "reaction": parked.reaction,
        "position": parked.position,
        "category": recorded.category,
        "stream": str(parked.stream_id),
        "action": recorded.event.tag,
        "sentence": line.event.sentence,
        "error": parked.error,
        "stack": parked.stack,
        "attempts": parked.attempts,
        "waiting": parked.waiting,
        "parkedAt": written(parked.parked_at),
    }
