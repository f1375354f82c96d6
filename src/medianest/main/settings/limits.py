"""How often: wrong attempts at signing in, and calls."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from medianest.main.settings.form import about
from medianest.main.settings.identity import Identity

_CALLS = "a number of calls from 1 to 1000000"


class Limits(Identity, frozen=True, kw_only=True):
    """Lockouts, and the budgets of the API."""

    sign_in_attempts: Annotated[
        int,
        Meta(ge=1, le=100),
        about(
            "Wrong attempts in a row at one account, or at somebody's second factor, after which it is locked: the "
            "first time for `MEDIANEST_SIGN_IN_WINDOW_MINUTES`, then twice as long each time, for a day at most, and "
            "after 100 in a row until it is unlocked or the password reset.",
            example="3",
            form="a number from 1 to 100",
            pattern=r"\d+",
        ),
    ] = 5
    sign_in_attempts_per_address: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "The same for all accounts together, from one address (of IPv6 a /64), with no pause of "
            "`MEDIANEST_SIGN_IN_WINDOW_MINUTES` between them. Behind a reverse proxy that is not among the trusted "
            "ones, everybody has one address: the proxy's.",
            example="20",
            form="a number from 1 to 1000000",
            pattern=r"\d+",
        ),
    ] = 5
    sign_in_window_minutes: Annotated[
        int,
        Meta(ge=1, le=1440),
        about(
            "Minutes of the first lockout, and of the pause after which attempts from an address count anew.",
            example="30",
            form="a number of minutes from 1 to 1440",
            pattern=r"\d+",
        ),
    ] = 15
    rate_api_per_minute: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Calls of the API by one person, or from one address while nobody is signed in. All may come at once; they "
            "come back evenly over the minute.",
            example="600",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 100
    rate_auth_per_minute: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Calls from one address that change something below `/api/v1/auth/`: sign in, refresh, sign out.",
            example="20",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 60
    rate_pictures_per_minute: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Posters and other pictures that one person may have shown: a page holds dozens. They count for nothing "
            "else.",
            example="5000",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 1000
    rate_requests_per_hour: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Titles that one person may ask for, counted by calls: also one that is refused. How many they may have is "
            "the affair of their quota.",
            example="50",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 20
    rate_comments_per_hour: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Comments on requests that one person may write, together with their following and unfollowing of "
            "requests, counted in the same way.",
            example="200",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 60
    rate_downloads_per_hour: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        about(
            "Downloads that one person may start, counted in the same way.",
            example="10",
            form=_CALLS,
            pattern=r"\d+",
        ),
    ] = 5

    @property
    def sign_in_window(self) -> timedelta:
        return timedelta(minutes=self.sign_in_window_minutes)
