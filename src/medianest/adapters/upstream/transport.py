"""The resilient transport. From the caller inward: coalescing, deadline, circuit breaker, retry, concurrency limit."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx
import stamina

from medianest.adapters.upstream.body import ENCODINGS, AnswerTooLarge, read_body
from medianest.adapters.upstream.breaker import CircuitBreaker
from medianest.adapters.upstream.record import CallRecord
from medianest.application.flights import Flights
from medianest.application.tracing import part

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods whose repetition changes nothing more (RFC 9110, 9.2.2)."""

WORTH_REPEATING = frozenset({429, 500, 502, 503, 504})
SIGNS_OF_ILLNESS = frozenset({502, 503, 504})
"""Not 500: Overseerr answers so for a title it cannot look up, and a server that says so is alive."""

PLAIN_WORD = re.compile(r"[a-z]{1,24}([_-][a-z]{1,24}){0,4}|v[0-9]")
"""A part of a path that names a kind of thing, and not one of them."""

DROPPED_HEADERS = frozenset({b"content-encoding", b"content-length", b"transfer-encoding", b"set-cookie"})
"""What no longer holds of an answer that was read whole; and cookies, which a client would keep and send along with
the calls of other people."""

Origin = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, except for counts and `max_body` (bytes). `total` bounds one call with all its attempts and waits;
    a Retry-After beyond what is left of it is passed on to the caller, not slept through."""

    connect: float = 3.0
    total: float = 10.0
    attempts: int = 3
    first_wait: float = 0.1
    jitter: float = 0.2
    longest_wait: float = 10.0
    concurrency: int = 8
    max_body: int = 5 * 1024 * 1024
    breaker_threshold: int = 5
    breaker_pause: float = 15.0


class _WorthRepeating(Exception):
    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"HTTP {answer.status_code}")
        self.answer = answer


@dataclass(slots=True)
class _Tries:
    made: int = 0

    @property
    def repeated(self) -> int:
        return max(0, self.made - 1)


class ResilientTransport(httpx.AsyncBaseTransport):
    """Sends to one origin alone, and adds the secrets on the way out: the request that httpx logs, and that errors
    and answers refer to, holds none.

    Each call that goes out leaves a step in the trace at hand, named after `name` and the path below `root`.

    Raises httpx.TransportError (timeouts, lost connections), httpx.DecodingError and AnswerTooLarge. A call that the
    breaker holds back is answered with 503 and Retry-After, as a proxy would.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        name: str,
        origin: Origin,
        root: str,
        limits: Limits,
        breaker: CircuitBreaker,
        secret_headers: Mapping[str, str],
        secret_params: Mapping[str, str],
        record: CallRecord | None = None,
    ) -> None:
        self._inner = inner
        self._name = name
        self._root = root.rstrip("/")
        self._origin = origin
        self._limits = limits
        self._breaker = breaker
        self._secret_headers = dict(secret_headers)
        self._secret_params = dict(secret_params)
        self._places = asyncio.Semaphore(limits.concurrency)
        self.record = record or CallRecord(has_token=bool(secret_headers or secret_params))
        self.flights: Flights[httpx.Response] = Flights()
        self.calls = 0
        self.failures = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if origin_of(request.url) != self._origin:
            raise httpx.UnsupportedProtocol("a request to another origin was refused", request=request)
        if request.method != "GET":
            return await self._call(request)
        key = (str(request.url), tuple(sorted(request.headers.raw)))
        answer = await self.flights.board(key, lambda: self._call(request))
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def _call(self, request: httpx.Request) -> httpx.Response:
        wait = self._breaker.admit()
        if wait > 0:
            self.record.held_back += 1
            return httpx.Response(503, headers={"Retry-After": str(max(1, round(wait)))})
        self.calls += 1
        is_settled = False
        tries = _Tries()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._limits.total) as deadline:
                answer = await self._repeat(request, deadline.when() or 0.0, tries)
            is_settled = True
        except TimeoutError as error:
            is_settled = True
            self._count_failure(error, began, tries)
            raise httpx.ReadTimeout(f"no answer within {self._limits.total:g} s", request=request) from None
        except (httpx.HTTPError, OSError) as error:
            is_settled = True
            self._count_failure(error, began, tries)
            raise
        finally:
            if not is_settled:
                self._breaker.abandoned()
        path = request.url.path.removeprefix(self._root)
        self.record.answered(
            answer.status_code,
            path,
            seconds=time.monotonic() - began,
            retries=tries.repeated,
            # Plex says text/html of answers that hold nothing.
            is_page=bool(answer.content) and answer.headers.get("content-type", "").startswith("text/html"),
        )
        if answer.status_code in SIGNS_OF_ILLNESS:
            self.failures += 1
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return answer

    @property
    def breaker(self) -> CircuitBreaker:
        return self._breaker

    def _count_failure(self, error: BaseException, began: float, tries: _Tries) -> None:
        self.failures += 1
        self._breaker.failed()
        self.record.unanswered(error, seconds=time.monotonic() - began, retries=tries.repeated)

    async def _repeat(self, request: httpx.Request, deadline: float, tries: _Tries) -> httpx.Response:
        def backoff(error: Exception) -> bool | float:
            if isinstance(error, _WorthRepeating):
                wait = retry_after(error.answer)
                left = deadline - asyncio.get_running_loop().time()
                return True if wait is None else wait if wait < min(left, self._limits.longest_wait) else False
            return isinstance(error, httpx.TransportError) and not isinstance(error, AnswerTooLarge)

        attempts = self._limits.attempts if request.method in IDEMPOTENT else 1
        try:
            async for attempt in stamina.retry_context(
                on=backoff,
                attempts=attempts,
                timeout=self._limits.total,
                wait_initial=self._limits.first_wait,
                wait_max=2.0,
                wait_jitter=self._limits.jitter,
            ):
                with attempt:
                    tries.made = attempt.num
                    answer = await self._send(request)
                    if answer.status_code in WORTH_REPEATING:
                        raise _WorthRepeating(answer)
        except _WorthRepeating as last:
            return last.answer
        return answer

    async def _send(self, request: httpx.Request) -> httpx.Response:
        headers = httpx.Headers(request.headers)
        headers.update(self._secret_headers)
        headers["Accept-Encoding"] = ENCODINGS
        # An empty mapping would wipe the query, see httpx.URL.copy_merge_params.
        url = request.url.copy_merge_params(self._secret_params) if self._secret_params else request.url
        outgoing = httpx.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        async with self._places:
            with part("call", f"{self._name} {request.method} {template_of(request.url.path, self._root)}") as step:
                try:
                    answer = await self._inner.handle_async_request(outgoing)
                    try:
                        body = await read_body(answer, limit=self._limits.max_body)
                    finally:
                        await answer.aclose()
                except httpx.HTTPError as error:
                    error.request = request
                    raise
                step.outcome = str(answer.status_code)
        kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in DROPPED_HEADERS]
        return httpx.Response(answer.status_code, headers=kept, content=body)

    async def aclose(self) -> None:
        await self._inner.aclose()


def origin_of(url: httpx.URL) -> Origin:
    return (url.scheme, url.host, url.port)


def template_of(path: str, root: str) -> str:
    """`path` below `root` with `{id}` for whatever is not plainly a word: ids, names and keys."""
    return "/".join(
        word if not word or PLAIN_WORD.fullmatch(word) else "{id}" for word in path.removeprefix(root).split("/")
    )


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the answer asks us to wait (RFC 9110, 10.2.3: a number, or a date); None where it does not."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
