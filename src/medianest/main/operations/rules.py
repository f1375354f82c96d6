"""The rules of the house, for whoever sits at the machine."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from medianest.application.rules_in_force import RuleInForce
from medianest.domain.house_rules import Value
from medianest.domain.kernel import SYSTEM
from medianest.domain.setting import rule_of
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context

SWITCHED: Final[Mapping[str, bool]] = {"on": True, "true": True, "off": False, "false": False}


async def list_rules(settings: Settings) -> Sequence[RuleInForce]:
    async with connected_container(settings) as container:
        await container.people().catch_up()
        shown: Sequence[RuleInForce] = container.settings_desk().shown()
        return shown


async def change_rule(settings: Settings, key: str, text: str | None) -> None:
    value = None if text is None else _read(key, text)
    async with connected_container(settings) as container:
        context = Context(correlation_id=uuid4().hex)
        await container.settings_desk().change(SYSTEM, {key: value}, context)


def _read(key: str, text: str) -> Value:
    """What no rule of this kind can be stays as it is, and is refused. Raises SettingUnknown."""
    if isinstance(rule_of(key).default, bool):
        return SWITCHED.get(text.strip().lower(), text)
    return text.strip()
