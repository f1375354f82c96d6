"""`/admin/sessions/analytics`: who comes in, how, on what, and what was refused, by day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Resource
from medianest.application.identity.devices import DeviceKind
from medianest.application.identity.session_analytics import AnalyseSessions
from medianest.domain.session import SignInMethod

LONGEST = 90
"""Days: so long are ended sessions and refused credentials kept."""


class DayResource(Resource):
    """One day in UTC. `active` people used MediaNest on it; `opened` is how many came in, by method; `refused` how many
    credentials were refused, by reason."""

    day: date
    active: int
    opened: Mapping[SignInMethod, int]
    refused: Mapping[str, int]


class AnalyticsResource(Resource):
    """`days` has no gap; the last one is today and not over. `devices` is how many sessions were used, by kind of
    device: phone, tablet, computer, television, other."""

    days: Sequence[DayResource]
    devices: Mapping[DeviceKind, int]


@get(
    "/admin/sessions/analytics",
    opt={"access": Access.permission("view_audit")},
    tags=["History"],
    summary="How the house is used: active people, sign-ins, devices, refused credentials",
)
async def analyse_sessions(
    door: NamedDependency[FrontDoor],
    days: Annotated[int, QueryParameter(ge=1, le=LONGEST, description="How many days, today included.")] = 30,
) -> AnalyticsResource:
    """Numbers, and nobody's name. Whoever was deleted is no longer counted."""
    analytics = await door.queries.ask(AnalyseSessions(now=door.clock.now(), days=days))
    return AnalyticsResource(
        days=[
            DayResource(day=one.day, active=one.active, opened=one.opened, refused=one.refused)
            for one in analytics.days
        ],
        devices=analytics.devices,
    )
