"""What an account says when the answer is no."""

from medianest.domain.kernel import Refused


class UserNotFound(Refused):
    code, kind = "user_not_found", "missing"
    text = "There is no such person."


class UserIsDeleted(Refused):
    code = "user_deleted"
    text = "This person was deleted. Register them anew if they come back."


class UserIsSuspended(Refused):
    code, kind = "user_suspended", "forbidden"
    text = "This account is suspended. Ask the owner of the server."


class NotYourself(Refused):
    code = "not_yourself"
    text = "Nobody may suspend or demote themselves. Ask another administrator."


class LastAdministrator(Refused):
    code = "last_administrator"
    text = "You are the only administrator. Make somebody else one first, so that the house is not left without."


class NameRequired(Refused):
    code, kind = "name_required", "invalid"
    text = "Write a name."


class NoSuchLanguage(Refused):
    code, kind = "no_such_language", "invalid"
    text = "A language looks like de or pt-BR, and a region like DE."
