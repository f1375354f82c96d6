"""Reopening a request: the rule that spans request, claim, and the quotas of whoever asked.

It is like asking once more, in their name: the title is claimed again and their quotas are charged again, now.

| the claim on the title    | a closed part                                                     |
|---------------------------|-------------------------------------------------------------------|
| free, or held by this one | waits for a decision again; a free title is claimed               |
| held by another request   | refused (`title_taken_since`)                                     |
| knows it in the library   | stays closed; refused (`already_available`) where all parts would |
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from medianest.domain.kernel import Command, Refused
from medianest.domain.media_request.commands import ReopenRequest
from medianest.domain.media_request.refusals import AlreadyAvailable
from medianest.domain.media_request.state import MediaRequest
from medianest.domain.media_request.vocabulary import CLOSED
from medianest.domain.quota import SpendQuota
from medianest.domain.request_workflow import limits_for
from medianest.domain.title_claim import ClaimTitle, TitleClaim, claim_id
from medianest.domain.user.state import User


class TitleTakenSince(Refused):
    code = "title_taken_since"
    text = "Another request stands for this title now. Decide on that one instead."


class AskerHasLeft(Refused):
    code = "asker_has_left"
    text = "Whoever asked for it was deleted. Somebody who still wants the title can ask for it."


class AskersQuotaExceeded(Refused):
    code = "askers_quota_exceeded"
    text = "The quota of whoever asked has no room for this now. Raise their limit first, or wait until there is room."


def reopening(
    command: ReopenRequest, request: MediaRequest, claim: TitleClaim | None, askers: Mapping[UUID, User | None]
) -> Sequence[Command]:
    """The commands that come of reopening `request`; `askers` are the people who asked for its parts.

    Raises `TitleTakenSince`, `AskerHasLeft`, `AlreadyAvailable`.
    """
    named = request.numbers(*CLOSED)
    if command.seasons is not None and request.media_type == "tv":
        named = tuple(number for number in named if number in command.seasons)
    if not named:
        return [command]  # the request itself says why not
    if claim is not None and claim.holder not in (None, request.request_id):
        raise TitleTakenSince
    missing = tuple(number for number in named if claim is None or number not in claim.available)
    if not missing:
        raise AlreadyAvailable
    claimed = claim_id(request.media_type, request.tmdb_id, request.is_4k)
    return [
        ClaimTitle(actor=command.actor, at=command.at, claim_id=claimed, request_id=request.request_id),
        replace(command, seasons=request.seasons(missing)),
        *_spending(command, request, missing, askers),
    ]


def _spending(
    command: ReopenRequest, request: MediaRequest, parts: Sequence[int], askers: Mapping[UUID, User | None]
) -> Sequence[Command]:
    steps: list[Command] = []
    for person in dict.fromkeys(request.parts[number].asked_by for number in parts):
        user = askers.get(person)
        if user is None or user.is_deleted:
            raise AskerHasLeft
        steps.append(
            SpendQuota(
                actor=command.actor,
                at=command.at,
                user_id=person,
                request_id=request.request_id,
                media_type=request.media_type,
                parts=tuple(number for number in parts if request.parts[number].asked_by == person),
                limits=limits_for(user),
            )
        )
    return steps
