"""A setting: a rule of the house that somebody changed, or set back to what it is at first.

| a setting that is | change to something else | change to what it is | reset |
|-------------------|--------------------------|----------------------|-------|
| at its default    | changed                  | changed              | so    |
| changed           | changed                  | so                   | reset |

`so`: already so, nothing happens. Whoever chooses the default by name keeps it, should a later release come with
another one. Which settings there are, and what each may be, stands in `domain/house_rules.py`; all else is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.house_rules import RULES, HouseRule, Value
from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("0d6d6f2e-8a0c-5a7b-8b57-1f0d8c5c3e94")
"""Under which the ids of settings are made. It can never change: the ids of stored streams depend on it."""


def setting_id(key: str) -> UUID:
    """The id of the setting of this key; the same for ever."""
    return uuid5(NAMESPACE, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingCommand(Command):
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting(SettingCommand):
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSetting(SettingCommand):
    """Back to its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingEvent(Event):
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChanged(SettingEvent):
    tag: ClassVar[str] = "setting.changed"
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingReset(SettingEvent):
    tag: ClassVar[str] = "setting.reset"


class SettingUnknown(Refused):
    code, kind = "setting_unknown", "invalid"


class SettingInvalid(Refused):
    code, kind = "setting_invalid", "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One that was changed; where it is at its default, there is no state."""

    key: str
    value: Value


def rule_of(key: str) -> HouseRule:
    """Raises SettingUnknown."""
    if (rule := RULES.get(key)) is None:
        raise SettingUnknown(f"There is no such setting. There are: {', '.join(sorted(RULES))}.")
    return rule


def decide(command: SettingCommand, state: Setting | None) -> Sequence[SettingEvent]:
    match command:
        case ChangeSetting(key=key, value=value):
            rule = rule_of(key)
            if not rule.allows(value):
                raise SettingInvalid(f"The setting {key} has to be {rule.form}.")
            if state is not None and state.value == value:
                return []
            return [SettingChanged(key=key, value=value)]
        case ResetSetting(key=key):
            rule_of(key)
            return [] if state is None else [SettingReset(key=key)]
        case _:
            raise TypeError(f"not a command of a setting: {type(command).__name__}")


def evolve(state: Setting | None, event: SettingEvent) -> Setting | None:
    match event:
        case SettingChanged(key=key, value=value):
            return Setting(key=key, value=value)
        case SettingReset():
            return None
    return state


SETTING: Aggregate[SettingCommand, SettingEvent, Setting] = Aggregate(
    category="setting",
    commands=(ChangeSetting, ResetSetting),
    events=(SettingChanged, SettingReset),
    state=Setting,
    state_version=1,
    stream_id=lambda command: setting_id(command.key),
    decide=decide,
    evolve=evolve,
)
