"""Commands about secrets that MediaNest has to read again. None of them ever shows one."""

import typer

from medianest.main.cli.output import JsonOption, note, say, show_json, show_table
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def secrets() -> None:
    """Seeds of second factors and tokens of other services, sealed in the database.

    \b
    Examples:
        medianest secrets list
        medianest secrets rotate
    """


@app.command("list")
def list_kinds(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print which kinds of secrets there are, and how many of each. Never a secret.

    \b
    Example:
        medianest secrets list
    """
    counts = finish(operations(ctx).count_secrets(settings()))
    if as_json:
        show_json(dict(counts))
    elif not counts:
        note("There are no secrets yet.")
    else:
        show_table(("kind", "how many"), [(kind, str(number)) for kind, number in counts.items()])


@app.command()
def rotate(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Seal every secret anew under a new key, delete the old keys, and print how many
    secrets there were.

    MediaNest may run meanwhile, and nobody notices. A key that somebody has seen
    opens nothing of what is written from then on; a secret that somebody has seen
    has to be replaced where it is from. Ends with 1 when a secret does not open:
    the others are sealed anew all the same.

    \b
    Example:
        medianest secrets rotate
    """
    with progress_bar("sealing anew", unit="secrets") as advance:
        resealed = finish(operations(ctx).rotate_secrets(settings(), advance))
    if as_json:
        show_json({"resealed": resealed})
        return
    note("All secrets are sealed under a new key, and the old ones are deleted.")
    say(str(resealed))
