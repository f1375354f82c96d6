"""For every aggregate, a life in which everything happens that can happen to one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from medianest.domain.api_key import MakeApiKey, RevokeApiKey
from medianest.domain.email_claim import ClaimEmail, ReleaseEmail
from medianest.domain.invitation import CreateInvitation, RevokeInvitation, UseInvitation
from medianest.domain.kernel import SYSTEM, Command, Event
from medianest.domain.library import AllowRemovals, DeclineRemovals, HoldBackRemovals, WithdrawRemovals
from medianest.domain.limits import QuotaLimits
from medianest.domain.link_claim import ClaimLink, ReleaseLink, link_claim_id
from medianest.domain.linked_account import LinkAccount, LoseAccess, RegainAccess, UnlinkAccount
from medianest.domain.media_request import commands as request
from medianest.domain.media_server import (
    AcceptMachine,
    AddServer,
    ChangeServer,
    RecordTokenRefused,
    RecordTokenTaken,
    RemoveServer,
)
from medianest.domain.notification import Archive, MarkDelivered, MarkRead, QueueNotification
from medianest.domain.oidc_provider import AddProvider, ChangeProvider, ProviderTerms, RemoveProvider
from medianest.domain.quota import RefundQuota, SpendQuota
from medianest.domain.second_factor import (
    EnrolSecondFactor,
    MakeRecoveryCodes,
    RemoveSecondFactor,
    SpendRecoveryCode,
)
from medianest.domain.session import ConfirmSession, EndSession, OpenSession
from medianest.domain.setting import ChangeSetting, ResetSetting
from medianest.domain.title_claim import ClaimTitle, ForgetArrivals, ReleaseTitle, claim_id
from medianest.domain.upkeep import AskForRebuild, ClearCache, ResetBreaker, RetryParked, RotateSealKey, SkipParked
from medianest.domain.user import commands as user
from medianest.domain.user.events import UserSignedIn, UserSignedOut
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, days

REQUEST, SESSION, NOTIFICATION, COMMENT, EMAIL, REBUILD = (UUID(int=n) for n in range(1, 7))
ACCOUNT, KEY, INVITATION = (UUID(int=n) for n in range(7, 10))
LINKS = link_claim_id(BOB)
SERIES = claim_id("tv", 1399, False)

TERMS = ProviderTerms(
    name="The family",
    issuer="https://id.example.org",
    client_id="medianest",
    scopes=("openid", "email"),
    role_claim="groups",
    admin_values=("owners",),
    links_by_verified_email=False,
    may_register=False,
)


def by(actor: UUID) -> dict[str, Any]:
    return {"actor": actor, "at": NOW}


def on_request(actor: UUID) -> dict[str, Any]:
    return {**by(actor), "request_id": REQUEST}


def on_user(actor: UUID) -> dict[str, Any]:
    return {**by(actor), "user_id": BOB}


USER_LIFE: tuple[Command, ...] = (
    user.RegisterUser(**on_user(ADA), email="bob@example.org", name="Bob", role="member", email_claim=EMAIL),
    user.RenameUser(**on_user(BOB), name="Robert"),
    user.ChangeRole(**on_user(ADA), role="admin"),
    user.GrantPermission(**on_user(ADA), permission="download"),
    user.RevokePermission(**on_user(ADA), permission="request"),
    user.SetQuota(**on_user(ADA), limits=QuotaLimits(movie_limit=3, movie_days=7, season_limit=None, season_days=30)),
    user.ChooseLanguage(**on_user(BOB), language="pt-BR", region="PT"),
    user.RecordPasswordChange(**on_user(BOB), way="changed"),
    user.LockOut(**on_user(SYSTEM), until=NOW + days(1)),
    user.Unlock(**on_user(ADA)),
    user.SuspendUser(**on_user(ADA), reason="Shared the password."),
    user.ReinstateUser(**on_user(ADA)),
    user.DeleteUser(**on_user(ADA)),
)

REQUEST_LIFE: tuple[Command, ...] = (
    request.SubmitRequest(
        **on_request(BOB),
        media_type="tv",
        tmdb_id=1399,
        is_4k=False,
        title="The Long Winter",
        year=2011,
        poster_path="/winter.jpg",
        seasons=(2, 1),
        note="For the holidays.",
    ),
    request.JoinRequest(**on_request(CAT), seasons=(2, 3)),
    request.ApproveRequest(**on_request(ADA), seasons=(1, 2)),
    request.RejectRequest(**on_request(ADA), reason="Season 3 is not out yet."),
    request.JoinRequest(**on_request(CAT), seasons=(4,)),
    request.ExpireRequest(**on_request(SYSTEM)),
    request.ReopenRequest(**on_request(ADA), seasons=(4,)),
    request.ExpireRequest(**on_request(SYSTEM)),
    request.RecordHandOver(**on_request(SYSTEM), gateway="overseerr", gateway_id="17", seasons=(1, 2)),
    request.RecordFailure(**on_request(SYSTEM), error="The gateway says: no quality profile."),
    request.RetryRequest(**on_request(ADA)),
    request.CompleteRequest(**on_request(SYSTEM), seasons=(1,)),
    request.RecordLeave(**on_request(SYSTEM), seasons=(1,)),
    request.CommentOnRequest(**on_request(CAT), comment_id=COMMENT, text="Thank you!"),
    request.CancelRequest(**on_request(BOB)),
    request.FollowRequest(**on_request(BOB)),
    request.UnfollowRequest(**on_request(BOB)),
    request.CancelRequest(**on_request(CAT)),
)

FILMS_LIBRARY: Mapping[str, Any] = {**by(ADA), "server": "plex", "library_uuid": "films"}
FILMS: Mapping[str, Any] = {**FILMS_LIBRARY, "name": "Films"}

LIVES: Mapping[str, tuple[Command, ...]] = {
    "user": USER_LIFE,
    "media_request": REQUEST_LIFE,
    "email_claim": (
        ClaimEmail(**on_user(ADA), claim_id=EMAIL),
        ReleaseEmail(**on_user(ADA), claim_id=EMAIL),
    ),
    "session": (
        OpenSession(
            **by(BOB),
            session_id=SESSION,
            user_id=BOB,
            method="password",
            factor="totp",
            device="Firefox on Android",
            client="Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
            address="203.0.113.7",
            is_new_device=True,
        ),
        ConfirmSession(**by(BOB), session_id=SESSION, proof="totp"),
        EndSession(**by(BOB), session_id=SESSION, reason="ended_elsewhere"),
    ),
    "second_factor": (
        EnrolSecondFactor(**on_user(BOB)),
        MakeRecoveryCodes(**on_user(BOB)),
        SpendRecoveryCode(**on_user(BOB), left=9),
        RemoveSecondFactor(**on_user(ADA)),
    ),
    "linked_account": (
        LinkAccount(**on_user(BOB), account_id=ACCOUNT, provider="plex", name="bob_at_plex"),
        LoseAccess(**by(SYSTEM), account_id=ACCOUNT, reason="token_rejected"),
        RegainAccess(**by(SYSTEM), account_id=ACCOUNT),
        UnlinkAccount(**on_user(BOB), account_id=ACCOUNT),
    ),
    "link_claim": (
        ClaimLink(**on_user(BOB), claim_id=LINKS, provider="plex", account_id=ACCOUNT),
        ReleaseLink(**on_user(BOB), claim_id=LINKS, provider="plex", account_id=ACCOUNT),
    ),
    "api_key": (
        MakeApiKey(
            **by(BOB),
            key_id=KEY,
            name="The clock in the kitchen",
            scopes=frozenset({"request", "read"}),
            expires_at=NOW + days(30),
        ),
        RevokeApiKey(**by(BOB), key_id=KEY),
    ),
    "invitation": (
        CreateInvitation(
            **by(ADA), invitation_id=INVITATION, role="member", uses=2, expires_at=NOW + days(7), note="The cousins"
        ),
        UseInvitation(**on_user(BOB), invitation_id=INVITATION),
        RevokeInvitation(**by(ADA), invitation_id=INVITATION),
    ),
    "oidc_provider": (
        AddProvider(**by(ADA), slug="home", terms=TERMS),
        ChangeProvider(**by(ADA), slug="home", terms=replace(TERMS, may_register=True), has_new_secret=True),
        RemoveProvider(**by(ADA), slug="home"),
    ),
    "setting": (
        ChangeSetting(**by(ADA), key="open_registration", value=True),
        ResetSetting(**by(ADA), key="open_registration"),
    ),
    "title_claim": (
        ClaimTitle(**on_request(BOB), claim_id=SERIES),
        ReleaseTitle(**on_request(SYSTEM), claim_id=SERIES, available=(2, 1)),
        ForgetArrivals(**on_request(SYSTEM), claim_id=SERIES, parts=(1,)),
    ),
    "quota": (
        SpendQuota(**on_request(BOB), user_id=BOB, media_type="tv", parts=(2, 1), limits=QuotaLimits(season_limit=2)),
        RefundQuota(**on_request(ADA), user_id=BOB, parts=(2,)),
    ),
    "notification": (
        QueueNotification(
            **by(SYSTEM),
            notification_id=NOTIFICATION,
            recipient=BOB,
            kind="seasons_asked",
            request_id=REQUEST,
            title="The Long Winter",
            by=CAT,
            seasons=(3,),
        ),
        MarkDelivered(**by(SYSTEM), notification_id=NOTIFICATION),
        MarkRead(**by(BOB), notification_id=NOTIFICATION),
        Archive(**by(BOB), notification_id=NOTIFICATION),
    ),
    "media_server": (
        AddServer(**by(ADA), slug="attic", name="Attic", url="https://attic.example.org:32400"),
        RecordTokenRefused(**by(SYSTEM), slug="attic"),
        RecordTokenTaken(**by(SYSTEM), slug="attic"),
        AcceptMachine(**by(ADA), slug="attic", machine_identifier="0f2ae5c1d2b34f6b"),
        ChangeServer(**by(ADA), slug="attic", name="The attic", url="https://attic.example.org", has_new_token=True),
        RemoveServer(**by(ADA), slug="attic"),
    ),
    "library": (
        HoldBackRemovals(**FILMS, leaving=412, held=900),
        AllowRemovals(**FILMS_LIBRARY),
        HoldBackRemovals(**FILMS, leaving=412, held=900),
        DeclineRemovals(**FILMS_LIBRARY),
        HoldBackRemovals(**FILMS, leaving=412, held=900),
        WithdrawRemovals(**FILMS_LIBRARY),
    ),
    "upkeep": (
        RetryParked(**by(ADA), reaction="tell_people", position=17, attempts=3),
        SkipParked(**by(ADA), reaction="tell_people", position=17, reason="Everybody knows by now."),
        AskForRebuild(**by(ADA), rebuild_id=REBUILD, views=("request_board", "inbox")),
        RotateSealKey(**by(ADA), key_id=2),
        ResetBreaker(**by(ADA), upstream="tmdb"),
        ClearCache(**by(ADA), upstream="tmdb"),
    ),
}

OLD_EVENTS: tuple[Event, ...] = (
    UserSignedIn(user_id=BOB, session_id=SESSION, device="Firefox on a telephone"),
    UserSignedOut(user_id=BOB, session_id=SESSION),
)
"""What no command leads to any more, and old logs hold."""
