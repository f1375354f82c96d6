"""What is remembered of calls: windows, the last of each outcome, and whether our token is taken."""

import asyncio

import httpx
import pytest

from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.upstream import AnswerTooLarge, Limits, upstream_client
from medianest.adapters.upstream.origins import origins_client
from medianest.adapters.upstream.record import LONG, SHORT, CallRecord, reason_of
from medianest.adapters.upstream.register import UpstreamRegister
from medianest.application.latencies import bucket_of, percentile
from medianest.application.outgoing import AllowedAddresses
from medianest.ports.upstreams import Saved
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_server import OK, ScriptedServer, until
from tests.unit.upstream import SECRET, client_of
from tests.unit.upstream.test_breaker import Seconds

AWAY = json_answer({}, 503)
MINUTE = 60.0


def test_a_call_leaves_the_short_window_first_and_then_the_long_one() -> None:
    seconds = Seconds()
    record = CallRecord(now=seconds, clock=FakeClock().now)
    record.answered(200, "/x", seconds=0.05, retries=0)
    seconds.now += SHORT * MINUTE
    record.answered(500, "/x", seconds=0.2, retries=2)
    both, latencies = record.window(SHORT), {bucket_of(0.05): 1, bucket_of(0.2): 1}
    assert (both.calls, both.failures, both.retries, both.latencies) == (2, 1, 2, latencies)
    seconds.now += MINUTE
    assert (record.window(SHORT).calls, record.window(LONG).calls) == (1, 2)
    seconds.now += LONG * MINUTE
    assert (record.window(SHORT).calls, record.window(LONG).calls) == (0, 0)


def test_an_hour_of_calls_takes_no_more_room_than_the_hour_before() -> None:
    seconds = Seconds()
    record = CallRecord(now=seconds)
    for _ in range(5 * LONG):
        record.answered(200, "/x", seconds=0.05, retries=0)
        seconds.now += MINUTE
    assert record.window(10 * LONG).calls == LONG + 1


def test_a_web_page_is_no_answer_and_says_nothing_of_our_token() -> None:
    record = CallRecord(has_token=True)
    record.answered(200, "/x", seconds=0.01, retries=0, is_page=True)
    assert (record.token, record.last_success_at, record.window(SHORT).failures) == ("untried", None, 1)
    assert "web page" in (record.last_failure_reason or "")
    record.answered(404, "/x", seconds=0.01, retries=0, is_page=True)  # as Plex does
    assert record.token == "accepted"


async def test_a_page_with_status_200_is_seen_to_be_one_and_an_empty_answer_is_not() -> None:
    pages = [Answer(headers={"Content-Type": "text/html"}, body=body) for body in (b"<h1>Welcome</h1>", b"")]
    async with ScriptedServer(*pages) as server, client_of(server) as client:
        await client.get("/x")
        assert client.sample().last_success_at is None
        await client.get("/y")
        assert client.sample().last_success_at is not None


@pytest.mark.parametrize(
    ("statuses", "token"),
    [
        ([200], "accepted"),
        ([404], "accepted"),
        ([401], "refused"),
        ([403], "refused"),
        ([401, 200], "accepted"),
        ([200, 401, 500, 429], "refused"),
        ([500], "untried"),
    ],
)
def test_answers_say_whether_our_token_is_taken(statuses: list[int], token: str) -> None:
    record = CallRecord(has_token=True, open_paths=["/identity"])
    for status in statuses:
        record.answered(status, "/library", seconds=0.01, retries=0)
        record.answered(200, "/identity", seconds=0.01, retries=0)
    assert record.token == token


def test_what_others_are_refused_says_nothing_of_a_token_of_ours() -> None:
    record = CallRecord()
    record.answered(401, "/x", seconds=0.01, retries=0)
    assert (record.token, record.last_failure_at) == ("none", None)


async def test_a_call_is_one_with_all_its_attempts_and_says_why_it_failed() -> None:
    async with ScriptedServer(AWAY, AWAY, OK, AWAY) as server, client_of(server, attempts=3) as client:
        await client.get("/x")
        well = client.sample()
        assert (well.short.calls, well.short.failures, well.short.retries) == (1, 0, 2)
        assert well.last_success_at is not None
        assert well.token == "accepted"
        await client.get("/x")
        ill = client.sample()
        assert (ill.short.calls, ill.short.failures, ill.short.retries) == (2, 1, 4)
        assert ill.last_failure_reason == "It answered with status 503."
        assert sum(ill.long.latencies.values()) == 2


async def test_a_server_that_is_not_there_is_told_without_its_address_or_our_key() -> None:
    async with ScriptedServer() as server:
        url = server.url
    limits = Limits(attempts=1, breaker_threshold=1)
    async with upstream_client("test", url, headers={"X-Api-Key": SECRET}, limits=limits) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/x")
        assert (await client.get("/x")).status_code == 503
        sample = client.sample()
    assert (sample.last_failure_reason, sample.breaker, sample.held_back) == ("It could not be reached.", "open", 1)
    assert sample.token == "untried"
    assert SECRET not in repr(sample)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AnswerTooLarge("x"), "Its answer was larger than we are willing to hold."),
        (httpx.ConnectTimeout("x"), "It could not be reached."),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), "Its certificate is not one that is trusted here."),
        (httpx.ReadTimeout("x"), "It did not answer in time."),
        (httpx.DecodingError("x"), "Its answer could not be unpacked."),
        (httpx.RemoteProtocolError("x"), "It broke off, or did not speak HTTP."),
        (httpx.ReadError("x"), "The connection was lost."),
        (OSError("x"), "The connection was lost."),
    ],
)
def test_each_fault_has_words_of_its_own(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


async def test_a_breaker_that_is_reset_lets_the_next_call_through() -> None:
    async with ScriptedServer(AWAY, OK) as server, client_of(server, attempts=1, breaker_pause=60.0) as client:
        server.fail("cut_off", times=5)
        for _ in range(5):
            with pytest.raises(httpx.TransportError):
                await client.get("/x")
        register = UpstreamRegister({"test": client})
        assert register.samples()[0].breaker == "open"
        register.reset("another")
        assert register.samples()[0].breaker == "open"
        register.reset("test")
        assert register.samples()[0].breaker == "closed"
        before = len(server.received)
        await client.get("/x")
        assert len(server.received) == before + 1


async def test_whoever_resets_a_breaker_need_not_wait_for_the_probe_under_way() -> None:
    async with ScriptedServer() as server, client_of(server, attempts=1, breaker_pause=0.05) as client:
        server.fail("cut_off", times=5)
        for _ in range(5):
            with pytest.raises(httpx.TransportError):
                await client.get("/x")
        await until(lambda: client.sample().breaker == "half_open")
        server.gate.clear()
        probe = asyncio.create_task(client.get("/probe"))
        await until(lambda: server.busy == 1)
        assert (await client.get("/x")).status_code == 503
        client.reset()
        other = asyncio.create_task(client.get("/other"))
        await until(lambda: server.busy == 2)
        server.gate.set()
        assert [answer.status_code for answer in await asyncio.gather(probe, other)] == [200, 200]
        assert client.sample().breaker == "closed"


async def test_one_client_for_many_servers_shows_the_worst_of_them_and_all_calls() -> None:
    limits = Limits(total=2.0, attempts=1, breaker_threshold=2, breaker_pause=60.0)
    everywhere = AllowedAddresses(is_all=True)
    async with (
        ScriptedServer(Answer(status=503)) as ill,
        ScriptedServer() as well,
        origins_client("oidc", allowed=everywhere, limits=limits) as client,
    ):
        for _ in range(2):
            await client.get(f"{ill.url}/x")
            await client.get(f"{well.url}/x")
        sample = client.sample()
        assert (sample.breaker, sample.short.calls, sample.short.failures, sample.token) == ("open", 4, 2, "none")
        client.reset()
        assert client.sample().breaker == "closed"


async def test_the_register_knows_what_is_missing_and_what_kept_answers_saved() -> None:
    async with ScriptedServer() as server, client_of(server) as client:
        register = UpstreamRegister(
            {"tmdb": client}, not_set=["plex"], saved=lambda: {"tmdb": Saved(hits=5, stale=1, joined=2)}
        )
        tmdb, plex = register.samples()
        assert (tmdb.name, tmdb.saved) == ("tmdb", Saved(hits=5, stale=1, joined=2))
        assert (plex.name, plex.token, plex.breaker) == ("plex", "not_set", "closed")
        register.add("plex", client)
        assert [sample.token for sample in register.samples()] == ["untried", "untried"]
        register.remove("plex")
        assert register.samples()[1].token == "not_set"


def test_percentiles_are_at_most_a_bucket_above_what_was_measured() -> None:
    counts: dict[int, int] = {}
    for milliseconds in range(1, 1001):
        bucket = bucket_of(milliseconds / 1000)
        counts[bucket] = counts.get(bucket, 0) + 1
    for share in (0.5, 0.95, 0.99):
        found = percentile(counts, share)
        assert found is not None
        assert share <= found <= share * 2 ** (1 / 8) + 1e-9
    assert percentile({}, 0.5) is None
