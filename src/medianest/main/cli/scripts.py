"""Commands that answer one question or do one thing; what they print on stdout is all a script has to read."""

from pathlib import Path
from typing import Annotated

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, say, show_json
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings


def migrate(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Bring the database's tables and views up to date, and say which steps were
    taken.

    Safe to run at any time and by several machines at once: each step is taken
    once. `medianest up` does it by itself. Run by a new release beside the old one
    before it takes over, it builds the views that have another shape now, and
    nobody waits for them afterwards.

    \b
    Examples:
        medianest migrate
        MEDIANEST_DATABASE_URL=postgresql://... MEDIANEST_REDIS_URL=redis://... medianest migrate --json
    """
    chosen = settings()
    applied = finish(operations(ctx).migrate(chosen))
    with progress_bar("views") as advance:
        built = finish(operations(ctx).build_missing(chosen, advance))
    if as_json:
        show_json({"applied": applied, "built": list(built)})
        return
    steps = [f"Applied: {', '.join(f'{number:04}' for number in applied)}."] if applied else []
    steps += [f"Built: {', '.join(built)}."] if built else []
    say(" ".join(steps) or "Already up to date.")


def setup_token(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Print the one-time token that makes the first administrator.

    Ends with 1 once there is an administrator: then no token is needed any
    more.

    \b
    Examples:
        medianest setup-token
        TOKEN=$(medianest setup-token)
    """
    token = finish(operations(ctx).setup_token(settings()))
    if as_json:
        show_json({"setupToken": token})
    elif token:
        say(token)
    if token is None:
        complain("There is an administrator already, so no setup token is needed.")
        raise typer.Exit(Exit.FAILED)


def openapi(
    ctx: typer.Context,
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead of stdout.")] = None,
) -> None:
    """Write the OpenAPI 3.1 document of the HTTP interface. Needs no server and no
    settings.

    \b
    Examples:
        medianest openapi --output openapi.json
        medianest openapi | jq '.paths | keys'
    """
    document = operations(ctx).openapi()
    if output is None:
        show_json(document)
        return
    with output.open("w", encoding="utf-8") as file:
        show_json(document, file)


def database_url(ctx: typer.Context) -> None:
    """Print the address of the database in use, your own or the private one, for psql
    and its like: the direct one, where a pooler stands before it.

    A password in it is printed with it.

    \b
    Examples:
        psql "$(medianest database-url)"
        pg_dump "$(medianest database-url)" > backup.sql
    """
    say(finish(operations(ctx).database_url(settings())))


def version(as_json: JsonOption = False) -> None:
    """Print the version of MediaNest.

    \b
    Examples:
        medianest version
        medianest version --json
    """
    from importlib.metadata import version as version_of

    number = version_of("medianest")
    if as_json:
        show_json({"version": number})
    else:
        say(number)


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Set up")(migrate)
    app.command(rich_help_panel="Set up")(setup_token)
    app.command(rich_help_panel="Ask")(openapi)
    app.command(rich_help_panel="Ask")(database_url)
    app.command(rich_help_panel="Ask")(version)
