"""`medianest demo`: a made-up house to look around in."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from medianest.main.cli.output import note, say
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.main.demo.place import Demonstration

TRY: Final = """
Sign in, and look around:
  TOKEN=$(curl -s {url}/api/v1/auth/login -H 'content-type: application/json' \\
    -d '{{"email": "{email}", "password": "{password}"}}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
  curl -s {url}/api/v1/media/requests -H "authorization: Bearer $TOKEN"
  curl -s {url}/api/v1/media/requests/counts -H "authorization: Bearer $TOKEN"
  curl -s '{url}/api/v1/media/search?query=ferry' -H "authorization: Bearer $TOKEN"
What the media server holds, what others look at, and a collection to ask for as a whole:
  curl -s {url}/api/v1/plex/libraries -H "authorization: Bearer $TOKEN"
  curl -s '{url}/api/v1/media/discover/trending?type=movie' -H "authorization: Bearer $TOKEN"
  curl -s {url}/api/v1/media/collections/{collection}/request -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{{}}'
Ask for a film, and see it handed on at once, and arrive after {arrival:g} seconds:
  curl -s {url}/api/v1/media/request -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{{"mediaType": "movie", "tmdbId": {film}}}'
Who did what, from the command line:
  MEDIANEST_DATA_DIR={directory} {program} audit log
The whole API: {url}/schema

Ctrl-C stops it; started again, it goes on with what is there. To begin anew, delete {directory}."""


def demo(
    ctx: typer.Context,
    *,
    events: Annotated[
        int, typer.Option(min=300, max=20_000_000, help="About how many events of history to make, the first time.")
    ] = 600,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The TCP port to listen on, instead of MEDIANEST_PORT.")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option(help="Where to keep it. Without: the data directory's name with -demo behind it.")
    ] = None,
    arrival: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a film or a season takes to arrive once it is handed on.")
    ] = 60.0,
    fill_only: Annotated[bool, typer.Option("--fill-only", help="Make the history and the views, and stop.")] = False,
) -> None:
    """Run everything for a look around: a made-up house with people and eight weeks
    of history, and stand-ins for TMDB, Overseerr and Plex.

    Prints the accounts and what to try. Films and series are invented; what is
    handed on arrives in the libraries by itself after a while. All of it happens in a directory
    of its own: servers, keys and directories that your settings name are left
    alone. Only where it listens and how it logs is as they say.

    The first time, every event is decided by MediaNest itself as it would have
    been then, and all views are built from them. Started again, it goes on
    with what is there. The accounts and their password are also in demo.json
    in that directory, for scripts.

    \b
    Examples:
        medianest demo
        medianest demo --port 9000 --directory /tmp/house
        medianest demo --events 1000000 --fill-only
    """
    chosen = settings()
    if port is not None:
        from msgspec.structs import replace

        chosen = replace(chosen, port=port)
    with _bars() as on_progress:
        within, made = finish(
            operations(ctx).fill_demo(chosen, directory.absolute() if directory else None, events, on_progress)
        )
    if fill_only:
        say(f"{made.events:,} events in {within.data_dir}.")
        return
    status = finish(
        operations(ctx).run_demo(within, arrival, lambda url: _welcome(url, made, within.data_dir, arrival))
    )
    raise typer.Exit(status)


def _welcome(url: str, made: "Demonstration", directory: Path, arrival: float) -> None:
    from medianest.main.demo.script import ASK_FOR, COLLECTION

    width = max(len(account.email) for account in made.accounts)
    say(f"\nA made-up house with {made.events:,} events of history. Everybody's password: {made.password}\n")
    for account in made.accounts:
        say(f"  {account.email:{width}}  {account.kind}")
    text = TRY.format(
        url=url,
        email=made.accounts[0].email,
        password=made.password,
        arrival=arrival,
        directory=directory,
        film=ASK_FOR,
        collection=COLLECTION,
        program=_program(),
    )
    say(text)


def _program() -> str:
    """How this very command is called again: it need not be on the path."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "medianest" else f"{sys.executable} -m medianest"


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """One bar after the other, each from its first word on: started again there is nothing to show."""
    with ExitStack() as stack:
        shown: dict[str, Callable[[int, int], None]] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                stack.pop_all().close()
                note(f"Making the {stage} of a demonstration.")
                shown[stage] = stack.enter_context(progress_bar(stage))
            shown[stage](done, total)

        yield advance


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Run")(demo)
