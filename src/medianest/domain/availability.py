"""Whether a title is there: what a library holds of it, against what there is of it.

| a season of which      | episodes aired: unknown | episodes aired: more | episodes aired: as many, or fewer |
|------------------------|-------------------------|----------------------|-----------------------------------|
| no episode is held     | nothing                 | nothing              | nothing                           |
| some episodes are held | available               | partially available  | available                         |

| a series of which                               | is                  |
|-------------------------------------------------|---------------------|
| no episode of any season is held                | nothing             |
| every season that has begun to air is available | available           |
| anything else is held                           | partially available |

Specials (season 0) are not needed for a series to be there whole; where they are all that is held, it is partially
available. Seasons of which nobody says that they have aired, and which are held all the same, take nothing away.
Without any word of what has aired, whatever is held counts as all there is. A film is held, or it is not.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

Availability = Literal["available", "partially_available"]

SPECIALS: Final = 0


def aired_by(today: date, dates: Sequence[str | None]) -> int:
    """How many of a season's episodes have aired; `dates` are theirs ("YYYY-MM-DD", or None where nobody knows), in
    order. One without a date has aired when a later one has. Where none has a date, all count: it is better to wait for
    too much than to say that a season is there of which half is missing."""
    if not any(dates):
        return len(dates)
    until = today.isoformat()
    last = max((place for place, day in enumerate(dates) if day and day <= until), default=-1)
    return sum(1 for day in dates[: last + 1] if not day or day <= until)


def of_season(held: int, aired: int | None) -> Availability | None:
    """`held` and `aired` are numbers of episodes; None where nobody says how many have aired."""
    if held <= 0:
        return None
    return "available" if aired is None or held >= aired else "partially_available"


def of_series(held: Mapping[int, int], aired: Mapping[int, int] | None) -> Availability | None:
    """Both map a season's number to episodes; `aired` is None where nobody says what has aired."""
    regular = [number for number, episodes in held.items() if episodes > 0 and number != SPECIALS]
    if not any(episodes > 0 for episodes in held.values()):
        return None
    if aired is None:
        return "available" if regular else "partially_available"
    needed = [number for number, episodes in aired.items() if episodes > 0 and number != SPECIALS]
    is_whole = all(of_season(held.get(number, 0), aired[number]) == "available" for number in needed)
    return "available" if is_whole and regular else "partially_available"
