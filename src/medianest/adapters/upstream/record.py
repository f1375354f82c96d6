"""What is remembered of the calls to one upstream: an hour of minutes, the last of each outcome, and totals."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx

from medianest.adapters.upstream.body import AnswerTooLarge
from medianest.application.latencies import bucket_of, merged
from medianest.ports.upstreams import BreakerState, Saved, TokenState, UpstreamSample, Window

SHORT: Final = 5
LONG: Final = 60
REFUSALS: Final = frozenset({401, 403})
TOO_MANY: Final = 429


@dataclass(slots=True)
class _Minute:
    calls: int = 0
    failures: int = 0
    retries: int = 0
    latencies: Counter[int] = field(default_factory=Counter)


class CallRecord:
    """`has_token`: our own credentials go with each call, so that answers say whether they are taken; those at
    `open_paths` say nothing, for they are given to anybody. `now` in monotonic seconds: a clock that is set changes no
    window; `clock` says when something was."""

    def __init__(
        self,
        *,
        has_token: bool = False,
        open_paths: Collection[str] = (),
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._open_paths = frozenset(open_paths)
        self._has_token = has_token
        self._now = now
        self._clock = clock
        self._minutes: dict[int, _Minute] = {}
        self.token: TokenState = "untried" if has_token else "none"
        self.token_seen_at: datetime | None = None
        self.last_success_at: datetime | None = None
        self.last_failure_at: datetime | None = None
        self.last_failure_reason: str | None = None
        self.held_back = 0
        self.latencies: Counter[int] = Counter()
        """Since the start."""
        self.seconds = 0.0
        """All calls together, since the start."""

    def answered(self, status: int, path: str, *, seconds: float, retries: int, is_page: bool = False) -> None:
        """`path` below the upstream's address; `is_page`: the answer is a web page, where none was asked for."""
        is_refusal = self._has_token and status in REFUSALS
        is_stranger = is_page and status < 300
        is_failure = is_refusal or is_stranger or status == TOO_MANY or status >= 500
        self._count(seconds, retries, is_failure=is_failure)
        at = self._clock()
        if is_refusal:
            self._failed("It does not take our token.", at)
        elif is_stranger:
            self._failed("It answered with a web page: something else may be at its address.", at)
        elif is_failure:
            self._failed(f"It answered with status {status}.", at)
        else:
            self.last_success_at = at
        if self._has_token and (is_refusal or not is_failure) and path not in self._open_paths:
            self.token = "refused" if is_refusal else "accepted"
            self.token_seen_at = at

    def unanswered(self, error: BaseException, *, seconds: float, retries: int) -> None:
        self._count(seconds, retries, is_failure=True)
        self._failed(reason_of(error), self._clock())

    def sample(self, name: str, breaker: BreakerState, joined: int) -> UpstreamSample:
        return UpstreamSample(
            name=name,
            breaker=breaker,
            token=self.token,
            token_seen_at=self.token_seen_at,
            last_success_at=self.last_success_at,
            last_failure_at=self.last_failure_at,
            last_failure_reason=self.last_failure_reason,
            held_back=self.held_back,
            short=self.window(SHORT),
            long=self.window(LONG),
            saved=Saved(joined=joined),
        )

    def window(self, minutes: int) -> Window:
        """The minute under way, and so many before it."""
        first = self._minute() - minutes
        within = [minute for number, minute in self._minutes.items() if number >= first]
        return Window(
            calls=sum(minute.calls for minute in within),
            failures=sum(minute.failures for minute in within),
            retries=sum(minute.retries for minute in within),
            latencies=dict(merged(minute.latencies for minute in within)),
        )

    def _minute(self) -> int:
        return int(self._now() // 60)

    def _count(self, seconds: float, retries: int, *, is_failure: bool) -> None:
        number = self._minute()
        if number not in self._minutes:
            self._minutes = {each: kept for each, kept in self._minutes.items() if each >= number - LONG}
            self._minutes[number] = _Minute()
        minute, bucket = self._minutes[number], bucket_of(seconds)
        minute.calls += 1
        minute.failures += is_failure
        minute.retries += retries
        minute.latencies[bucket] += 1
        self.latencies[bucket] += 1
        self.seconds += seconds

    def _failed(self, reason: str, at: datetime) -> None:
        self.last_failure_at = at
        self.last_failure_reason = reason


def reason_of(error: BaseException) -> str:
    """In words of our own: those of the error may hold an address."""
    match error:
        case AnswerTooLarge():
            return "Its answer was larger than we are willing to hold."
        case httpx.ConnectError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return "Its certificate is not one that is trusted here."
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return "It could not be reached."
        case httpx.TimeoutException() | TimeoutError():
            return "It did not answer in time."
        case httpx.DecodingError():
            return "Its answer could not be unpacked."
        case httpx.RemoteProtocolError():
            return "It broke off, or did not speak HTTP."
        case httpx.TransportError() | OSError():
            return "The connection was lost."
    return "It could not be asked."
