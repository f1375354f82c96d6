"""Commands that run until they are stopped: all of MediaNest, or one part of it."""

import typer

from medianest.main.cli.seam import finish, operations, settings


def up(ctx: typer.Context) -> None:
    """Run everything: the servers it needs, HTTP and the workers, under one parent
    that restarts what dies.

    Starts a private Postgres and Valkey unless MEDIANEST_DATABASE_URL and
    MEDIANEST_REDIS_URL name yours, brings the tables up to date, and prints
    the address and, while there is no administrator, the setup token. Ctrl-C
    stops it all within five seconds.

    \b
    Examples:
        medianest up
        MEDIANEST_PORT=9000 MEDIANEST_DATA_DIR=/srv/medianest medianest up
    """
    raise typer.Exit(finish(operations(ctx).up(settings())))


def serve(ctx: typer.Context) -> None:
    """Answer HTTP, and nothing else.

    For several processes or machines that share MEDIANEST_DATABASE_URL and
    MEDIANEST_REDIS_URL; at least one `medianest work` has to run beside them.
    Stops at Ctrl-C or SIGTERM.

    \b
    Examples:
        medianest serve
        MEDIANEST_HOST=0.0.0.0 MEDIANEST_PORT=8485 medianest serve
    """
    finish(operations(ctx).serve(settings()))


def work(ctx: typer.Context) -> None:
    """Keep the views current, react to what happens and run the jobs, and nothing
    else.

    Start as many as you like, on any machine: one keeps the views and reacts,
    all of them share the jobs, and another takes over when one dies. Stops at
    Ctrl-C or SIGTERM; what it was doing is finished first or done again
    elsewhere.

    \b
    Example:
        medianest work
    """
    finish(operations(ctx).work(settings()))


def add_to(app: typer.Typer) -> None:
    panel = "Run"
    app.command(rich_help_panel=panel)(up)
    app.command(rich_help_panel=panel)(serve)
    app.command(rich_help_panel=panel)(work)
