"""What became of a title here, read off the library and the requests: the same wherever a title is shown.

| what is there, of what has aired                  | open parts of a request | the title says        |
|---------------------------------------------------|-------------------------|-----------------------|
| all of it                                         | any                     | `available`           |
| something, and what has aired is not known        | none                    | `available`           |
| something, and what has aired is not known        | some                    | `partially_available` |
| a part of it                                      | any                     | `partially_available` |
| nothing                                           | some                    | the request's status  |
| nothing                                           | none                    | nothing               |

What is there is what the library holds (`domain/availability.py` says how much that is), and parts of requests that are
available and not gone: a gateway may have said so before a scan did. The newest request that has open parts speaks, for
those parts. Each season says the same for itself. Each quality is looked at alone, but a copy in 4K counts for both.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from medianest.domain import availability
from medianest.domain.media_request.vocabulary import FILM, OPEN, MediaType, PartStatus, RequestStatus, status_of
from medianest.ports.metadata import TitleDetails
from medianest.projections.request_parts import PartCard

Requests = Sequence[Sequence[PartCard]]
"""The parts of each request for a title in one quality, the newest request first."""

NOTHING: Final[Mapping[int, int]] = {}


def title_status(
    media_type: MediaType, held: Mapping[int, int], aired: Mapping[int, int] | None, requests: Requests
) -> RequestStatus | None:
    """`held` maps parts to episodes that the library holds, `aired` seasons to episodes that were shown (None: not
    known; a film's is not looked at)."""
    there, open_parts = _there(held, aired, requests), _open(requests)
    found: RequestStatus | None
    if media_type == "movie":
        found = "available" if there.get(FILM, 0) > 0 else None
    else:
        found = availability.of_series(there, aired)
        if found == "available" and aired is None and open_parts:
            found = "partially_available"
    return found or (status_of(list(open_parts[0].values())) if open_parts else None)


def season_statuses(
    held: Mapping[int, int], aired: Mapping[int, int] | None, requests: Requests
) -> Mapping[int, RequestStatus]:
    """Those seasons of which anything became."""
    there, found = _there(held, aired, requests), dict[int, RequestStatus]()
    for statuses in reversed(_open(requests)):
        found.update(statuses)
    for number, episodes in there.items():
        held_so_far = availability.of_season(episodes, (aired or NOTHING).get(number))
        if held_so_far is not None:
            found[number] = held_so_far
    return found


def aired_of(details: TitleDetails, today: date) -> Mapping[int, int]:
    """Episodes of each season that has begun to air; 0 of one that has not, or of which nobody says when."""
    return {
        season.number: season.episode_count if season.air_date and season.air_date <= today.isoformat() else 0
        for season in details.seasons
    }


def _there(held: Mapping[int, int], aired: Mapping[int, int] | None, requests: Requests) -> Mapping[int, int]:
    there = dict(held)
    for part in (part for parts in requests for part in parts):
        if part.status == "available" and not part.is_gone:
            there[part.number] = max(there.get(part.number, 0), (aired or NOTHING).get(part.number, 0), 1)
    return there


def _open(requests: Requests) -> Sequence[Mapping[int, PartStatus]]:
    """The open parts of those requests that have any."""
    of_each = [{part.number: part.status for part in parts if part.status in OPEN} for parts in requests]
    return [parts for parts in of_each if parts]
