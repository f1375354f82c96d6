"""The rules of the house, changed and set back."""

from uuid import UUID

import pytest

from medianest.domain import setting
from medianest.domain.house_rules import RULES, Value
from medianest.domain.kernel import Command
from medianest.domain.setting import (
    ChangeSetting,
    ResetSetting,
    SettingChanged,
    SettingCommand,
    SettingReset,
    setting_id,
)
from tests.unit.domain.gwt import ADA, after, given, table
from tests.unit.domain.lives import by

KEY = "open_registration"
PASTS: dict[str, tuple[Command, ...]] = {
    "at its default": (),
    "changed": (ChangeSetting(**by(ADA), key=KEY, value=True),),
}
WHAT_IT_IS: dict[str, Value] = {"at its default": False, "changed": True}


def asked_for(status: str, column: str) -> SettingCommand:
    value = WHAT_IT_IS[status]
    commands: dict[str, SettingCommand] = {
        "change to something else": ChangeSetting(**by(ADA), key=KEY, value=not value),
        "change to what it is": ChangeSetting(**by(ADA), key=KEY, value=value),
        "reset": ResetSetting(**by(ADA), key=KEY),
    }
    return commands[column]


@pytest.mark.parametrize(("place", "cell"), table(setting.__doc__).items(), ids=str)
def test_a_setting_does_what_its_table_says(place: tuple[str, str], cell: str) -> None:
    status, column = place
    command = asked_for(status, column)
    trial = after(*PASTS[status]).when(command)
    match cell, command:
        case "so", _:
            trial.then_nothing()
        case "changed", ChangeSetting(value=value):
            trial.then(SettingChanged(key=KEY, value=value))
        case "reset", ResetSetting():
            trial.then(SettingReset(key=KEY))
        case _:
            pytest.fail(f"the table says {cell!r} of {command}")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("open_registration", "on", "true or false"),
        ("open_registration", 1, "true or false"),
        ("require_second_factor", "members", "off, admins or everybody"),
        ("require_second_factor", True, "off, admins or everybody"),
        ("require_second_factor", ("off",), "off, admins or everybody"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_refused_with_what_it_can(key: str, value: Value, told: str) -> None:
    assert told in given().when(ChangeSetting(**by(ADA), key=key, value=value)).then_refused(
        "setting_invalid", "invalid"
    )


@pytest.mark.parametrize("command", [ChangeSetting(**by(ADA), key="no", value=1), ResetSetting(**by(ADA), key="no")])
def test_a_setting_that_there_is_not_is_refused_with_those_that_there_are(command: SettingCommand) -> None:
    text = given().when(command).then_refused("setting_unknown", "invalid")
    assert all(key in text for key in RULES)


@pytest.mark.parametrize("key", RULES)
def test_every_rule_may_be_what_it_is_at_first(key: str) -> None:
    assert RULES[key].key == key
    assert RULES[key].allows(RULES[key].default)


def test_the_id_of_a_setting_is_the_same_for_ever() -> None:
    assert setting_id(KEY) == UUID("4acdc72c-6e34-5f8f-bb12-610a0ab8d04e")
