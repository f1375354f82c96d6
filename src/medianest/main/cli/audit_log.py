"""`medianest audit log`: who did what, when and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from medianest.main.cli.output import harmless, say
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.application.queries.lines import AuditLine


def log(
    ctx: typer.Context,
    phrase: Annotated[str, typer.Argument(help="What to look for; the terms are above.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(min=0, max=10_000, help="The last so many of what fits.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what happens, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON each, as `/admin/audit` has it.")] = False,
) -> None:
    """Print who did what, the latest at the end.

    A phrase holds terms, all of which must fit: key:value, -key:value to leave
    out, and plain words or "several words" that a title or a name holds. Keys
    are actor (a name, an e-mail address, an id, system), action (such as
    media_request.approved or *.deleted), category, stream, correlation,
    causation, session, and created (a year, a month, a day or a moment, behind
    >, >=, < or <=, or a..b). Put -- in front of a phrase that begins with a -.

    \b
    Examples:
        medianest audit log
        medianest audit log 'actor:anna action:media_request.* "dune"'
        medianest audit log 'created:2026-11 -actor:system' --limit 1000 --json
        medianest audit log 'category:user' --follow
        medianest audit log -- '-category:notification'
    """
    show = _show_json if as_json else _show
    try:
        finish(operations(ctx).audit_log(settings(), phrase, limit, follow, show))
    except KeyboardInterrupt:
        if not follow:
            raise


def _show(line: "AuditLine") -> None:
    recorded = line.recorded
    at = recorded.recorded_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    say(f"{at}  {recorded.position:>8}  {recorded.event.tag:<28}  {harmless(line.sentence)}")


def _show_json(line: "AuditLine") -> None:
    from medianest.adapters.http.resources import encode, event_resource

    say(encode(event_resource(line)).decode())


def add_to(app: typer.Typer) -> None:
    app.command()(log)
