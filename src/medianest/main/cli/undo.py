"""The command that takes back what an event did."""

from typing import Annotated

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json
from medianest.main.cli.seam import finish, operations, settings


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Look after")(undo)


def undo(
    ctx: typer.Context,
    position: Annotated[int, typer.Argument(min=1, help="The event's position, as `medianest audit log` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take back what one event did: a rejection, a suspension, a change of role
    or quota, a permission, a name.

    Says first what will happen, and asks. Nothing leaves the log: new events
    take the effect back, and name the undone one as their cause. Ends with 1
    where it cannot be undone, and says what to do instead.

    \b
    Examples:
        medianest undo 1042
        medianest undo 1042 --dry-run --json
        medianest undo 1042 --yes
    """
    chosen = settings()
    offer = finish(operations(ctx).undo_offer(chosen, position))
    if as_json and (dry_run or not offer.is_possible):
        show_json(
            {
                "position": offer.position,
                "action": offer.action,
                "sentence": offer.sentence,
                "explanation": offer.explanation,
                "command": offer.command,
                "isPossible": offer.is_possible,
                "code": offer.code,
                "reason": offer.reason,
            }
        )
    else:
        note(f"{offer.sentence}.")
        if offer.is_possible:
            note(f"Undone: {offer.explanation}")
        else:
            complain(offer.reason or "This cannot be undone.")
    if not offer.is_possible:
        raise typer.Exit(Exit.FAILED)
    if dry_run:
        return
    if not yes:
        typer.confirm("Undo it?", abort=True, err=True)
    lines = finish(operations(ctx).undo(chosen, position))
    if as_json:
        show_json([{"position": line.recorded.position, "sentence": line.sentence} for line in lines])
        return
    for line in lines:
        say(f"{line.recorded.position}  {line.sentence}")
