"""Commands about what the media servers hold: scanning it, showing it, and deciding on what may be called gone."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from medianest.main.cli.exits import Exit, complain
from medianest.main.cli.output import JsonOption, note, say, show_json, show_table, written
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.application.library.reading import ScanProgress
    from medianest.application.queries.library import LibraryLine
    from medianest.ports.library import ScannedLibrary

app = typer.Typer(no_args_is_help=True)
removals = typer.Typer(no_args_is_help=True)
app.add_typer(removals, name="removals")

Server = Annotated[str, typer.Argument(metavar="SERVER", help="The media server's short name: plex.")]
Library = Annotated[
    str, typer.Argument(metavar="LIBRARY", help="The library's whole id, as `medianest library list` names it.")
]


@app.callback()
def library() -> None:
    """The libraries of the media servers. What they hold is looked at every night, and
    what is new every five minutes.

    \b
    Examples:
        medianest library scan
        medianest library list
        medianest library removals allow plex 3c9f2a10-5b7e-4d21-9f40-6a1c8e02d7b3
    """


@app.command()
def scan(
    ctx: typer.Context,
    server: Annotated[str | None, typer.Option("--server", help="Only this media server.", show_default=False)] = None,
    library: Annotated[
        str | None, typer.Option("--library", help="Only the library with this id.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Scan the libraries now, with a progress bar. Ends with 1 when a scan says
    nothing about what is missing.

    A media server that does not answer, a drive that vanished and a library that is
    suddenly empty change nothing: what is known stays.

    \b
    Examples:
        medianest library scan
        medianest library scan --server plex
    """
    with progress_bar("libraries", "items") as advance:
        counts: dict[str, tuple[int, int]] = {}

        def on_progress(progress: "ScanProgress") -> None:
            counts[f"{progress.server}:{progress.uuid}"] = (progress.done, progress.total)
            advance(sum(done for done, _ in counts.values()), sum(total for _, total in counts.values()))

        scanned = finish(operations(ctx).scan_libraries(settings(), server, library, on_progress))
    if as_json:
        show_json([_as_json(one) for one in scanned])
    elif not scanned:
        note("There is nothing to scan: no media server is set up, or it has no library of films or series.")
    else:
        for one in scanned:
            result = f"{one.items} items in {one.seconds:.1f} s" if one.trouble is None else _word(one)
            say(f"{one.server}: {one.title}: {result}")
    if any(one.trouble for one in scanned):
        raise typer.Exit(Exit.FAILED)


@app.command("list")
def list_libraries(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show every library, its last scan, and what waits for your decision.

    \b
    Examples:
        medianest library list
        medianest library list --json | jq -r '.[] | select(.heldRemovals) | .id'
    """
    from medianest.application.queries.library import ListLibraries

    lines = finish(operations(ctx).ask(settings(), ListLibraries()))
    if as_json:
        show_json([{**_as_json(line.library), "heldRemovals": _question(line)} for line in lines])
        return
    rows = [
        [
            line.library.server,
            line.library.uuid,
            line.library.title,
            str(line.library.held),
            str(line.library.missing),
            written(line.library.scanned_at) if line.library.scanned_at else "never",
            _word(line.library),
        ]
        for line in lines
    ]
    show_table(["Server", "Library", "Title", "Titles", "Missing", "Scanned", "State"], rows)
    for line in lines:
        if line.question is not None:
            complain(
                f"{line.library.title}: {line.question.leaving} of {line.question.held} titles are missing. Were they "
                f"deleted? medianest library removals allow|decline {line.library.server} {line.library.uuid}"
            )


@app.command()
def accept(ctx: typer.Context, server: Server) -> None:
    """Whatever answers as this media server now is the server: it was set up anew.

    What was known of its libraries is given up, nothing of it counts as deleted, and the
    new ones are scanned.

    \b
    Example:
        medianest library accept plex
    """
    machine = finish(operations(ctx).accept_machine(settings(), server))
    note(f"The media server {server} is the machine {machine} now. Its libraries are scanned by the worker.")


@removals.callback()
def about_removals() -> None:
    """Titles that are missing, too many at once to be called gone without your word.

    \b
    Examples:
        medianest library removals allow plex 3c9f2a10-5b7e-4d21-9f40-6a1c8e02d7b3
        medianest library removals decline plex 3c9f2a10-5b7e-4d21-9f40-6a1c8e02d7b3
    """


@removals.command()
def allow(ctx: typer.Context, server: Server, library: Library) -> None:
    """They were deleted: call them gone.

    \b
    Example:
        medianest library removals allow plex 3c9f2a10-5b7e-4d21-9f40-6a1c8e02d7b3
    """
    finish(operations(ctx).decide_on_removals(settings(), server, library, True))
    note("What is missing is gone now. Whoever had asked for it is told.")


@removals.command()
def decline(ctx: typer.Context, server: Server, library: Library) -> None:
    """They were not deleted: wait for them.

    \b
    Example:
        medianest library removals decline plex 3c9f2a10-5b7e-4d21-9f40-6a1c8e02d7b3
    """
    finish(operations(ctx).decide_on_removals(settings(), server, library, False))
    note("Nothing is called gone. You are asked again if two further scans, six hours apart, miss it as well.")


def _word(library: "ScannedLibrary") -> str:
    words = {
        "unreachable": "the media server does not answer",
        "token_refused": "the media server refuses the token",
        "another_server": "another media server answers there",
        "not_there": "the media server has no such library any more",
        "changed_meanwhile": "the library changed while it was read",
        "incomplete": "the library could not be read to its end",
        "too_long": "the media server came to no end with it",
        "empty": "it is suddenly empty",
        "busy": "the media server was looking through it itself",
    }
    if library.trouble is not None:
        return words[library.trouble]
    return "not scanned yet" if library.scanned_at is None else "ok"


def _question(line: "LibraryLine") -> dict[str, int] | None:
    return {"leaving": line.question.leaving, "held": line.question.held} if line.question else None


def _as_json(library: "ScannedLibrary") -> dict[str, Any]:
    return {
        "server": library.server,
        "id": library.uuid,
        "kind": library.kind,
        "title": library.title,
        "scannedAt": written(library.scanned_at) if library.scanned_at else None,
        "healthyAt": written(library.healthy_at) if library.healthy_at else None,
        "trouble": library.trouble,
        "items": library.items,
        "seconds": round(library.seconds, 3),
        "titles": library.held,
        "missing": library.missing,
    }
