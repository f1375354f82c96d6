"""Changing the rules of the house while it runs, and who may."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medianest.application.decision import Decision
from medianest.application.rules_in_force import RuleInForce, RulesInForce
from medianest.domain.authority import NotEntitled, welcome
from medianest.domain.house_rules import Value
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.setting import SETTING, ChangeSetting, ResetSetting, SettingCommand, rule_of, setting_id
from medianest.domain.user import USER, User, allowed
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Expected, Outcome, VersionMoved
from medianest.ports.surroundings import Clock


class SettingFixed(Refused):
    code = "setting_fixed_by_environment"
    text = "This is set where the server runs, in its environment. Whoever runs it changes it there."


class SettingsDesk:
    def __init__(self, commands: Commands, rules: RulesInForce, clock: Clock) -> None:
        self._commands = commands
        self._rules = rules
        self._clock = clock

    def shown(self) -> Sequence[RuleInForce]:
        return self._rules.shown()

    @property
    def version(self) -> int:
        """Of all rules together, as far as this process has heard."""
        return self._rules.version

    async def change(
        self, actor: UUID, changes: Mapping[str, Value | None], context: Context, *, expected: int | None = None
    ) -> Outcome:
        """All of them or none; None sets one back to its default. `expected`: the version of all rules together that
        the change was made for. Raises Refused (`setting_unknown`, `setting_invalid`, `setting_fixed_by_environment`,
        `not_allowed`), VersionMoved."""
        if expected not in (None, self.version):
            raise VersionMoved(self.version)
        at = self._clock.now()
        steps: list[SettingCommand] = []
        for key, value in changes.items():
            rule_of(key)
            if self._rules.is_fixed(key):
                raise SettingFixed(f"{key}: {SettingFixed.text}")
            steps.append(
                ResetSetting(actor=actor, at=at, key=key)
                if value is None
                else ChangeSetting(actor=actor, at=at, key=key, value=value)
            )
        seen = [
            Expected(aggregate=SETTING, stream_id=setting_id(key), version=version)
            for key, version in self._rules.versions().items()
        ]
        return await self._commands.run(steps, context, expected=None if expected is None else seen)


async def change_setting(command: SettingCommand, decision: Decision) -> None:
    """MediaNest itself stands for whoever sits at the machine."""
    if command.actor != SYSTEM:
        person: User | None = await decision.state(USER, command.actor)
        actor = welcome(person)
        if "manage_settings" not in allowed(actor.role, actor.permissions):
            raise NotEntitled("This needs the permission manage_settings.")
        if rule_of(command.key).is_weighty and actor.role != "admin":
            raise NotEntitled("Only an administrator says who may come in, and what is asked of them.")
    await decision.decide(command)
