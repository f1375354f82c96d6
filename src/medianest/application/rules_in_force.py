"""The rules of the house as they are in force in this process: what the environment says wins over what people set,
and that over the defaults.

A copy in memory that whoever follows the log keeps up to date, so that no request asks the database what is allowed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from medianest.domain.house_rules import RULES, HouseRule, Value
from medianest.domain.kernel import Recorded
from medianest.domain.setting import SETTING, SettingChanged, SettingEvent
from medianest.domain.user.vocabulary import Role
from medianest.ports.event_log import EventLog

Source = Literal["environment", "setting", "default"]
PAGE: Final = 1000
"""Events that are read at one go."""

FACTOR_ASKED_OF: Final[Mapping[Value, frozenset[Role]]] = {
    "off": frozenset(),
    "admins": frozenset({"admin"}),
    "everybody": frozenset({"admin", "member"}),
}


class RuleInForce(msgspec.Struct, frozen=True, kw_only=True):
    """`changed_by` and `changed_at` are of the last change or reset; None where there never was one."""

    rule: HouseRule
    value: Value
    source: Source
    changed_by: UUID | None = None
    changed_at: datetime | None = None


class RulesInForce:
    """`fixed` is what the environment says, by key."""

    def __init__(self, fixed: Mapping[str, Value] | None = None) -> None:
        self._fixed: Mapping[str, Value] = fixed or {}
        self._last: dict[str, Recorded] = {}

    async def open(self, log: EventLog) -> None:
        """Read what stands in the log now; what only a newer release can read is not in force here. Raises
        LogUnavailable."""
        after = 0
        while page := await log.read(after=after, limit=PAGE, categories=[SETTING.category], is_lenient=True):
            for recorded in page:
                self.note(recorded)
            after = page[-1].position

    def note(self, recorded: Recorded) -> None:
        """Take in an event of a setting. One that is known already changes nothing."""
        event = recorded.event
        if not isinstance(event, SettingEvent):
            return
        known = self._last.get(event.key)
        if known is None or known.position < recorded.position:
            self._last[event.key] = recorded

    @property
    def version(self) -> int:
        """Of all of them together, from 1 on: it grows with every change of one."""
        return 1 + max((last.position for last in self._last.values()), default=0)

    def versions(self) -> Mapping[str, int]:
        """Of each by itself, by key; 0 where it never was changed."""
        return {key: self._last[key].version if key in self._last else 0 for key in RULES}

    def is_fixed(self, key: str) -> bool:
        """Whether the environment says what it is, so that nobody can change it here."""
        return key in self._fixed

    def value(self, key: str) -> Value:
        """Raises KeyError for a rule that there is not."""
        return self._in_force(RULES[key])[0]

    def shown(self) -> Sequence[RuleInForce]:
        """All of them, by key."""
        shown = []
        for key in sorted(RULES):
            value, source = self._in_force(RULES[key])
            last = self._last.get(key)
            shown.append(
                RuleInForce(
                    rule=RULES[key],
                    value=value,
                    source=source,
                    changed_by=last.actor if last else None,
                    changed_at=last.recorded_at if last else None,
                )
            )
        return shown

    @property
    def registration_is_open(self) -> bool:
        return self.value("open_registration") is True

    def asks_factor_of(self, role: Role) -> bool:
        """Whether somebody of this role has to have a second factor."""
        return role in FACTOR_ASKED_OF[self.value("require_second_factor")]

    def _in_force(self, rule: HouseRule) -> tuple[Value, Source]:
        if rule.key in self._fixed:
            return self._fixed[rule.key], "environment"
        last = self._last.get(rule.key)
        # What another release wrote, and this one does not know, is not in force here.
        if last is not None and isinstance(last.event, SettingChanged) and rule.allows(last.event.value):
            return last.event.value, "setting"
        return rule.default, "default"
