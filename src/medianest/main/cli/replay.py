"""`medianest replay`: the events of the log, one a line, for programs of one's own."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from medianest.main.cli.output import note
from medianest.main.cli.progress import progress_bar
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.domain.kernel import Recorded
    from medianest.ports.audit import AuditFilter

PIECE: Final = 64 * 1024
"""Bytes that are looked at together, from the end of a file, for its last line."""

BEGINNING: Final = b'{"position":'
"""Of every line, and so of every file of ours, however early it was cut off."""

Positions = Annotated[int | None, typer.Option(min=1, help="The last position (default: the end).", show_default=False)]


def replay(
    ctx: typer.Context,
    *,
    begin: Annotated[int, typer.Option("--from", min=1, help="The first position.")] = 1,
    to: Positions = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only these events, such as user.*; may be repeated.")] = None,
    stream: Annotated[list[UUID] | None, typer.Option(help="Only this thing; may be repeated.")] = None,
    actor: Annotated[list[UUID] | None, typer.Option(help="Only what this person did; may be repeated.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file.", show_default=False)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on behind the last line of the file.")] = False,
) -> None:
    """Print the events of the log from a position on, one line of JSON each.

    This only reads: nobody is notified again, and nothing is handed on again.
    Personal data of people who were forgotten reads "(forgotten)". A file that
    was cut off is completed by --resume: a torn last line is taken away first.

    \b
    Examples:
        medianest replay --from 1 --to 1000
        medianest replay --category media_request --tag '*.rejected' | jq .body.reason
        medianest replay --output events.ndjson
        medianest replay --output events.ndjson --resume
    """
    if resume and output is None:
        raise typer.BadParameter("Say with --output which file to go on with.", param_hint="--resume")
    if to is not None and to < begin:
        raise typer.BadParameter(f"lies before position {begin}, where it begins.", param_hint="--to")
    criteria = _criteria(category, tag, stream, actor)
    chosen = settings()
    if output is None:
        lines = _into(typer.get_binary_stream("stdout"))
        finish(operations(ctx).replay(chosen, criteria, begin - 1, to, lines))
        return
    with _opened(output, resume) as file, ExitStack() as stack:
        after = max(begin - 1, last_position(file, output) if resume else 0)
        file.seek(0, 2)
        write, counted = _into(file), [0]
        advance: list[Callable[[int, int], None]] = []

        def told(batch: "Sequence[Recorded]", done: int, last: int) -> None:
            if not advance:
                advance.append(stack.enter_context(progress_bar(output.name)))
            write(batch, done, last)
            counted[0] += len(batch)
            advance[0](done - after, last - after)

        finish(operations(ctx).replay(chosen, criteria, after, to, told))
    note(f"{counted[0]:,} events written to {output}.")


def last_position(file: IO[bytes], name: Path) -> int:
    """Where the file's last whole line stands in the log, 0 without one. What follows that line is cut off. Raises
    typer.BadParameter for a file that no replay wrote."""
    import msgspec

    file.seek(0)
    if not BEGINNING.startswith(file.read(len(BEGINNING))):
        raise typer.BadParameter(f"{name} was not written by a replay.")
    end = file.seek(0, 2)
    tail = b""
    while end > 0 and tail.count(b"\n") < 2:
        begin = max(0, end - PIECE)
        file.seek(begin)
        tail, end = file.read(end - begin) + tail, begin
    whole = tail.rfind(b"\n") + 1
    position: object = 0
    if lines := tail[:whole].splitlines():
        try:
            position = msgspec.json.decode(lines[-1], type=dict[str, object]).get("position")
        except msgspec.DecodeError:
            position = None
    if not isinstance(position, int):
        raise typer.BadParameter(f"{name} was not written by a replay: its last line has no position.")
    file.truncate(end + whole)
    return position


def _opened(path: Path, resume: bool) -> IO[bytes]:
    if path.exists() and not resume:
        raise typer.BadParameter(f"{path} is there already. Go on with it by --resume, or name another.")
    return path.open("r+b" if path.exists() else "w+b")


def _into(file: IO[bytes]) -> "Callable[[Sequence[Recorded], int, int], None]":
    from medianest.main.replayed import replayed

    def write(batch: "Sequence[Recorded]", _done: int, _last: int) -> None:
        file.write(b"".join(replayed(recorded) for recorded in batch))
        file.flush()

    return write


def _criteria(
    categories: Sequence[str] | None,
    tags: Sequence[str] | None,
    streams: Sequence[UUID] | None,
    actors: Sequence[UUID] | None,
) -> "AuditFilter":
    from medianest.application.narrowing import UnknownName, both, tags_of_action, tags_of_category
    from medianest.ports.audit import AuditFilter

    criteria = AuditFilter(
        streams=frozenset(streams) if streams else None, actors=frozenset(actors) if actors else None
    )
    for option, names, tags_of in (("--category", categories, tags_of_category), ("--tag", tags, tags_of_action)):
        if not names:
            continue
        try:
            found = frozenset[str]().union(*(tags_of(name) for name in names))
        except UnknownName as error:
            raise typer.BadParameter(str(error), param_hint=option) from None
        criteria = both(criteria, AuditFilter(tags=found))
    return criteria


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Ask")(replay)
