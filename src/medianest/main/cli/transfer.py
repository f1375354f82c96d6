"""`medianest export` and `medianest import`: a whole log between installations."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medianest.main.cli.exits import Exit
from medianest.main.cli.output import JsonOption, note, show_json
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.adapters.eventlog.transfer.lines import Copied

VARIABLE = "MEDIANEST_EXPORT_PASSPHRASE"


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that is not there yet; compressed if its name ends in .gz.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="And keys, password hashes and other secrets, under a passphrase.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Copy the whole log to a file, for another installation or for safe keeping.

    MediaNest may run meanwhile: the file holds everything up to the moment at
    which it began, with the seals that show that nothing was touched. It gets
    its name once it is whole.

    Without --with-keys, personal data stays locked in the file for ever: where
    it is imported, names, addresses and comments read "(forgotten)", and
    nobody can sign in with an account of before. With --with-keys it holds all
    there is: keep it and its passphrase apart. The passphrase is asked for, or
    read from MEDIANEST_EXPORT_PASSPHRASE.

    \b
    Examples:
        medianest export medianest.log.gz
        medianest export --with-keys /media/stick/medianest.log.gz
    """
    chosen = settings()
    passphrase = _new_passphrase() if with_keys else None
    with _bar(file.name) as advance:
        copied = finish(operations(ctx).export_log(chosen, file.absolute(), passphrase, advance))
    _report(copied, as_json, f"{file} holds {copied.events:,} events under {copied.seals:,} seals.")


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `medianest export` wrote.")],
    as_json: JsonOption = False,
) -> None:
    """Put a copied log into a fresh installation: all of it, or nothing.

    Stop MediaNest first. The log must be empty. Every event is compared with
    its seal, and a file that was cut off or changed is refused with the line
    at which it shows. Where the file holds keys, their passphrase is asked for
    (or read from MEDIANEST_EXPORT_PASSPHRASE), and the server's own key is
    kept in the data directory.

    Nobody is notified again and nothing is handed on again: reactions go on
    after what was imported. The views are built at the next start, or by
    `medianest projections rebuild --all`.

    \b
    Examples:
        medianest import medianest.log.gz
        MEDIANEST_DATA_DIR=/srv/new medianest import medianest.log.gz
    """
    with _bar(file.name) as advance:
        copied = finish(operations(ctx).import_log(settings(), file.absolute(), _passphrase, advance))
    _report(copied, as_json, f"Imported {copied.events:,} events. Start MediaNest, and it builds the views.")
    if not copied.has_keys and not as_json:
        note(
            "The file holds no keys, so everybody in it is forgotten here, and its seals were compared and left behind."
            " `medianest admin create` makes somebody who can sign in."
        )


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that appears with the first event: a refusal needs none, and a passphrase is asked for without one."""
    with ExitStack() as stack:
        shown: list[Callable[[int, int], None]] = []

        def advance(done: int, total: int) -> None:
            if not shown:
                shown.append(stack.enter_context(progress_bar(name)))
            shown[0](done, total)

        yield advance


def _report(copied: "Copied", as_json: bool, line: str) -> None:
    if as_json:
        counts = {"events": copied.events, "seals": copied.seals, "head": copied.head}
        show_json({**counts, "withKeys": copied.has_keys})
    else:
        note(line)


def _new_passphrase() -> str:
    return _given() or str(typer.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=True, err=True))


def _passphrase() -> str:
    return _given() or str(typer.prompt("Passphrase of the file", hide_input=True, err=True))


def _given() -> str | None:
    """From the environment; None where there is a terminal to ask on."""
    if given := os.environ.get(VARIABLE):
        return given
    if sys.stdin.isatty():
        return None
    note(f"There is no terminal to ask for the passphrase on. Set {VARIABLE}.")
    raise typer.Exit(Exit.USAGE)


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Look after")(export)
    app.command("import", rich_help_panel="Look after")(import_)
