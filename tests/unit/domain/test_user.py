"""Somebody of the house, row by row of the transition table."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import user
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.limits import QuotaInvalid, QuotaLimits
from medianest.domain.user import PERMISSIONS, allowed
from medianest.domain.user.commands import (
    ChangeRole,
    DeleteUser,
    GrantPermission,
    RecordSignIn,
    RecordSignOut,
    RegisterUser,
    ReinstateUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    SuspendUser,
)
from medianest.domain.user.events import (
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    RoleChanged,
    UserDeleted,
    UserRegistered,
    UserReinstated,
    UserRenamed,
    UserSignedIn,
    UserSignedOut,
    UserSuspended,
)
from medianest.domain.user.vocabulary import REMEMBERED_SESSIONS
from tests.unit.domain.gwt import ADA, BOB, NOW, after, given, run, table

CLAIM, SESSION = UUID(int=1), UUID(int=2)


def on_bob(actor: UUID = ADA) -> dict[str, Any]:
    return {"actor": actor, "at": NOW, "user_id": BOB}


def register(**changes: Any) -> RegisterUser:
    usual: dict[str, Any] = {"email": "bob@example.org", "name": "Bob", "role": "member", "email_claim": CLAIM}
    return RegisterUser(**{**on_bob(), **usual, **changes})


PASTS: dict[str, tuple[Command, ...]] = {
    "active": (register(),),
    "suspended": (register(), SuspendUser(**on_bob(), reason="Away.")),
    "deleted": (register(), DeleteUser(**on_bob())),
}
COMMANDS: dict[str, Command] = {
    "rename": RenameUser(**on_bob(), name="Robert"),
    "change role": ChangeRole(**on_bob(), role="admin"),
    "suspend": SuspendUser(**on_bob()),
    "reinstate": ReinstateUser(**on_bob()),
    "grant, revoke": GrantPermission(**on_bob(), permission="download"),
    "sign-in": RecordSignIn(**on_bob(BOB), session_id=SESSION),
    "sign-out": RecordSignOut(**on_bob(BOB), session_id=SESSION),
    "delete": DeleteUser(**on_bob()),
}
EVENTS = {
    "renamed": UserRenamed(user_id=BOB, name="Robert"),
    "changed*": RoleChanged(user_id=BOB, role="admin"),
    "suspended*": UserSuspended(user_id=BOB, suspended_by=ADA, reason=None),
    "reinstated": UserReinstated(user_id=BOB),
    "changed": PermissionGranted(user_id=BOB, permission="download"),
    "signed in": UserSignedIn(user_id=BOB, session_id=SESSION, device=None),
    "signed out": UserSignedOut(user_id=BOB, session_id=SESSION),
    "deleted*": UserDeleted(user_id=BOB, email_claim=CLAIM),
}
TABLE = table(user.__doc__)


@pytest.mark.parametrize(("status", "asked"), TABLE, ids=" then ".join)
def test_an_account_does_what_its_table_says(status: str, asked: str) -> None:
    trial = after(*PASTS[status]).when(COMMANDS[asked])
    match TABLE[status, asked]:
        case "so":
            trial.then_nothing()
        case "no" if status == "deleted":
            trial.then_refused("user_deleted")
        case "no":
            trial.then_refused("user_suspended", "forbidden")
        case what:
            trial.then(EVENTS[what])


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
    [ChangeRole(**on_bob(BOB), role="member"), SuspendUser(**on_bob(BOB)), DeleteUser(**on_bob(BOB))],
    ids=["demote", "suspend", "delete"],
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


def test_a_sign_in_and_a_sign_out_are_recorded_once_each() -> None:
    sign_in, sign_out = COMMANDS["sign-in"], COMMANDS["sign-out"]
    after(register(), sign_in).when(sign_in).then_nothing()
    after(register(), sign_in, sign_out).when(sign_out).then_nothing()
    after(register(), sign_in, sign_out).when(sign_in).then_nothing()


def test_an_old_session_can_be_ended_when_its_sign_in_is_no_longer_remembered() -> None:
    later = [RecordSignIn(**on_bob(BOB), session_id=UUID(int=n)) for n in range(100, 100 + REMEMBERED_SESSIONS)]
    past = [register(), COMMANDS["sign-in"], *later]
    assert len(run(*past)[0].signed_in) == REMEMBERED_SESSIONS
    after(*past).when(COMMANDS["sign-out"]).then(UserSignedOut(user_id=BOB, session_id=SESSION))


def test_a_reinstated_person_signs_in_again() -> None:
    past = (*PASTS["suspended"], ReinstateUser(**on_bob()))
    after(*past).when(COMMANDS["sign-in"]).then(UserSignedIn(user_id=BOB, session_id=SESSION, device=None))


def test_an_admin_may_everything_and_a_member_what_was_granted() -> None:
    assert allowed("admin", frozenset()) == set(PERMISSIONS)
    assert allowed("member", frozenset({"download"})) == {"download"}
