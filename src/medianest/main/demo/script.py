"""The demonstration: who can sign in, what is to be seen, and how many people make so much history."""

from datetime import datetime, timedelta
from typing import Final

from medianest.adapters.standin.company import FIRST_COLLECTION
from medianest.adapters.standin.titles import FIRST_ID
from medianest.domain.limits import QuotaLimits
from medianest.domain.user import commands as user
from medianest.main.demo.agenda import DAY
from medianest.main.demo.house import Character, House, Order, Wanted, Wish

WEEKS: Final = 8
ASK_FOR: Final = FIRST_ID + 4
"""A film that nobody asks for: it is left to whoever tries the demonstration."""
COLLECTION: Final = FIRST_COLLECTION + 2
"""A collection of films, some of which are asked for in the course of the weeks."""

CAST: Final = (
    Character("administrator", 0),
    Character("decides on requests", 0, frozenset({"request", "manage_requests"})),
    Character("needs nobody's approval", 0.5, frozenset({"request", "request_4k", "auto_approve"})),
    Character("member", 1),
    Character("member, 4K as well", 2, frozenset({"request", "request_4k"})),
    Character("two films a week", 4),
    Character("reads the audit trail", 6, frozenset({"request", "view_audit"})),
    Character("suspended", 9),
    Character("deleted", 5),
    Character("new this week", 51),
)

SCRIPT: Final = (
    Order(50, 5, user.SetQuota, {"limits": QuotaLimits(movie_limit=2, season_limit=4)}),
    Order(44, 4, user.GrantPermission, {"permission": "download"}),
    Order(30, 6, user.RenameUser, {"name": "Greta Brown"}),
    Order(16, 8, user.DeleteUser),
    Order(6, 7, user.SuspendUser, {"reason": "Half the street watches with this account."}),
    Wish(28, 3, Wanted("tv", FIRST_ID, note="If it is still to be had."), "expired"),
    Wish(9, 5, Wanted("movie", FIRST_ID + 3), "cancelled"),
    Wish(8, 4, Wanted("movie", FIRST_ID, is_4k=True), "rejected", comments=[(4, "In HD, then."), (1, "Ask for it.")]),
    Wish(
        7,
        6,
        Wanted("tv", FIRST_ID + 2),
        "partially_available",
        joined_by=[2],
        comments=[(2, "The first season is better than the book, I am told."), (6, "The others are to come.")],
    ),
    Wish(5, 3, Wanted("movie", FIRST_ID + 2), "failed", joined_by=[4]),
    Wish(1.5, 2, Wanted("tv", FIRST_ID + 3), "handed_on", joined_by=[9]),
    Wish(0.25, 4, Wanted("movie", FIRST_ID + 1, note="For Sunday evening."), "approved"),
    Wish(0.12, 9, Wanted("tv", FIRST_ID + 1), "pending", comments=[(1, "All of it?"), (9, "All of it, please.")]),
    Wish(
        0.09,
        3,
        Wanted("movie", FIRST_ID, note="Please, for the holidays."),
        "pending",
        joined_by=[6, 5],
        comments=[(5, "Count me in.")],
    ),
)

SCRIPTED: Final = 240
"""Events that come of the script alone."""
STEADY: Final = 4000
"""Events from which on there are more people, and not livelier ones."""
PER_VISIT: Final = 7.6
"""Events that come of one visit, in the end."""
SPAN: Final = WEEKS * 7 * DAY


def demonstration(events: int, ending: datetime) -> House:
    """A house with about so many events (give or take a fifth), the last of them about at `ending`."""
    people = len(CAST) * max(events, STEADY) // STEADY
    visits = max(events - SCRIPTED, 1) / PER_VISIT
    return House(
        beginning=ending - timedelta(seconds=SPAN),
        ending=ending,
        people=people,
        titles=max(60, events // 6),
        first_title=ASK_FOR + 1,
        arriving=SPAN / 4,
        visits=SPAN * people / visits,
        cast=CAST,
        script=SCRIPT,
    )
