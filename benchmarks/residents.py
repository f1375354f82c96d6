"""The past of a house that is measured: so many people, each of whom asked for a hundred films; all of them wait."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.domain.request_workflow import AskForTitle
from medianest.domain.user.commands import RegisterUser
from medianest.main.demo.books import Books
from medianest.main.demo.chronicle import Entry
from medianest.main.demo.fill import fill
from medianest.ports.event_log import Append, Context

EACH: Final = 100
"""Requests a person made."""
FEWEST: Final = 24
"""People."""
FIRST_TITLE: Final = 1_000_000
"""TMDB ids from here on are asked for by nobody else."""
DAYS: Final = 90.0
CLICK: Final = Context(correlation_id="benchmark")


def people(requests: int) -> Sequence[UUID]:
    """Who made so many requests: members without a password."""
    return [uuid5(NAMESPACE_OID, f"person {number}") for number in range(max(FEWEST, requests // EACH))]


def request_ids(requests: int) -> Sequence[UUID]:
    return [uuid5(NAMESPACE_OID, f"request {number}") for number in range(requests)]


async def settle(url: str, key: bytes, requests: int) -> int:
    """Write it all into the migrated, empty log at `url`; how many events that are. `key` is the server's."""
    return await fill(url, key, _past(key, requests))


def _past(key: bytes, requests: int) -> Iterator[Entry]:
    residents, books, email_claim = people(requests), Books(random.Random(1)), HmacClaimIds(key).of_email
    at, pause = datetime.now(UTC) - timedelta(days=DAYS), timedelta(days=DAYS) / (len(residents) + requests + 1)

    def entry(append: Append | None) -> Entry:
        if append is None:
            raise RuntimeError("the domain says no to the past of the house")
        return Entry(append, append.occurred_at)

    for number, person in enumerate(residents):
        email = f"person{number}@example.org"
        registration = RegisterUser(
            actor=person,
            at=(at := at + pause),
            user_id=person,
            email=email,
            name=f"Person {number}",
            role="member",
            email_claim=email_claim(email),
        )
        yield entry(books.run([registration], CLICK))
    for number, request_id in enumerate(request_ids(requests)):
        wish = AskForTitle(
            actor=residents[number % len(residents)],
            at=(at := at + pause),
            request_id=request_id,
            media_type="movie",
            tmdb_id=FIRST_TITLE + number,
            is_4k=False,
            title=f"Film {number}",
            year=1999,
            poster_path="/poster.jpg",
        )
        yield entry(books.ask(wish, CLICK))
