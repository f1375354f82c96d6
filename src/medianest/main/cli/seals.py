"""Commands about the seals: whether anybody touched the record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.adapters.eventlog.seals.findings import SealReport


def verify(
    ctx: typer.Context,
    from_position: Annotated[
        int, typer.Option("--from", min=1, metavar="POSITION", help="Begin at the seal that covers this position.")
    ] = 1,
    anchor: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Compare with this anchor as well.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the log with its seals, and name the first position that does not match.

    Finds what was changed, deleted or put in with SQL after it had been sealed,
    about a second after it was recorded, and seals that were changed or taken
    away. That the newest events and their seals were deleted together shows
    only beside an anchor kept elsewhere. Ends with 1 when something is wrong.

    \b
    Examples:
        medianest audit verify
        medianest audit verify --from 150000 --json
        medianest audit verify --anchor /mnt/elsewhere/anchor.json
    """
    chosen = settings()
    kept = None if anchor is None else anchor.read_bytes()
    with progress_bar("verifying") as advance:
        report = finish(operations(ctx).verify_seals(chosen, from_position - 1, kept, advance))
    if as_json:
        show_json(_as_json(report))
    elif report.fault is None:
        say(_verdict(report))
    if report.fault is not None:
        from medianest.adapters.eventlog.seals.findings import ADVICE

        complain(f"{report.fault.text} {ADVICE}")
        raise typer.Exit(Exit.FAILED)


def anchor(
    ctx: typer.Context,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write it to this file instead of stdout.", show_default=False)
    ] = None,
) -> None:
    """Print what the newest seal is, to be kept where nobody who can write to the
    database can reach it.

    Nothing in it is secret. Beside it, `medianest audit verify --anchor` also
    finds that the end of the record was cut off. Seals what still waits first.

    \b
    Examples:
        medianest audit anchor --output /mnt/elsewhere/anchor.json
        medianest audit anchor | mail -s anchor ada@example.org
    """
    import msgspec

    made = finish(operations(ctx).seal_anchor(settings()))
    document = msgspec.json.format(msgspec.json.encode(made), indent=2).decode()
    if output is None:
        say(document)
    else:
        output.write_text(f"{document}\n", "utf-8")
        note(f"The log is anchored up to position {made.position}. Keep {output} away from the database.")


def rotate_key(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Seal under a new key from now on, and print its number.

    Older seals stay valid: their keys are kept, all of them under secret.key.

    \b
    Example:
        medianest audit rotate-key
    """
    key_id = finish(operations(ctx).rotate_seal_key(settings()))
    if as_json:
        show_json({"keyId": key_id})
        return
    note("The next seal is made under the new key.")
    say(str(key_id))


def add_to(app: typer.Typer) -> None:
    app.command()(verify)
    app.command()(anchor)
    app.command("rotate-key")(rotate_key)


def _verdict(report: "SealReport") -> str:
    if not report.seals:
        return f"Nothing is sealed there yet: {report.unsealed} events wait for a worker to do so."
    waiting = f" {report.unsealed} more are not sealed yet." if report.unsealed else ""
    places = f"{report.events} events, positions {report.after + 1} to {report.position}"
    return f"Nobody touched the record: {places}, {report.seals} seals, in {report.seconds:.1f} s.{waiting}"


def _as_json(report: "SealReport") -> dict[str, Any]:
    fault = report.fault
    return {
        "isUntouched": fault is None,
        "after": report.after,
        "position": report.position,
        "events": report.events,
        "seals": report.seals,
        "unsealed": report.unsealed,
        "seconds": report.seconds,
        "fault": fault
        and {
            "kind": fault.kind,
            "position": fault.position,
            "last": fault.last,
            "seal": fault.seal,
            "text": fault.text,
        },
    }
