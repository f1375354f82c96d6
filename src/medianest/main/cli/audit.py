"""Commands about the record of who did what: whether it can be trusted."""

import typer

from medianest.main.cli import audit_log, seals

app = typer.Typer(no_args_is_help=True)


@app.callback()
def audit() -> None:
    """The record of everything that was done, and whether anybody touched it.

    \b
    Examples:
        medianest audit log 'actor:anna created:2026-11'
        medianest audit verify
        medianest audit anchor --output /mnt/elsewhere/anchor.json
    """


audit_log.add_to(app)
seals.add_to(app)
