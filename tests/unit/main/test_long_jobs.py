"""The list of long jobs names jobs that there are."""

from medianest.application.library.orders import scan_job
from medianest.application.library_jobs import LIBRARY_PERIODIC
from medianest.application.link_jobs import CHECK_PLEX
from medianest.application.long_jobs import LONG
from medianest.application.reactions import REACTIONS
from medianest.main.view_jobs import VERIFY_VIEWS
from medianest.main.worker import VERIFY_SEALS


def test_whatever_is_long_is_ordered_by_the_clock_by_an_event_or_by_somebody() -> None:
    by_the_clock = {name for _, name in (*LIBRARY_PERIODIC, CHECK_PLEX, VERIFY_SEALS, VERIFY_VIEWS)}
    by_an_event = {reaction.name for reaction in REACTIONS}
    assert scan_job(None, None).name in LONG
    assert by_the_clock | by_an_event >= LONG
