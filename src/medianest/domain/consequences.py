"""What changes elsewhere with an aggregate, in the same append: whole or not at all.

| whenever                                        | then                                                  |
|-------------------------------------------------|-------------------------------------------------------|
| somebody is registered                          | their e-mail address is claimed                       |
| somebody is deleted                             | the claim is released                                 |
| a request is settled                            | its claim on the title is released                    |
| what a request had brought has left the library | its claim no longer knows it there                    |
| parts of it will not come, or pass to somebody  | they are given back to the quota they were taken from |
| parts of it pass to somebody                    | they count in that person's quota (see `inheriting`)  |
| an account elsewhere is linked to somebody      | it is the only one of theirs at its provider          |
| it is unlinked                                  | they may link another one there                       |
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from medianest.domain.email_claim import ClaimEmail, ReleaseEmail
from medianest.domain.kernel import Command
from medianest.domain.link_claim import ClaimLink, ReleaseLink, link_claim_id
from medianest.domain.linked_account import LinkAccount, LinkedAccount, UnlinkAccount
from medianest.domain.media_request.state import MediaRequest, Part
from medianest.domain.media_request.vocabulary import CLOSED
from medianest.domain.quota import RefundQuota, SpendQuota
from medianest.domain.title_claim import ForgetArrivals, ReleaseTitle, claim_id
from medianest.domain.user.commands import DeleteUser, RegisterUser
from medianest.domain.user.state import User


def consequences(command: Command, before: Any, after: Any) -> Sequence[Command]:
    """Commands to other aggregates that belong into the append of `command`, which turned `before` into `after`."""
    match after:
        case MediaRequest():
            return _of_request(command, before, after)
        case User():
            return _of_user(command, after)
        case LinkedAccount() | None:
            return _of_link(command, before)
    return []


def _of_link(command: Command, before: LinkedAccount | None) -> Sequence[Command]:
    match command:
        case LinkAccount(actor=actor, at=at, user_id=user_id, provider=provider, account_id=account_id):
            claim = link_claim_id(user_id)
            return [
                ClaimLink(actor=actor, at=at, claim_id=claim, user_id=user_id, provider=provider, account_id=account_id)
            ]
        case UnlinkAccount(actor=actor, at=at, user_id=user_id, account_id=account_id) if before is not None:
            return [
                ReleaseLink(
                    actor=actor,
                    at=at,
                    claim_id=link_claim_id(user_id),
                    user_id=user_id,
                    provider=before.provider,
                    account_id=account_id,
                )
            ]
    return []


def _of_user(command: Command, after: User) -> Sequence[Command]:
    match command:
        case RegisterUser(actor=actor, at=at, user_id=user_id, email_claim=claim):
            return [ClaimEmail(actor=actor, at=at, claim_id=claim, user_id=user_id)]
        case DeleteUser(actor=actor, at=at, user_id=user_id):
            return [ReleaseEmail(actor=actor, at=at, claim_id=after.email_claim, user_id=user_id)]
    return []


def _of_request(command: Command, before: MediaRequest | None, after: MediaRequest) -> Sequence[Command]:
    """What changes elsewhere with a request, in the same append: a settled one releases its claim, and parts that
    will not come, or passed to somebody else, are given back to the quota of whoever asked for them."""
    if before is None:
        return []
    losses = {part.asked_by: _lost(before, after, part.asked_by) for part in before.parts.values()}
    follow: list[Command] = [
        RefundQuota(actor=command.actor, at=command.at, user_id=person, request_id=after.request_id, parts=lost)
        for person, lost in losses.items()
        if lost
    ]
    if passed := tuple(n for n, part in before.parts.items() if _passes(part, after.parts[n])):
        follow.append(
            SpendQuota(
                actor=command.actor,
                at=command.at,
                user_id=after.owner,
                request_id=after.request_id,
                media_type=after.media_type,
                parts=passed,
                limits=None,  # whether there is room was looked at before they passed
            )
        )
    if before.is_live and not after.is_live:
        follow.append(
            ReleaseTitle(
                actor=command.actor,
                at=command.at,
                claim_id=claim_id(after.media_type, after.tmdb_id, after.is_4k),
                request_id=after.request_id,
                available=tuple(n for n in after.numbers("available") if n not in after.gone),
            )
        )
    if left := after.gone - before.gone:
        follow.append(
            ForgetArrivals(
                actor=command.actor,
                at=command.at,
                claim_id=claim_id(after.media_type, after.tmdb_id, after.is_4k),
                request_id=after.request_id,
                parts=tuple(sorted(left)),
            )
        )
    return follow


def _lost(before: MediaRequest, after: MediaRequest, person: UUID) -> tuple[int, ...]:
    """Parts that this person asked for and will not have: closed now, or somebody else's."""
    return tuple(
        n
        for n, part in before.parts.items()
        if part.asked_by == person
        and part.status not in CLOSED
        and (after.parts[n].status in CLOSED or _passes(part, after.parts[n]))
    )


def _passes(before: Part, after: Part) -> bool:
    """It is somebody else's now. (A closed part that is asked for anew passes to nobody: it was given back before.)"""
    return before.status not in CLOSED and before.asked_by != after.asked_by
