"""What each call is answered in a house that the model describes: where a rule allows but one answer, that one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tests.e2e.stateful.model import Model
from tests.e2e.stateful.sides import Call
from tests.e2e.stateful.vocabulary import CLOSED, OPEN, Person, Request

NEEDED = {
    "ask": "request",
    "approve": "manage_requests",
    "reject": "manage_requests",
    "retry": "manage_requests",
    "complete": "manage_requests",
    "register": "manage_users",
    "change": "manage_users",
    "delete": "manage_users",
}


class Said(NamedTuple):
    """`code` is "" for a yes."""

    status: int
    code: str = ""


YES = Said(200)
NOT_ALLOWED = Said(403, "not_allowed")
UNDONE = (
    YES,
    *(
        Said(409, code)
        for code in (
            "not_undoable",
            "already_undone",
            "overtaken_since",
            "title_taken_since",
            "asker_has_left",
            "already_available",
            "not_yourself",
            "user_deleted",
        )
    ),
    Said(403, "askers_quota_exceeded"),
    Said(409, "name_forgotten"),
)
"""Which of these it is, the tests of undoing say; here the rows that come of it have to fit."""


def at_the_door(model: Model, call: Call) -> Said | None:
    """What the door itself answers, None where it opens. It may not have heard of somebody who has just come."""
    caller = model.people.get(call.who)
    if caller is None or not caller.is_welcome:
        return Said(401, "invalid_token")
    if (needed := NEEDED.get(call.verb)) and needed not in caller.may:
        return NOT_ALLOWED
    if call.verb == "undo" and caller.role != "admin":
        return NOT_ALLOWED
    if call.verb in ("change", "delete") and caller.role != "admin":
        change: Mapping[str, Any] = call.about.get("change", {})
        target = model.people.get(call.about["target"])
        is_of_admins = (target and target.role == "admin") or change.keys() & {"role", "permissions"}
        if is_of_admins or ("quota" in change and call.about["target"] == call.who):
            return NOT_ALLOWED
    return None


def decided(model: Model, call: Call, now: datetime) -> tuple[Said, ...]:
    """What is answered behind the door, also to somebody who would not be let in any more."""
    caller = model.people[call.who]
    if call.verb in ("ask", "follow") and not caller.is_welcome:
        return (Said(404, "user_not_found") if caller.is_deleted else Said(403, "user_suspended"),)
    if call.verb in ("register", "change", "delete") and at_the_door(model, call):
        return (NOT_ALLOWED,)
    if call.verb == "undo" and at_the_door(model, call):
        return (*UNDONE, NOT_ALLOWED)
    match call.verb:
        case "ask":
            return (_asked(model, call, now),)
        case "register":
            return (Said(409, "email_taken") if call.about["claim"] in model.emails else Said(201),)
        case "change":
            return (_changed(model.people[call.about["target"]], call),)
        case "delete":
            return _deleted(model, call)
        case "read_all":
            return (Said(204),)
        case "undo":
            return UNDONE
    return (_acted(model.requests[call.about["request"]], call, model.people[call.who]),)


def _asked(model: Model, call: Call, now: datetime) -> Said:
    title, caller = call.about["title"], model.people[call.who]
    if "request" not in caller.may:
        return Said(403, "not_allowed_to_request")
    if title[2] and "request_4k" not in caller.may:
        return Said(403, "not_allowed_to_request_4k")
    request_id = model.live(title)
    live = model.requests[request_id] if request_id else None
    there = model.library.get(title, set()) | set(live.numbers("available") if live else ())
    missing = [number for number in call.about["parts"] if number not in there]
    if not missing:
        return Said(409, "already_available")
    lacking = [number for number in missing if live is None or live.parts.get(number) in CLOSED | {None}]
    if lacking and len(lacking) > model.room(call.who, title[0], now):
        return Said(403, "quota_exceeded")
    return YES if live else Said(201)


def _changed(person: Person, call: Call) -> Said:
    change, is_self = call.about["change"], call.who == call.about["target"]
    if person.is_deleted:
        return Said(409, "user_deleted")
    if is_self and ("role" in change and change["role"] != person.role):
        return Said(409, "not_yourself")
    if is_self and change.get("suspended") and not person.is_suspended:
        return Said(409, "not_yourself")
    return YES


def _deleted(model: Model, call: Call) -> tuple[Said, ...]:
    """People may leave by themselves. Of administrators the last one may not; who else is one is looked up in the view,
    which may not have seen somebody who became one a moment ago."""
    person = model.people[call.about["target"]]
    if person.is_deleted or call.who != call.about["target"] or person.role != "admin":
        return (Said(204),)
    others = [other for user_id, other in model.people.items() if user_id != call.who and other.role == "admin"]
    last = Said(409, "last_administrator")
    return (Said(204), last) if any(other.is_welcome for other in others) else (last,)


def _acted(request: Request, call: Call, caller: Person) -> Said:
    has = request.numbers
    decided_already = Said(409, "request_already_decided")
    match call.verb:
        case "approve":
            return YES if has("pending", "approved", "handed_on") else decided_already
        case "reject":
            if has(*OPEN):
                return decided_already if has("rejected") and not has("pending") else YES
            return YES if request.status == "rejected" else decided_already
        case "cancel":
            if call.who != request.owner:
                return Said(403, "not_your_request")
            return YES if has(*OPEN) or request.status == "cancelled" else Said(409, "request_closed")
        case "retry":
            return YES if has("failed", "approved") else Said(409, "request_not_failed")
        case "complete":
            return Said(409, "request_closed") if request.status in CLOSED else YES
        case "follow":
            return YES if call.who in request.people or request.is_live else Said(409, "request_closed")
        case "unfollow":
            return YES
        case "comment":
            is_insider = call.who in request.people or "manage_requests" in caller.may
            return YES if is_insider else Said(403, "not_involved")
    raise AssertionError(call.verb)
