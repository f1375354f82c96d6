"""Leaving a request to somebody: the rule that spans request, person and quota.

It is like asking in the place of whoever leaves. What is still to come, and is counted in the quota of whoever leaves:

| the earliest follower, who inherits it            | counts from then on in                          |
|---------------------------------------------------|-------------------------------------------------|
| might ask for it now: they may, and there is room | their quota; the leaver's is given back         |
| might not: no permission, suspended, or no room   | the quota of whoever leaves, until it is closed |

Two people who pass requests to one another hold together no more than both may ask for.
"""

from dataclasses import replace

from medianest.domain import quota
from medianest.domain.kernel import Refused
from medianest.domain.media_request.commands import CancelRequest
from medianest.domain.media_request.state import MediaRequest
from medianest.domain.media_request.vocabulary import OPEN
from medianest.domain.quota import Quota, SpendQuota
from medianest.domain.request_workflow import entitled, limits_for
from medianest.domain.user.state import User


def inheriting(command: CancelRequest, request: MediaRequest, heir: User | None, theirs: Quota | None) -> CancelRequest:
    """`command`, once it is said whether `heir`, the earliest follower of `request`, is charged; `theirs` is the
    quota of the heir."""
    return replace(command, charges_heir=_may_ask(command, request, heir, theirs))


def _may_ask(command: CancelRequest, request: MediaRequest, heir: User | None, theirs: Quota | None) -> bool:
    parts = tuple(n for n in request.numbers(*OPEN) if request.parts[n].asked_by == command.actor)
    try:
        person = entitled(heir, is_4k=request.is_4k)
        spending = SpendQuota(
            actor=command.actor,
            at=command.at,
            user_id=person.user_id,
            request_id=request.request_id,
            media_type=request.media_type,
            parts=parts,
            limits=limits_for(person),
        )
        quota.decide(spending, theirs)
    except Refused:
        return False
    return True
