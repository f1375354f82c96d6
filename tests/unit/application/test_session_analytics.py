"""How the house is used, by day."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from medianest.application.identity.devices import kind_of, whereabouts
from medianest.application.identity.session_analytics import AnalyseSessions, SessionAnalyst
from medianest.ports.security_log import RefusedCredential
from medianest.ports.sessions import Session, Whereabouts
from tests.fakes.security_log import FakeSecurityLog
from tests.fakes.session_figures import FakeSessionFigures
from tests.fakes.sessions import FakeSessions

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


async def test_every_day_is_there_with_who_came_in_and_what_was_refused() -> None:
    sessions, refused = FakeSessions(), FakeSecurityLog()
    for device in ("Safari on iPhone", "Firefox on Android", None):
        session = Session(session_id=uuid4(), user_id=uuid4(), authenticated_at=NOW)
        await sessions.open(session, "password", Whereabouts(device=device))
    for reason in ("wrong_password", "wrong_password", "locked_out"):
        await refused.note(RefusedCredential(at=NOW - timedelta(days=1), method="password", reason=reason))
    await refused.note(RefusedCredential(at=NOW - timedelta(days=3), method="password", reason="too_old"))
    analyst = SessionAnalyst(FakeSessionFigures(sessions), refused)
    analytics = await analyst.analyse(AnalyseSessions(now=NOW, days=3))
    assert [(one.day, one.active, dict(one.opened), dict(one.refused)) for one in analytics.days] == [
        (date(2026, 5, 1), 0, {}, {}),
        (date(2026, 5, 2), 0, {}, {"wrong_password": 2, "locked_out": 1}),
        (date(2026, 5, 3), 3, {"password": 3}, {}),
    ]
    assert analytics.devices == {"phone": 2, "other": 1}


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "phone"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "phone"),
        ("okhttp/4.12.0", "phone"),
        ("Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36", "computer"),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 9.0) Version/9.0 TV Safari/537.36", "television"),
        ("curl/8.9", "other"),
        ("", "other"),
    ],
)
def test_devices_are_sorted_by_what_they_call_themselves(user_agent: str, kind: str) -> None:
    assert kind_of(whereabouts(user_agent, None).device) == kind
