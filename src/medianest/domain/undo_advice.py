"""What to do instead of undoing an event that cannot be undone."""

from collections.abc import Mapping
from typing import Final

from medianest.domain import upkeep
from medianest.domain.api_key import ApiKeyMade, ApiKeyRevoked
from medianest.domain.email_claim import EmailClaimed, EmailReleased
from medianest.domain.invitation import InvitationCreated, InvitationRevoked, InvitationUsed
from medianest.domain.kernel import Event
from medianest.domain.library import LibraryEvent
from medianest.domain.link_claim import LinkClaimEvent
from medianest.domain.linked_account import LinkedAccountEvent
from medianest.domain.media_request import events as request
from medianest.domain.media_server import MediaServerEvent
from medianest.domain.notification import NotificationEvent
from medianest.domain.oidc_provider import OidcProviderEvent
from medianest.domain.quota import QuotaEvent
from medianest.domain.second_factor import SecondFactorEvent
from medianest.domain.session import SessionConfirmed, SessionEnded, SessionOpened
from medianest.domain.setting import SettingEvent
from medianest.domain.title_claim import TitleClaimEvent
from medianest.domain.user import events as user

_FOLLOWS: Final = "This only follows from another event of the same click. Undo that one instead."
_REJECT: Final = "This cannot be undone. Reject the request instead; its owner may also cancel it."

ADVICE: Final[Mapping[type[Event], str]] = {
    request.RequestSubmitted: _REJECT,
    request.SeasonsAdded: "This cannot be undone. Reject these seasons instead.",
    request.RequestApproved: _REJECT,
    request.RequestReopened: "This cannot be undone. Decide on the request once more instead.",
    request.OwnerChanged: "This cannot be undone. The new owner may cancel the request, or somebody may reject it.",
    request.RequestHandedOn: "This cannot be undone. Reject the request instead: then the gateway is told as well.",
    request.RequestFailed: "This cannot be undone. Try the request again instead.",
    request.RequestRetried: _REJECT,
    request.RequestCompleted: "What has arrived stays. Delete it from the library if nobody wants it.",
    request.TitleLeft: "What is no longer in the library does not come back by this. Ask for the title anew.",
    request.RequestFollowed: "This cannot be undone for somebody else. They may unfollow the request themselves.",
    request.RequestUnfollowed: "This cannot be undone for somebody else. They may follow the request again.",
    request.RequestCommented: "What was said has been read. Write another comment instead.",
    user.UserRegistered: "This cannot be undone. Delete the person instead; whatever they did stays in the history.",
    user.UserSignedIn: "This cannot be undone. Suspend the person if it was not them.",
    user.UserSignedOut: "This cannot be undone. They may sign in again.",
    user.UserDeleted: "The key of what was personal is destroyed, and nobody can bring it back. Register them anew.",
    user.LanguageChosen: "This cannot be undone for somebody else. They choose another language themselves.",
    user.PasswordChanged: "Nobody has the old password any more. Choose another one instead.",
    user.UserLockedOut: "This cannot be undone. Unlock the account instead.",
    user.UserUnlocked: "This cannot be undone. Suspend the person if it is not them who tries.",
    SessionOpened: "This cannot be undone. End the session; suspend the person if it was not them.",
    SessionConfirmed: "They have proved who they are, and there is nothing to take back.",
    SessionEnded: "This cannot be undone. They may sign in again.",
    SecondFactorEvent: "Its secrets are gone or were shown. The person enrols a second factor anew, or removes it.",
    LinkedAccountEvent: "This cannot be undone. The person links the account again, or unlinks it.",
    ApiKeyMade: "This cannot be undone. Revoke the key instead.",
    ApiKeyRevoked: "What a key is opened with is gone. Make another one.",
    InvitationCreated: "This cannot be undone. Revoke the invitation instead.",
    InvitationUsed: "This cannot be undone. Suspend or delete whoever came in by it.",
    InvitationRevoked: "What an invitation is opened with is gone. Create another one.",
    OidcProviderEvent: "Its secret is in no event, so this cannot be undone. Change or remove the provider instead.",
    MediaServerEvent: "Its token is in no event, so this cannot be undone. Change, remove or add the server instead.",
    LibraryEvent: "This cannot be undone. The next scan of the library finds out what is there.",
    SettingEvent: "This cannot be undone. Change the setting once more instead.",
    EmailClaimed: _FOLLOWS,
    EmailReleased: _FOLLOWS,
    LinkClaimEvent: _FOLLOWS,
    TitleClaimEvent: _FOLLOWS,
    QuotaEvent: _FOLLOWS,
    NotificationEvent: "This only tells of something else that happened. Undo that instead.",
    upkeep.ParkedRetried: "It has been tried again, and there is nothing to take back.",
    upkeep.ParkedSkipped: "What was skipped is gone from the queue. Do by hand what it would have done.",
    upkeep.RebuildAsked: "A view that was built anew holds what it held before: there is nothing to take back.",
    upkeep.SealKeyRotated: "A key of the seals is never taken back. Change it once more instead.",
    upkeep.BreakerReset: "The upstream is called again. Where it is still ill, it is left alone again by itself.",
    upkeep.CacheCleared: "What was forgotten is asked for again when somebody looks. There is nothing to take back.",
}
"""By event type, or by a family of them."""


def instead_of(event: Event) -> str:
    """A sentence for whoever wanted to undo `event`. Every event that cannot be undone has one: a test looks."""
    return next(ADVICE[kind] for kind in type(event).__mro__ if kind in ADVICE)
