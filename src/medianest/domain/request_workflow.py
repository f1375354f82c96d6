"""Asking for a title: the rule that spans user, claim, request and quota.

Pure: states in, commands out. The command bus carries them out in one append, whole or not at all.

| the claim on the title    | somebody asks                                                                    |
|---------------------------|----------------------------------------------------------------------------------|
| free                      | a new request takes it; what earlier requests brought already is not asked again |
| held by a live request    | they join it as a follower; seasons that it lacks are added; a note is a comment  |
| all of it in the library  | refused (`already_available`), whoever brought it there                            |

What a person may approve anyway is approved at once. Spending the quota is part of asking; whoever manages requests
is exempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from medianest.domain.authority import welcome
from medianest.domain.kernel import Command, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import ApproveRequest, CommentOnRequest, JoinRequest, SubmitRequest
from medianest.domain.media_request.refusals import AlreadyAvailable, SeasonsRequired
from medianest.domain.media_request.state import MediaRequest
from medianest.domain.media_request.vocabulary import MediaType, parts_of
from medianest.domain.quota import SpendQuota
from medianest.domain.title_claim import ClaimTitle, TitleClaim, claim_id
from medianest.domain.user.state import User
from medianest.domain.user.vocabulary import allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForTitle(Command):
    """The actor wants this title. `request_id` is the id of the request if it becomes a new one."""

    request_id: UUID
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    title: str
    year: int | None
    poster_path: str | None
    seasons: tuple[int, ...] = ()
    note: str | None = None
    in_library: tuple[int, ...] = ()
    """The parts that the media server holds already, in this quality (a film's is 0)."""

    @property
    def claim_id(self) -> UUID:
        return claim_id(self.media_type, self.tmdb_id, self.is_4k)


class NotAllowedToRequest(Refused):
    code, kind = "not_allowed_to_request", "forbidden"
    text = "You may not ask for titles. Ask the owner of the server for the permission."


class NotAllowedToRequest4k(Refused):
    code, kind = "not_allowed_to_request_4k", "forbidden"
    text = "You may not ask for 4K. Ask for the title without it, or ask the owner for the permission."


def asking(
    command: AskForTitle, user: User | None, claim: TitleClaim | None, live: MediaRequest | None
) -> Sequence[Command]:
    """The commands that come of asking; `live` is the request that holds the claim, if one does.

    Raises `NotAllowedToRequest`, `NotAllowedToRequest4k`, `AlreadyAvailable`, `SeasonsRequired`, `UserIsSuspended`,
    `UserNotFound`.
    """
    user = entitled(user, is_4k=command.is_4k)
    wanted = parts_of(command.media_type, command.seasons)
    if not wanted:
        raise SeasonsRequired
    there = frozenset(command.in_library) | (claim.available if claim else frozenset())
    if live is not None:
        there |= set(live.numbers("available")) - live.gone
    missing = tuple(part for part in wanted if part not in there)
    if not missing:
        raise AlreadyAvailable
    if live is None:
        return _new(command, user, missing)
    return _joining(command, user, missing, live)


def entitled(user: User | None, *, is_4k: bool) -> User:
    """Whoever may ask for titles, in 4K or not. Raises `NotAllowedToRequest`, `NotAllowedToRequest4k`,
    `UserIsSuspended`, `UserNotFound`."""
    user = welcome(user)
    may = allowed(user.role, user.permissions)
    if "request" not in may:
        raise NotAllowedToRequest
    if is_4k and "request_4k" not in may:
        raise NotAllowedToRequest4k
    return user


def limits_for(user: User) -> QuotaLimits | None:
    """What somebody may ask for; None: they manage requests, and are exempt."""
    return None if "manage_requests" in allowed(user.role, user.permissions) else user.quota


def _new(command: AskForTitle, user: User, parts: tuple[int, ...]) -> Sequence[Command]:
    submit = SubmitRequest(
        actor=command.actor,
        at=command.at,
        request_id=command.request_id,
        media_type=command.media_type,
        tmdb_id=command.tmdb_id,
        is_4k=command.is_4k,
        title=command.title,
        year=command.year,
        poster_path=command.poster_path,
        seasons=() if command.media_type == "movie" else parts,
        note=command.note,
    )
    claim = ClaimTitle(actor=command.actor, at=command.at, claim_id=command.claim_id, request_id=command.request_id)
    return [claim, submit, *_spending(command, user, command.request_id, parts), *_approval(submit, user, None)]


def _joining(command: AskForTitle, user: User, parts: tuple[int, ...], live: MediaRequest) -> Sequence[Command]:
    join = JoinRequest(actor=command.actor, at=command.at, request_id=live.request_id, seasons=live.seasons(parts))
    steps: list[Command] = [join]
    if command.note:  # the request has a note already, its owner's
        steps.append(
            CommentOnRequest(
                actor=command.actor,
                at=command.at,
                request_id=live.request_id,
                comment_id=command.request_id,
                text=command.note,
            )
        )
    if not (added := live.lacks(parts)):
        return steps
    return [
        *steps,
        *_spending(command, user, live.request_id, added),
        *_approval(join, user, live.seasons(added)),
    ]


def _spending(command: AskForTitle, user: User, request_id: UUID, parts: tuple[int, ...]) -> Sequence[Command]:
    return [
        SpendQuota(
            actor=command.actor,
            at=command.at,
            user_id=user.user_id,
            request_id=request_id,
            media_type=command.media_type,
            parts=parts,
            limits=limits_for(user),
        )
    ]


def _approval(asked: SubmitRequest | JoinRequest, user: User, seasons: tuple[int, ...] | None) -> Sequence[Command]:
    """Whoever may approve, or is trusted to ask without approval, need not wait for it."""
    may = allowed(user.role, user.permissions)
    if not may & {"auto_approve", "manage_requests"}:
        return []
    return [
        ApproveRequest(actor=asked.actor, at=asked.at, request_id=asked.request_id, is_automatic=True, seasons=seasons)
    ]
