"""Sessions, second factors, outside accounts, keys and invitations, cell by cell of their transition tables."""

from typing import Any
from uuid import UUID

import pytest

from medianest.domain import api_key, invitation, linked_account, oidc_provider, second_factor, session
from medianest.domain.api_key import ApiKeyMade, ApiKeyRevoked, MakeApiKey, RevokeApiKey
from medianest.domain.invitation import (
    MOST_USES,
    CreateInvitation,
    InvitationCreated,
    InvitationRevoked,
    InvitationUsed,
    RevokeInvitation,
    UseInvitation,
)
from medianest.domain.kernel import Command, Event
from medianest.domain.linked_account import (
    AccessLost,
    AccessRegained,
    AccountLinked,
    AccountUnlinked,
    LinkAccount,
    LoseAccess,
    RegainAccess,
    UnlinkAccount,
)
from medianest.domain.oidc_provider import (
    AddProvider,
    ChangeProvider,
    ProviderAdded,
    ProviderChanged,
    ProviderRemoved,
    RemoveProvider,
)
from medianest.domain.second_factor import (
    EnrolSecondFactor,
    MakeRecoveryCodes,
    RecoveryCodesMade,
    RecoveryCodeSpent,
    RemoveSecondFactor,
    SecondFactorEnrolled,
    SecondFactorRemoved,
    SpendRecoveryCode,
    second_factor_id,
)
from medianest.domain.session import ConfirmSession, EndSession, OpenSession, SessionConfirmed, SessionEnded
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, after, days, given, table
from tests.unit.domain.lives import TERMS

ID = UUID(int=1)
BY_ADA: dict[str, Any] = {"actor": ADA, "at": NOW}
BY_BOB: dict[str, Any] = {"actor": BOB, "at": NOW}

ONE = {**BY_BOB, "session_id": ID}
OPEN = OpenSession(**ONE, user_id=BOB, method="password")
END = EndSession(**ONE, reason="signed_out")
FACTOR = {**BY_BOB, "user_id": BOB}
ENROL, REMOVE = EnrolSecondFactor(**FACTOR), RemoveSecondFactor(**FACTOR)
LINK = LinkAccount(**FACTOR, account_id=ID, provider="plex", name="bob")
LOSE = LoseAccess(**BY_ADA, account_id=ID, reason="no_access")
KEY = MakeApiKey(**BY_BOB, key_id=ID, name=" Kitchen ", scopes=frozenset({"request", "read"}), expires_at=None)
REVOKE_KEY = RevokeApiKey(**BY_BOB, key_id=ID)
INVITE = CreateInvitation(**BY_ADA, invitation_id=ID, role="member", uses=1, expires_at=NOW + days(7), note=" ")
USE = UseInvitation(**FACTOR, invitation_id=ID)
REVOKE = RevokeInvitation(**BY_ADA, invitation_id=ID)

SESSION_PASTS = {"not there": (), "open": (OPEN,), "ended": (OPEN, END)}
SESSION_COMMANDS = {"open": OPEN, "confirm": ConfirmSession(**ONE, proof="password"), "end": END}
FACTOR_PASTS = {"not there": (), "enrolled": (ENROL,), "removed": (ENROL, REMOVE)}
FACTOR_COMMANDS = {
    "enrol": ENROL,
    "make codes": MakeRecoveryCodes(**FACTOR),
    "spend a code": SpendRecoveryCode(**FACTOR, left=9),
    "remove": REMOVE,
}
LINK_PASTS = {"free": (), "linked": (LINK,), "without access": (LINK, LOSE)}
LINK_COMMANDS = {
    "link": LINK,
    "unlink by its person": UnlinkAccount(**FACTOR, account_id=ID),
    "unlink by another": UnlinkAccount(**BY_ADA, user_id=CAT, account_id=ID),
    "lose access": LOSE,
    "regain access": RegainAccess(**BY_ADA, account_id=ID),
}
KEY_PASTS = {"not there": (), "there": (KEY,), "revoked": (KEY, REVOKE_KEY)}
KEY_COMMANDS = {"make": KEY, "revoke": REVOKE_KEY}
INVITATION_PASTS = {"not there": (), "open": (INVITE,), "used up": (INVITE, USE), "revoked": (INVITE, REVOKE)}
INVITATION_COMMANDS = {
    "create": INVITE,
    "use": UseInvitation(**BY_ADA, user_id=CAT, invitation_id=ID),
    "revoke": REVOKE,
}

ADD = AddProvider(**BY_ADA, slug="authelia", terms=TERMS)
PROVIDER_PASTS = {"not there": (), "there": (ADD,)}
PROVIDER_COMMANDS = {
    "add": ADD,
    "change": ChangeProvider(**BY_ADA, slug="authelia", terms=TERMS, has_new_secret=True),
    "remove": RemoveProvider(**BY_ADA, slug="authelia"),
}

WHAT: dict[str, dict[str, Event]] = {
    "session": {
        "confirmed": SessionConfirmed(session_id=ID, user_id=BOB, proof="password"),
        "ended": SessionEnded(session_id=ID, user_id=BOB, reason="signed_out"),
        "opened": session.SessionOpened(
            session_id=ID,
            user_id=BOB,
            method="password",
            factor=None,
            device=None,
            client=None,
            address=None,
            is_new_device=False,
        ),
    },
    "second_factor": {
        "enrolled": SecondFactorEnrolled(user_id=BOB),
        "codes made": RecoveryCodesMade(user_id=BOB),
        "code spent": RecoveryCodeSpent(user_id=BOB, left=9),
        "removed": SecondFactorRemoved(user_id=BOB),
    },
    "linked_account": {
        "linked": AccountLinked(account_id=ID, user_id=BOB, provider="plex", name="bob"),
        "unlinked": AccountUnlinked(account_id=ID, user_id=BOB),
        "lost": AccessLost(account_id=ID, user_id=BOB, provider="plex", reason="no_access"),
        "regained": AccessRegained(account_id=ID, user_id=BOB),
    },
    "api_key": {
        "made": ApiKeyMade(key_id=ID, user_id=BOB, name="Kitchen", scopes=("read", "request"), expires_at=None),
        "revoked": ApiKeyRevoked(key_id=ID, user_id=BOB),
    },
    "oidc_provider": {
        "added": ProviderAdded(slug="authelia", terms=TERMS),
        "changed": ProviderChanged(slug="authelia", terms=TERMS, has_new_secret=True),
        "removed": ProviderRemoved(slug="authelia"),
    },
    "invitation": {
        "created": InvitationCreated(
            invitation_id=ID, created_by=ADA, role="member", uses=1, expires_at=NOW + days(7), note=None
        ),
        "used": InvitationUsed(invitation_id=ID, user_id=CAT),
        "revoked": InvitationRevoked(invitation_id=ID),
    },
}
NO = {
    ("oidc_provider", "not there"): "oidc_provider_not_found",
    ("oidc_provider", "there"): "oidc_provider_exists",
    ("session", "not there"): "session_not_found",
    ("session", "ended"): "session_ended",
    ("second_factor", "not there"): "second_factor_not_enrolled",
    ("second_factor", "enrolled"): "second_factor_enrolled",
    ("second_factor", "removed"): "second_factor_not_enrolled",
    ("api_key", "not there"): "api_key_not_found",
    ("invitation", "not there"): "invitation_not_found",
}

KINDS: dict[str, tuple[Any, dict[str, tuple[Command, ...]], dict[str, Command]]] = {
    "session": (session, SESSION_PASTS, SESSION_COMMANDS),
    "second_factor": (second_factor, FACTOR_PASTS, FACTOR_COMMANDS),
    "linked_account": (linked_account, LINK_PASTS, LINK_COMMANDS),
    "api_key": (api_key, KEY_PASTS, KEY_COMMANDS),
    "invitation": (invitation, INVITATION_PASTS, INVITATION_COMMANDS),
    "oidc_provider": (oidc_provider, PROVIDER_PASTS, PROVIDER_COMMANDS),
}
CELLS = [
    (kind, status, asked, cell)
    for kind, (module, _, _) in KINDS.items()
    for (status, asked), cell in table(module.__doc__).items()
]


@pytest.mark.parametrize(("kind", "status", "asked", "cell"), CELLS, ids=lambda part: part)
def test_each_does_what_its_table_says(kind: str, status: str, asked: str, cell: str) -> None:
    _, pasts, commands = KINDS[kind]
    trial = after(*pasts[status]).when(commands[asked])
    match cell:
        case "so":
            trial.then_nothing()
        case "so / no" if kind == "linked_account":
            trial.then_nothing()
        case "so / no":
            trial.then_refused("invitation_not_good", "forbidden")
        case "no":
            refusal = NO[kind, status]
            trial.then_refused(refusal, "missing" if refusal.endswith("not_found") else "conflict")
        case what:
            trial.then(WHAT[kind][what])


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_speak_of_every_status_and_every_command(kind: str) -> None:
    module, pasts, commands = KINDS[kind]
    assert set(table(module.__doc__)) == {(status, asked) for status in pasts for asked in commands}


def test_an_account_elsewhere_belongs_to_one_person() -> None:
    after(LINK).when(LinkAccount(**BY_ADA, user_id=CAT, account_id=ID, provider="plex", name="c")).then_refused(
        "account_taken"
    )


def test_a_guest_who_came_in_by_an_invitation_comes_in_by_it_again() -> None:
    after(INVITE, USE).when(USE).then_nothing()
    after(INVITE, USE, REVOKE).when(USE).then_nothing()


def test_an_invitation_is_good_for_as_many_as_it_says_and_until_its_day() -> None:
    two = CreateInvitation(**BY_ADA, invitation_id=ID, role="admin", uses=2, expires_at=NOW + days(1))
    late = UseInvitation(actor=CAT, at=NOW + days(1), user_id=CAT, invitation_id=ID)
    after(two, USE).when(INVITATION_COMMANDS["use"]).then(InvitationUsed(invitation_id=ID, user_id=CAT))
    after(two, USE).when(late).then_refused("invitation_not_good", "forbidden")


@pytest.mark.parametrize(("uses", "lasts"), [(0, 1), (MOST_USES + 1, 1), (1, 0), (1, -1)])
def test_an_invitation_that_lets_nobody_in_is_none(uses: int, lasts: int) -> None:
    invite = CreateInvitation(**BY_ADA, invitation_id=ID, role="member", uses=uses, expires_at=NOW + days(lasts))
    given().when(invite).then_refused("invitation_invalid", "invalid")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "  "}, "api_key_needs_name"),
        ({"scopes": frozenset()}, "api_key_needs_scope"),
        ({"expires_at": NOW}, "api_key_expires_in_the_past"),
    ],
    ids=["no name", "no scope", "over"],
)
def test_a_key_that_opens_nothing_is_not_made(change: dict[str, Any], code: str) -> None:
    usual: dict[str, Any] = {"name": "Kitchen", "scopes": frozenset({"read"}), "expires_at": None}
    given().when(MakeApiKey(**BY_BOB, key_id=ID, **{**usual, **change})).then_refused(code, "invalid")


def test_the_id_of_a_second_factor_is_the_same_for_ever() -> None:
    assert second_factor_id(UUID(int=1)) == UUID("de6f83ec-3a56-532b-911c-43899e19d2d6")
