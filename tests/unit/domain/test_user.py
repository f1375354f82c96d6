"""Somebody of the house, row by row of the transition table."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import user
from medianest.domain.kernel import SYSTEM, Command, Event
from medianest.domain.limits import QuotaInvalid, QuotaLimits
from medianest.domain.user import PERMISSIONS, USER, allowed
from medianest.domain.user.commands import (
    ChangeRole,
    ChooseLanguage,
    DeleteUser,
    GrantPermission,
    LockOut,
    RecordPasswordChange,
    RegisterUser,
    ReinstateUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    SuspendUser,
    Unlock,
)
from medianest.domain.user.events import (
    PasswordChanged,
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    RoleChanged,
    UserDeleted,
    UserLockedOut,
    UserRegistered,
    UserReinstated,
    UserRenamed,
    UserSuspended,
    UserUnlocked,
)
from tests.unit.domain.gwt import ADA, BOB, NOW, after, days, given, run, table
from tests.unit.domain.lives import OLD_EVENTS

CLAIM, SESSION = UUID(int=1), UUID(int=2)


def on_bob(actor: UUID = ADA) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "user_id": BOB}


def register(**changes: Any) -> RegisterUser:
    usual: dict[str, Any] = {"email": "bob@example.org", "name": "Bob", "role": "member", "email_claim": CLAIM}
    return RegisterUser(**{**on_bob(), **usual, **changes})


PASTS: dict[str, tuple[Command, ...]] = {
    "active": (register(),),
    "suspended": (register(), SuspendUser(**on_bob(), reason="Away.")),
    "locked out": (register(), LockOut(**on_bob(SYSTEM), until=NOW + days(1))),
    "deleted": (register(), DeleteUser(**on_bob())),
}
COMMANDS: dict[str, Command] = {
    "rename": RenameUser(**on_bob(), name="Robert"),
    "change role": ChangeRole(**on_bob(), role="admin"),
    "suspend": SuspendUser(**on_bob()),
    "reinstate": ReinstateUser(**on_bob()),
    "grant": GrantPermission(**on_bob(), permission="download"),
    "password": RecordPasswordChange(**on_bob(BOB), way="changed"),
    "lock out": LockOut(**on_bob(SYSTEM), until=NOW + days(1)),
    "unlock": Unlock(**on_bob()),
    "delete": DeleteUser(**on_bob()),
}
EVENTS: dict[str, dict[str, Event]] = {
    "rename": {"renamed": UserRenamed(user_id=BOB, name="Robert")},
    "change role": {"changed*": RoleChanged(user_id=BOB, role="admin")},
    "suspend": {"suspended*": UserSuspended(user_id=BOB, suspended_by=ADA, reason=None)},
    "reinstate": {"reinstated": UserReinstated(user_id=BOB)},
    "grant": {"changed": PermissionGranted(user_id=BOB, permission="download")},
    "password": {"changed": PasswordChanged(user_id=BOB, way="changed")},
    "lock out": {"locked": UserLockedOut(user_id=BOB, until=NOW + days(1))},
    "unlock": {"opened": UserUnlocked(user_id=BOB)},
    "delete": {"deleted": UserDeleted(user_id=BOB, email_claim=CLAIM)},
}
TABLE = table(user.__doc__)


@pytest.mark.parametrize(("status", "asked"), TABLE, ids=" then ".join)
def test_an_account_does_what_its_table_says(status: str, asked: str) -> None:
    trial = after(*PASTS[status]).when(COMMANDS[asked])
    match TABLE[status, asked]:
        case "so":
            trial.then_nothing()
        case "no":
            trial.then_refused("user_deleted")
        case what:
            trial.then(EVENTS[asked][what])


def test_the_table_speaks_of_every_status_and_every_command() -> None:
    assert set(TABLE) == {(status, asked) for status in PASTS for asked in COMMANDS}


def test_a_new_person_may_ask_for_titles_unless_somebody_says_otherwise() -> None:
    usual = UserRegistered(
        user_id=BOB, email="bob@example.org", name="Bob", role="member", email_claim=CLAIM, permissions=("request",)
    )
    given().when(register()).then(usual)
    state, _ = run(register(permissions=frozenset()))
    assert state.permissions == frozenset()


def test_permissions_are_written_in_one_order() -> None:
    _, (event,) = run(register(permissions=frozenset({"view_audit", "download", "request"})))
    assert isinstance(event, UserRegistered)
    assert event.permissions == ("request", "download", "view_audit")


def test_somebody_registered_already_is_not_registered_again() -> None:
    after(register()).when(register(name="Another")).then_nothing()


def test_a_deleted_person_is_not_registered_again_under_the_same_id() -> None:
    after(*PASTS["deleted"]).when(register()).then_refused("user_deleted")


@pytest.mark.parametrize("asked", COMMANDS)
def test_nothing_can_be_asked_of_somebody_unknown(asked: str) -> None:
    given().when(COMMANDS[asked]).then_refused("user_not_found", "missing")


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_name_has_at_least_one_letter(name: str) -> None:
    given().when(register(name=name)).then_refused("name_required", "invalid")
    after(register()).when(RenameUser(**on_bob(), name=name)).then_refused("name_required", "invalid")


def test_a_name_is_kept_without_the_spaces_around_it() -> None:
    after(register()).when(RenameUser(**on_bob(), name=" Robert\t")).then(UserRenamed(user_id=BOB, name="Robert"))


@pytest.mark.parametrize(
    "command",
    [ChangeRole(**on_bob(BOB), role="member"), SuspendUser(**on_bob(BOB))],
    ids=["demote", "suspend"],
)
def test_nobody_can_lock_themselves_out(command: Command) -> None:
    after(register(role="admin")).when(command).then_refused("not_yourself")


def test_medianest_itself_may_delete_anybody() -> None:
    after(register()).when(DeleteUser(**on_bob(SYSTEM))).then(UserDeleted(user_id=BOB, email_claim=CLAIM))


def test_a_role_somebody_has_is_not_given_again() -> None:
    after(register()).when(ChangeRole(**on_bob(BOB), role="member")).then_nothing()


def test_a_permission_comes_and_goes_once() -> None:
    grant = GrantPermission(**on_bob(), permission="download")
    revoke = RevokePermission(**on_bob(), permission="download")
    after(register()).when(revoke).then_nothing()
    after(register(), grant).when(grant).then_nothing()
    after(register(), grant).when(revoke).then(PermissionRevoked(user_id=BOB, permission="download"))
    assert run(register(), grant)[0].permissions == {"request", "download"}
    assert run(register(), grant, revoke)[0].permissions == {"request"}


def test_a_quota_is_set_once() -> None:
    limits = QuotaLimits(movie_limit=2)
    set_quota = SetQuota(**on_bob(), limits=limits)
    after(register()).when(set_quota).then(QuotaSet(user_id=BOB, limits=limits))
    after(register(), set_quota).when(set_quota).then_nothing()
    assert run(register(), set_quota)[0].quota == limits


@pytest.mark.parametrize(
    "limits",
    [
        QuotaLimits(movie_limit=-1),
        QuotaLimits(season_limit=-1),
        QuotaLimits(movie_days=0),
        QuotaLimits(season_days=-7),
        QuotaLimits(movie_days=367),
    ],
)
def test_limits_that_cannot_be_counted_are_refused(limits: QuotaLimits) -> None:
    after(register()).when(SetQuota(**on_bob(), limits=limits)).then_refused("quota_invalid", "invalid")
    with pytest.raises(QuotaInvalid):
        limits.check()


def test_a_limit_of_zero_and_the_longest_window_can_be_set() -> None:
    limits = QuotaLimits(movie_limit=0, movie_days=366)
    after(register()).when(SetQuota(**on_bob(), limits=limits)).then(QuotaSet(user_id=BOB, limits=limits))


def test_a_longer_lock_takes_the_place_of_a_shorter_one() -> None:
    longer = LockOut(**on_bob(SYSTEM), until=NOW + days(2))
    after(*PASTS["locked out"]).when(longer).then(UserLockedOut(user_id=BOB, until=NOW + days(2)))
    after(register(), longer).when(COMMANDS["lock out"]).then_nothing()


def test_old_logs_hold_sign_ins_that_change_nothing() -> None:
    state, _ = run(register())
    assert all(USER.evolve(state, event) == state for event in OLD_EVENTS)
    assert {type(event) for event in OLD_EVENTS} == set(USER.retired)


def test_an_admin_may_everything_and_a_member_what_was_granted() -> None:
    assert allowed("admin", frozenset()) == set(PERMISSIONS)
    assert allowed("member", frozenset({"download"})) == {"download"}


@pytest.mark.parametrize("language", ["fil", "DE", "de-de", "de_DE", "de\n", ""])
def test_a_language_that_titles_cannot_be_read_in_is_refused(language: str) -> None:
    wish = ChooseLanguage(**on_bob(), language=language, region=None)
    after(register()).when(wish).then_refused("no_such_language", "invalid")
