"""How a command ends: the exit statuses, and one red line instead of a stack trace."""

from enum import IntEnum
from typing import Any, Final

import typer
from typer.core import TyperGroup

from medianest.main.cli.output import while_read


class Exit(IntEnum):
    """Exit statuses, after sysexits.h where it has a word for it."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNAVAILABLE = 69
    CONFIG = 78


MEANING: Final = {
    Exit.OK: "done",
    Exit.FAILED: "refused, failed, or the answer is no",
    Exit.USAGE: "the command line is wrong",
    Exit.UNAVAILABLE: "a server that is needed does not answer; trying again later may help",
    Exit.CONFIG: "a setting is wrong",
}


class AnsweringGroup(TyperGroup):
    """Turns what a command raises into one line on stderr and an exit status; with --debug, shows the stack trace.
    Whoever has read enough of an answer, as `head` has, is told nothing."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with while_read():
                return super().invoke(ctx)
        except Exception as error:
            answer = _answer(error)
            if answer is None or ctx.params.get("debug"):
                raise
            status, line = answer
            complain(line)
            raise typer.Exit(status) from error


def complain(line: str) -> None:
    """One line about what is wrong, red where a terminal shows colours, on stderr."""
    typer.secho(line, fg=typer.colors.RED, err=True)


def _answer(error: Exception) -> tuple[Exit, str] | None:
    """None: the command line's own doing, which typer reports by itself."""
    # Late, so that `--help` is quick.
    from medianest.adapters.embedded.account import ServersUnavailable
    from medianest.adapters.postgres.migrations import MigrationError
    from medianest.domain.kernel import Refused
    from medianest.main.settings import SettingsError
    from medianest.ports.failures import SealBroken, Unavailable, UnreadableEvent

    line = " ".join(str(error).split())
    match error:
        case SettingsError():
            return Exit.CONFIG, line
        case Unavailable() | ServersUnavailable():
            return Exit.UNAVAILABLE, line
        case Refused() | OSError() | MigrationError() | SealBroken() | UnreadableEvent():
            return Exit.FAILED, line
    if type(error).__module__.partition(".")[0] in {"typer", "click"}:
        return None
    # Nobody has looked at this text: it may quote a secret, such as a database address.
    name = type(error).__name__
    return Exit.FAILED, f"A mistake in MediaNest itself ({name}). `medianest --debug ...` shows where."
