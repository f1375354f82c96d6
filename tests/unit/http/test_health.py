"""What probes are told, and what is only for those who look after MediaNest."""

import httpx

from medianest.adapters.http.foundation.health import Check
from tests.unit.http.sample import sample_app, serving


async def test_readiness_is_that_of_the_worst_part() -> None:
    cache = Check(name="cache", status="degraded", detail="does not answer", figures={"lag": 1.5})
    log = Check(name="log", status="down")
    for checks, status, word in [([], 200, "ok"), ([cache], 200, "degraded"), ([cache, log], 503, "down")]:
        with serving(sample_app(checks=checks)) as address:
            answer = httpx.get(f"{address}/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (status, word)
        assert len(answer.json()["checks"]) == len(checks)


async def test_what_is_wrong_with_a_part_is_for_those_who_may_read_the_figures() -> None:
    log = Check(name="log", status="ok", figures={"position": 12.0})
    inbox = Check(name="view:inbox", status="down", detail="a column is missing", figures={"lag": 7.0})
    with serving(sample_app(checks=[log, inbox], metrics_token="figures please")) as address:
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        stranger = httpx.get(f"{address}/health/ready", headers=proxied)
        assert stranger.status_code == 503
        unwell = {"name": "view:inbox", "status": "down", "detail": None, "figures": {}}
        assert stranger.json() == {"status": "down", "checks": [unwell]}
        token = {**proxied, "Authorization": "Bearer figures please"}
        for whole in (httpx.get(f"{address}/health/ready"), httpx.get(f"{address}/health/ready", headers=token)):
            assert whole.status_code == 503
            assert [check["detail"] for check in whole.json()["checks"]] == [None, "a column is missing"]
            assert [check["figures"] for check in whole.json()["checks"]] == [{"position": 12.0}, {"lag": 7.0}]
