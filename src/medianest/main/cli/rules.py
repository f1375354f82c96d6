"""Commands about the rules of the house that change while MediaNest runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from medianest.main.cli.output import JsonOption, note, show_json, show_table, written
from medianest.main.cli.seam import finish, operations, settings

if TYPE_CHECKING:
    from medianest.domain.house_rules import Value

app = typer.Typer(no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="The rule, as `medianest settings list` names it.")]


@app.callback()
def rules() -> None:
    """Rules of the house that change while MediaNest runs: who may come in, and what
    is asked of them. What the environment sets is fixed.

    \b
    Examples:
        medianest settings list
        medianest settings set require_second_factor admins
        medianest settings reset open_registration
    """


@app.command("list")
def list_rules(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show every rule: what it is, what it may be, and where that comes from.

    \b
    Examples:
        medianest settings list
        medianest settings list --json | jq -r '.[].key'
    """
    lines = finish(operations(ctx).list_rules(settings()))
    if as_json:
        show_json(
            [
                {
                    "key": one.rule.key,
                    "value": one.value,
                    "default": one.rule.default,
                    "allowed": one.rule.form,
                    "source": one.source,
                    "changedBy": None if one.changed_by is None else str(one.changed_by),
                    "changedAt": None if one.changed_at is None else written(one.changed_at),
                }
                for one in lines
            ]
        )
        return
    rows = [[one.rule.key, _shown(one.value), one.rule.form, one.source] for one in lines]
    show_table(["Rule", "Value", "May be", "From"], rows)


@app.command("set")
def change(
    ctx: typer.Context,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it is to be: on, off, or one of its words.")],
) -> None:
    """Change one rule. Every process knows within a second.

    \b
    Examples:
        medianest settings set open_registration on
        medianest settings set require_second_factor everybody
    """
    finish(operations(ctx).change_rule(settings(), key, value))
    note(f"{key} is changed.")


@app.command()
def reset(ctx: typer.Context, key: Key) -> None:
    """Set one rule back to what it is at first.

    \b
    Example:
        medianest settings reset open_registration
    """
    finish(operations(ctx).change_rule(settings(), key, None))
    note(f"{key} is at its default.")


def _shown(value: "Value") -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
