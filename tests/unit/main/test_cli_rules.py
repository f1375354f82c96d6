"""The commands about the rules of the house, over operations that answer as they are told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from typer.testing import CliRunner, Result

from medianest.application.rules_in_force import RuleInForce
from medianest.domain.house_rules import RULES
from medianest.main.cli import app
from medianest.main.settings import Settings

SHOWN = [
    RuleInForce(
        rule=RULES["open_registration"],
        value=True,
        source="setting",
        changed_by=UUID(int=7),
        changed_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    ),
    RuleInForce(rule=RULES["require_second_factor"], value="admins", source="environment"),
]


class FakeRules:
    """The operations about the rules."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    async def list_rules(self, settings: Settings) -> Sequence[RuleInForce]:
        return SHOWN

    async def change_rule(self, settings: Settings, key: str, text: str | None) -> None:
        self.asked.append((key, text))


def rules(fake: FakeRules, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", *arguments], obj=fake, env={"COLUMNS": "200"})


def test_every_rule_is_shown_with_where_it_comes_from() -> None:
    lines = rules(FakeRules(), "list").stdout.splitlines()
    first, second = [" ".join(line.split()) for line in lines if "_" in line]
    assert first == "open_registration on true or false setting"
    assert second == "require_second_factor admins off, admins or everybody environment"


def test_a_script_reads_who_changed_a_rule_and_when() -> None:
    first, second = json.loads(rules(FakeRules(), "list", "--json").stdout)
    assert (first["value"], first["changedBy"], first["changedAt"]) == (
        True,
        str(UUID(int=7)),
        "2026-03-01T12:00:00.000Z",
    )
    assert (second["value"], second["changedBy"], second["changedAt"]) == ("admins", None, None)


def test_a_rule_is_set_and_set_back() -> None:
    fake = FakeRules()
    for arguments in (("set", "require_second_factor", "admins"), ("reset", "require_second_factor")):
        assert rules(fake, *arguments).exit_code == 0
    assert fake.asked == [("require_second_factor", "admins"), ("require_second_factor", None)]
