"""The commands, put together under one name, and what holds for all of them."""

from typing import Annotated

import typer

from medianest.main.cli import (
    admin,
    audit,
    demo,
    events,
    library,
    parked,
    processes,
    projections,
    replay,
    rules,
    scripts,
    secrets,
    state,
    trace,
    transfer,
    undo,
)
from medianest.main.cli.exits import MEANING, AnsweringGroup

STATUSES = "; ".join(f"{status.value} {meaning}" for status, meaning in MEANING.items())

app = typer.Typer(
    name="medianest",
    cls=AnsweringGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,  # its frames show local variables, and those may be secrets
    epilog=f"Exit status: {STATUSES}.",
)


@app.callback()
def medianest(
    debug: Annotated[bool, typer.Option("--debug", help="Show the stack trace of what goes wrong.")] = False,
) -> None:
    """One place for the people around a home media server: ask, approve, watch, and
    remember.

    Settings come from the environment (MEDIANEST_PORT, MEDIANEST_DATA_DIR,
    ...) over the TOML file that MEDIANEST_CONFIG names; docs/configuration.md
    lists them all. With none at all, everything that MediaNest needs runs on
    this machine and is kept in one directory.

    \b
    Start everything, then make the first administrator:
        medianest up
        medianest admin create --email ada@example.org --name Ada

    \b
    See whether all views are current, and build one anew:
        medianest projections status
        medianest projections rebuild request_board
    """


processes.add_to(app)
demo.add_to(app)
scripts.add_to(app)
undo.add_to(app)
trace.add_to(app)
state.add_to(app)
replay.add_to(app)
transfer.add_to(app)
app.add_typer(events.app, name="events", rich_help_panel="Ask")
app.add_typer(admin.app, name="admin", rich_help_panel="Look after")
app.add_typer(audit.app, name="audit", rich_help_panel="Look after")
app.add_typer(library.app, name="library", rich_help_panel="Look after")
app.add_typer(parked.app, name="parked", rich_help_panel="Look after")
app.add_typer(projections.app, name="projections", rich_help_panel="Look after")
app.add_typer(secrets.app, name="secrets", rich_help_panel="Look after")
app.add_typer(rules.app, name="settings", rich_help_panel="Look after")
