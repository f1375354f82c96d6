"""What a media request says when the answer is no."""

from medianest.domain.kernel import Refused
from medianest.domain.media_request.vocabulary import MOST_COMMENTS


class RequestNotFound(Refused):
    code, kind = "request_not_found", "missing"
    text = "There is no such request."


class RequestAlreadyDecided(Refused):
    code = "request_already_decided"
    text = "The request no longer waits for a decision. Look at it again to see what became of it."


class RequestClosed(Refused):
    code = "request_closed"
    text = "The request is closed. Ask for the title again if it is still wanted."


class RequestNotClosed(Refused):
    code = "request_not_closed"
    text = "Nothing of the request is rejected, cancelled or expired, so nothing can be reopened."


class RequestNotApproved(Refused):
    code = "request_not_approved"
    text = "Nothing of the request is approved, so nothing can be handed on."


class RequestNotFailed(Refused):
    code = "request_not_failed"
    text = "Nothing of the request has failed, so there is nothing to try again."


class NotYourRequest(Refused):
    code, kind = "not_your_request", "forbidden"
    text = "Only the person who asked for it may cancel a request. Unfollow it to hear no more of it."


class AlreadyAvailable(Refused):
    code = "already_available"
    text = "All of this is in the library already."


class SeasonsRequired(Refused):
    code, kind = "seasons_required", "invalid"
    text = 'Say which seasons of the series are wanted: a list of numbers, or "all".'


class SeasonsNotOfThisRequest(Refused):
    code, kind = "seasons_not_of_this_request", "invalid"
    text = "The request does not speak of these seasons."


class TooManyComments(Refused):
    code = "too_many_comments"
    text = f"A request has room for {MOST_COMMENTS:,} comments, and this one has them. What is there stays to be read."


class TextRequired(Refused):
    code, kind = "text_required", "invalid"
    text = "Write at least one word."
