"""How the house is used: active people, sign-ins, devices, and what was refused, by day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec

from medianest.application.identity.devices import DeviceKind, kind_of
from medianest.application.queries.bus import Answering
from medianest.domain.session import SignInMethod
from medianest.ports.front_door import Query
from medianest.ports.security_log import SecurityLog
from medianest.ports.session_figures import SessionFigures


class DayOfSessions(msgspec.Struct, frozen=True, kw_only=True):
    """One day in UTC. `refused` is how many credentials were refused, by reason."""

    day: date
    active: int
    opened: Mapping[SignInMethod, int]
    refused: Mapping[str, int]


class SessionAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """`days` without a gap, the first one first. `devices` is how many sessions were used on each kind."""

    days: Sequence[DayOfSessions]
    devices: Mapping[DeviceKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyseSessions(Query[SessionAnalytics]):
    """The `days` that end with the day of `now`, which is not over."""

    now: datetime
    days: int = 30


class SessionAnalyst:
    def __init__(self, figures: SessionFigures, security_log: SecurityLog) -> None:
        self._figures = figures
        self._security_log = security_log

    def answering(self) -> Answering:
        return {AnalyseSessions: self.analyse}

    async def analyse(self, query: AnalyseSessions) -> SessionAnalytics:
        today = query.now.date()
        first = today - timedelta(days=query.days - 1)
        since = datetime.combine(first, time(), tzinfo=query.now.tzinfo)
        until = query.now + timedelta(microseconds=1)
        counts = await self._figures.counts(since=since, until=until)
        refusals = await self._security_log.counts(since=since, until=until)
        opened: dict[date, Counter[SignInMethod]] = {}
        for one in counts.opened:
            opened.setdefault(one.day, Counter())[one.method] += one.count
        refused: dict[date, Counter[str]] = {}
        for refusal in refusals:
            refused.setdefault(refusal.day, Counter())[refusal.reason] += refusal.count
        devices: Counter[DeviceKind] = Counter()
        for device, count in counts.devices.items():
            devices[kind_of(device)] += count
        days = [first + timedelta(days=number) for number in range(query.days)]
        return SessionAnalytics(
            days=[
                DayOfSessions(
                    day=day,
                    active=counts.active.get(day, 0),
                    opened=opened.get(day, {}),
                    refused=refused.get(day, {}),
                )
                for day in days
            ],
            devices=devices,
        )
