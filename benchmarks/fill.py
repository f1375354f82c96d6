"""The log that is read, asked and rebuilt: the months of a made-up house, the same every time."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.standin.titles import FIRST_ID
from medianest.main.demo.agenda import DAY
from medianest.main.demo.chronicle import Entry
from medianest.main.demo.fill import fill as write
from medianest.main.demo.house import House
from medianest.main.demo.story import Story

PER_PERSON: Final = 1000
"""Events that one person causes in about five months."""


async def fill(url: str, key: bytes, events: int, *, seed: int = 1) -> int:
    """Fill the migrated, empty log at `url` with so many events, and the rest of the last append; how many there are
    in the end. `key` is the server's."""
    house = House(
        beginning=datetime(2026, 1, 1, 9, tzinfo=UTC),
        people=max(10, events // PER_PERSON),
        titles=100_000,
        first_title=FIRST_ID,
        arriving=90 * DAY,
        visits=1.2 * DAY,
    )
    return await write(url, key, _first(Story(seed, house, HmacClaimIds(key).of_email), events))


def _first(entries: Iterable[Entry], events: int) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        events -= sum(len(write.events) for write in entry.append.writes)
        if events <= 0:
            return
