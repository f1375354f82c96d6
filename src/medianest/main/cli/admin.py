"""Commands about people, for whoever has the server itself in their hands."""

import sys
from typing import Annotated

import typer

from medianest.main.cli.exits import Exit
from medianest.main.cli.output import JsonOption, note, say, show_json
from medianest.main.cli.seam import finish, operations, settings

app = typer.Typer(no_args_is_help=True)

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin (its first line), for scripts.")
]
AccountEmail = Annotated[str, typer.Option(prompt="E-mail", help="The address they sign in with.")]


@app.callback()
def administrators() -> None:
    """Administrators, and people who cannot get in, from the server's own
    command line.

    \b
    Example:
        medianest admin create --email ada@example.org --name Ada
        medianest admin reset-password --email ada@example.org
        medianest admin unlock --email ada@example.org
    """


@app.command()
def create(
    ctx: typer.Context,
    email: AccountEmail,
    name: Annotated[str, typer.Option(prompt="Name", help="What others see.")],
    password_stdin: PasswordStdin = False,
    as_json: JsonOption = False,
) -> None:
    """Make an administrator, and print the id of the new person.

    Asks for what the command line leaves out. The password is never an
    argument: others on the machine can read arguments, and shells keep them.

    \b
    Examples:
        medianest admin create
        medianest admin create --email ada@example.org --name Ada
        pass show medianest | medianest admin create --email ada@example.org --name Ada --password-stdin
    """
    password = _password_line() if password_stdin else _password_prompt()
    user_id = finish(operations(ctx).create_administrator(settings(), email.strip(), name.strip(), password))
    if as_json:
        show_json({"id": user_id})
        return
    note("Made. They can sign in now.")
    say(user_id)


@app.command("reset-password")
def reset_password(
    ctx: typer.Context,
    email: AccountEmail,
    password_stdin: PasswordStdin = False,
    keep_other_ways: Annotated[
        bool, typer.Option("--keep-other-ways", help="Leave their API keys and accounts elsewhere as they are.")
    ] = False,
) -> None:
    """Set a new password for somebody, shut everybody else out, and unlock them.

    All their sessions end, remembered devices are forgotten, API keys are
    revoked and accounts elsewhere (Plex, OpenID) unlinked. A second factor is still asked for at their next sign-in.

    \b
    Examples:
        medianest admin reset-password --email ada@example.org
        pass show medianest | medianest admin reset-password --email ada@example.org --password-stdin
    """
    password = _password_line() if password_stdin else _password_prompt()
    asked = operations(ctx).reset_password(settings(), email.strip(), password, keep_other_ways=keep_other_ways)
    finish(asked)
    note("Done. They can sign in with it now; every other device is signed out.")


@app.command()
def unlock(ctx: typer.Context, email: AccountEmail) -> None:
    """Let somebody try again at once who is locked after too many wrong attempts.

    \b
    Example:
        medianest admin unlock --email ada@example.org
    """
    finish(operations(ctx).unlock(settings(), email.strip()))
    note("Unlocked.")


def _password_line() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise typer.BadParameter("stdin held no password.", param_hint="--password-stdin")
    return password


def _password_prompt() -> str:
    if not sys.stdin.isatty():
        note("There is no terminal to ask for the password on. Use --password-stdin.")
        raise typer.Exit(Exit.USAGE)
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
