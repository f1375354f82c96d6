"""Events and notifications in words, made when they are read: nothing here is stored, so names can be forgotten."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from medianest.application.sentences_identity import of_identity
from medianest.application.sentences_library import of_library
from medianest.domain import library, media_server, notification, title_claim, upkeep
from medianest.domain.email_claim import EmailClaimed, EmailReleased
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.link_claim import LinkClaimed, LinkReleased
from medianest.domain.media_request import events as requests
from medianest.domain.quota import QuotaRefunded, QuotaSpent
from medianest.ports.event_log import Unread
from medianest.projections.inbox import InboxItem

Names = Callable[[UUID], str | None]
"""What somebody is called; None once they are forgotten."""


SOMEBODY: Final = "somebody who left"
SOMETHING: Final = "a title"


def called(person: UUID, names: Names) -> str:
    return "MediaNest" if person == SYSTEM else names(person) or SOMEBODY


def seasons_in_words(seasons: Sequence[int]) -> str:
    """ "season 1", "seasons 1, 2 and 4"; empty for a film."""
    if not seasons:
        return ""
    words = [str(number) for number in seasons]
    if len(words) == 1:
        return f"season {words[0]}"
    return f"seasons {', '.join(words[:-1])} and {words[-1]}"


def told(recorded: Recorded, names: Names, it: str = "it") -> str:
    """What happened, in one sentence; `it` is what a decision on a request speaks of."""
    return _begun(_told(recorded, names, it))


def _told(recorded: Recorded, names: Names, it: str) -> str:
    who = called(recorded.actor, names)
    event = recorded.event
    match event:
        case requests.RequestSubmitted(title=title, seasons=seasons, is_4k=is_4k):
            return f"{who} asked for {title}{_of(seasons)}{' in 4K' if is_4k else ''}"
        case requests.SeasonsAdded(seasons=seasons):
            return f"{who} asked for {seasons_in_words(seasons)} as well"
        case requests.RequestApproved(is_automatic=True, seasons=seasons):
            return f"{who} is trusted to ask, so it was approved at once{_of(seasons)}"
        case requests.RequestApproved(seasons=seasons):
            return f"{who} approved {it}{_of(seasons)}"
        case requests.RequestRejected(seasons=seasons):
            return f"{who} rejected {it}{_of(seasons)}"
        case requests.RequestCancelled():
            return f"{who} cancelled {it}"
        case requests.RequestExpired(seasons=seasons):
            return f"Nobody decided in time, so {it} expired{_of(seasons)}"
        case requests.RequestReopened(seasons=seasons):
            return f"{who} let {it} wait for a decision again{_of(seasons)}"
        case requests.OwnerChanged(owner=owner):
            return f"{who} left it to {called(owner, names)}"
        case requests.RequestHandedOn(gateway=gateway, gateway_id=number, seasons=seasons):
            return f"{who} handed it on to {gateway} as number {number}{_of(seasons)}"
        case requests.RequestFailed(seasons=seasons):
            return f"It failed{_of(seasons)}"
        case requests.RequestRetried(seasons=seasons):
            return f"{who} tried it again{_of(seasons)}"
        case requests.RequestCompleted(is_whole=True):
            return "It is available"
        case requests.RequestCompleted(seasons=seasons):
            return f"{seasons_in_words(seasons).capitalize()} arrived"
        case requests.TitleLeft(seasons=seasons):
            return f"It is no longer in the library{_of(seasons)}"
        case requests.RequestFollowed():
            return f"{who} wants it too"
        case requests.RequestUnfollowed():
            return f"{who} no longer follows it"
        case requests.RequestCommented():
            return f"{who} wrote a comment"
        case _:
            of_somebody = of_identity(event, who, recorded.actor, lambda person: called(person, names))
            return of_somebody or _of_the_rest(event, who, recorded.actor, names)


def _of_the_rest(event: object, who: str, actor: UUID, names: Names) -> str:
    match event:
        case title_claim.TitleClaimed():
            return f"{who} claimed the title for a request"
        case title_claim.TitleReleased():
            return "The title is free to be asked for again"
        case title_claim.ArrivalsForgotten():
            return "What had come of the title may be asked for again"
        case media_server.MediaServerEvent() | library.LibraryEvent():
            return of_library(event, who)
        case EmailClaimed():
            return "An e-mail address was taken"
        case EmailReleased():
            return "An e-mail address is free again"
        case LinkClaimed(provider=provider):
            return f"An account at {provider} is the one of its person there"
        case LinkReleased(provider=provider):
            return f"Another account at {provider} may be linked"
        case QuotaSpent(user_id=whose, parts=parts, media_type=media_type):
            quota = "their quota" if whose == actor else f"the quota of {called(whose, names)}"
            return f"{who} spent {_counted(len(parts), media_type)} of {quota}"
        case QuotaRefunded(parts=parts):
            return f"A quota was given {len(parts)} back"
        case notification.NotificationQueued():
            return "Somebody is told of it"
        case notification.NotificationDelivered():
            return "A notification lies in its inbox"
        case notification.NotificationRead():
            return f"{who} read a notification"
        case notification.NotificationArchived():
            return f"{who} put a notification away"
        case upkeep.UpkeepEvent():
            return _of_upkeep(event, who)
        case Unread():
            return f"{who} did what this release cannot read"
    return type(event).__name__


def _of_upkeep(event: upkeep.UpkeepEvent, who: str) -> str:
    match event:
        case upkeep.ParkedRetried(reaction=reaction, position=position):
            return f"{who} had the event at {position} tried again ({in_words(reaction)})"
        case upkeep.ParkedSkipped(reaction=reaction, position=position):
            return f"{who} had the event at {position} skipped ({in_words(reaction)})"
        case upkeep.RebuildAsked(views=views):
            return f"{who} asked for views to be built anew: {', '.join(map(in_words, views))}"
        case upkeep.SealKeyRotated(key_id=key_id):
            return f"{who} changed the key of the seals to number {key_id}"
        case upkeep.BreakerReset(upstream=upstream):
            return f"{who} had {upstream} called again at once"
        case upkeep.CacheCleared(upstream=upstream):
            return f"{who} had the kept answers of {upstream} forgotten"
    return f"{event.tag} by {who}"


def in_words(name: str) -> str:
    """A name of ours as people read it: "hand on", "request board"."""
    return name.replace("_", " ")


def news(item: InboxItem, names: Names) -> str:
    """A notification as its recipient reads it."""
    who = called(item.by, names) if item.by else "MediaNest"
    title = item.title or SOMETHING
    what = f"{title}{_of(item.seasons)}"
    words = {
        "request_submitted": f"{who} asks for {what}",
        "seasons_asked": f"{who} asks for more of {title}: {seasons_in_words(item.seasons)}",
        "request_approved": f"{who} approved {what}",
        "request_auto_approved": f"{who} asked for {what}, which was approved at once",
        "request_rejected": f"{who} rejected {what}",
        "request_failed": f"{what} could not be fetched",
        "request_available": f"{title} is available",
        "request_partly_available": f"{what} is available",
        "request_cancelled": f"{who} no longer wants {what}",
        "request_expired": f"Nobody decided on {what} in time; ask again if you still want it",
        "request_reopened": f"{who} lets {what} wait for a decision again",
        "request_joined": f"{who} wants {title} too",
        "request_commented": f"{who} wrote about {title}",
        "owner_changed": f"{who} left {title} to you",
        "new_device": "Somebody signed in to your account on a device that was not seen before",
        "access_lost": f"{who} no longer has access where they sign in from",
        "title_left": f"{what} is no longer in the library; ask again if you still want it",
        "removals_held_back": f"Many titles are missing from {title}: say whether they were deleted",
        "media_server_refuses": f"{title} no longer takes the token of MediaNest: give it a new one",
    }[item.kind]
    return _begun(words)


def _begun(words: str) -> str:
    """With a capital, unless it begins with a name: those are written as people write them."""
    return words[0].upper() + words[1:] if words.startswith((SOMEBODY, SOMETHING)) else words


def _of(seasons: Sequence[int]) -> str:
    return f" ({seasons_in_words(seasons)})" if seasons else ""


def _counted(number: int, media_type: str) -> str:
    noun = "film" if media_type == "movie" else "season"
    return f"{number} {noun}{'' if number == 1 else 's'}"
