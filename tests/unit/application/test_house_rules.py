"""The rules of the house in force: changed while it runs, and what sessions, keys and streams may from then on."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from medianest.application.people import PeopleBook
from medianest.application.rules_in_force import RulesInForce
from medianest.application.settings_desk import SettingFixed, SettingsDesk
from medianest.domain.authority import NotEntitled
from medianest.domain.house_rules import Value
from medianest.domain.kernel import SYSTEM
from medianest.domain.second_factor import EnrolSecondFactor, RemoveSecondFactor
from medianest.domain.setting import SETTING, SettingChanged, SettingEvent, SettingInvalid, SettingUnknown, setting_id
from medianest.domain.user.commands import ChangeRole
from medianest.ports.event_log import Append, StreamWrite
from medianest.ports.front_door import VersionMoved
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import CLICK, Rig

FACTOR = "require_second_factor"


class House:
    """A process of its own on the rig's log. `fixed` is what its environment says."""

    def __init__(self, rig: Rig, fixed: Mapping[str, Value] | None = None) -> None:
        self.rules = RulesInForce(fixed)
        self.people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock, self.rules)
        self.desk = SettingsDesk(rig.bus, self.rules, rig.clock)
        self.unsettled: list[UUID] = []
        self.people.watch(self.unsettled.append)

    async def change(self, actor: UUID, **changes: Value | None) -> None:
        await self.desk.change(actor, changes, CLICK)
        await self.people.catch_up()

    async def is_limited(self, rig: Rig, user_id: UUID) -> bool:
        """Whoever comes with a session or a key that was opened at whatever time."""
        await self.people.catch_up()
        credential = rig.ids.new()
        assert await self.people.admit(user_id, credential) is not None
        return await self.people.admit_wholly(user_id, credential) is None


@pytest.fixture
def house(rig: Rig) -> House:
    return House(rig)


def enrolled(rig: Rig, user_id: UUID) -> EnrolSecondFactor:
    return EnrolSecondFactor(**rig.by(user_id), user_id=user_id)


async def test_a_change_for_a_version_that_was_overtaken_changes_nothing_though_its_process_has_not_heard_of_it(
    rig: Rig, house: House
) -> None:
    ada, elsewhere = await rig.person(role="admin"), House(rig)
    seen = house.rules.version
    await elsewhere.change(ada, open_registration=True)
    assert house.rules.version == seen, "it did not hear of it yet"
    with pytest.raises(VersionMoved):
        await house.desk.change(ada, {FACTOR: "admins"}, CLICK, expected=seen)
    await house.people.catch_up()
    with pytest.raises(VersionMoved):
        await house.desk.change(ada, {FACTOR: "admins"}, CLICK, expected=seen)
    assert house.rules.value(FACTOR) == "off"
    await house.desk.change(ada, {FACTOR: "admins"}, CLICK, expected=house.rules.version)
    await house.people.catch_up()
    assert (house.rules.value(FACTOR), house.rules.version > seen) == ("admins", True)


async def test_a_rule_that_is_changed_is_in_force_in_every_process_and_says_who_changed_it(
    rig: Rig, house: House
) -> None:
    ada, elsewhere = await rig.person(role="admin"), House(rig)
    await elsewhere.people.catch_up()
    await house.change(ada, open_registration=True, require_second_factor="admins")
    await elsewhere.people.catch_up()
    late = House(rig)
    rig.views.stands_at = await rig.log.head()  # the view is ahead of what a process that starts now reads of the log
    await late.people.catch_up()
    for rules in (house.rules, elsewhere.rules, late.rules):
        assert rules.registration_is_open
        assert [(one.rule.key, one.value, one.source, one.changed_by, one.changed_at) for one in rules.shown()] == [
            ("open_registration", True, "setting", ada, rig.clock.now()),
            (FACTOR, "admins", "setting", ada, rig.clock.now()),
        ]


async def test_a_rule_that_is_reset_is_what_it_was_at_first(rig: Rig, house: House) -> None:
    ada = await rig.person(role="admin")
    await house.change(ada, open_registration=True)
    await house.change(ada, open_registration=None)
    (one, other) = house.rules.shown()
    assert (one.value, one.source, one.changed_by) == (False, "default", ada)
    assert (other.value, other.source, other.changed_by, other.changed_at) == ("off", "default", None, None)


async def test_of_several_changes_of_which_one_is_wrong_none_is_done(rig: Rig, house: House) -> None:
    ada = await rig.person(role="admin")
    for wrong, refusal in (({FACTOR: "never"}, SettingInvalid), ({"colour": "blue"}, SettingUnknown)):
        with pytest.raises(refusal):
            await house.change(ada, open_registration=True, **wrong)
    await house.people.catch_up()
    assert not house.rules.registration_is_open


async def test_what_the_environment_says_wins_and_is_changed_by_nobody(rig: Rig, house: House) -> None:
    ada = await rig.person(role="admin")
    await house.change(ada, require_second_factor="everybody")
    fixed = House(rig, {FACTOR: "off"})
    await fixed.people.catch_up()
    for value in ("admins", None):
        with pytest.raises(SettingFixed, match=FACTOR):
            await fixed.change(ada, require_second_factor=value)
    assert [(one.value, one.source) for one in fixed.rules.shown()] == [(False, "default"), ("off", "environment")]
    assert not await fixed.is_limited(rig, ada)


async def test_who_may_come_in_and_what_is_asked_of_them_is_for_administrators(rig: Rig, house: House) -> None:
    member, manager = await rig.person(), await rig.person("manage_settings")
    for actor, told in ((member, "manage_settings"), (manager, "administrator")):
        for change in ({"open_registration": True}, {FACTOR: None}):
            with pytest.raises(NotEntitled, match=told):
                await house.change(actor, **change)
    await house.change(SYSTEM, open_registration=True)
    assert house.rules.registration_is_open


async def test_what_another_release_wrote_and_this_one_does_not_know_is_not_in_force(rig: Rig, house: House) -> None:
    ada = await rig.person(role="admin")
    await house.change(ada, require_second_factor="admins")
    await recorded(rig, SettingChanged(key=FACTOR, value="on_sundays"))
    await recorded(rig, SettingChanged(key="colour", value=("blue", "green")))
    await house.people.catch_up()
    assert house.rules.value(FACTOR) == "off"


async def test_switching_the_rule_on_limits_everybody_without_a_factor_at_once_and_cuts_their_streams(
    rig: Rig, house: House
) -> None:
    ada, ben, eve = await rig.person(role="admin"), await rig.person(), await rig.person(role="admin")
    await rig.run(enrolled(rig, eve))
    await house.people.catch_up()
    await house.change(ada, require_second_factor="admins")
    assert [await house.is_limited(rig, one) for one in (ada, ben, eve)] == [True, False, False]
    assert house.unsettled == [ada]
    await house.change(eve, require_second_factor="everybody")
    assert [await house.is_limited(rig, one) for one in (ada, ben, eve)] == [True, True, False]
    await house.change(eve, require_second_factor=None)
    assert [await house.is_limited(rig, one) for one in (ada, ben, eve)] == [False, False, False]


async def test_whoever_is_promoted_is_limited_until_they_enrol_and_again_when_it_is_removed(rig: Rig) -> None:
    house = House(rig, {FACTOR: "admins"})
    ben = await rig.person()
    assert not await house.is_limited(rig, ben)
    await rig.run(ChangeRole(**rig.by(SYSTEM), user_id=ben, role="admin"))
    assert await house.is_limited(rig, ben)
    await rig.run(enrolled(rig, ben))
    assert not await house.is_limited(rig, ben)
    house.unsettled.clear()
    await rig.run(RemoveSecondFactor(**rig.by(SYSTEM), user_id=ben))
    assert await house.is_limited(rig, ben)
    assert house.unsettled == [ben]


async def test_a_process_that_starts_knows_who_has_a_factor(rig: Rig) -> None:
    ada, ben = await rig.person(role="admin"), await rig.person(role="admin")
    await rig.run(enrolled(rig, ada))
    rig.views.stands_at = await rig.log.head()
    late = House(rig, {FACTOR: "admins"})
    assert [await late.is_limited(rig, one) for one in (ada, ben)] == [False, True]


async def recorded(rig: Rig, event: SettingEvent) -> None:
    """As another release would, which knows other settings."""
    stream = setting_id(event.key)
    expected = len(await rig.log.read_stream(SETTING.category, stream))
    write = StreamWrite(category=SETTING.category, stream_id=stream, expected=expected, events=[event])
    append = Append(command_id=rig.ids.new(), actor=SYSTEM, occurred_at=rig.clock.now(), context=CLICK, writes=[write])
    await rig.log.append(append)
