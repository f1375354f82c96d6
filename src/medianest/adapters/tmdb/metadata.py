"""`TmdbMetadata`: searches and details from The Movie Database, through a cache that outlives its bad days."""

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx
import msgspec
import structlog

from medianest.adapters.tmdb.shapes import LARGEST_ID, LAST_PAGE, Nonsense, check_missing, details_from, page_from
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.cache import Cache
from medianest.ports.failures import MetadataNotConfigured, MetadataUnavailable, asked_wait
from medianest.ports.metadata import TitleDetails, TitlePage
from medianest.ports.surroundings import Clock

FRESH = 6 * 3600.0
KEPT = 30 * 86400.0
"""Seconds. A fresh answer is given without asking; a kept one only while TMDB does not answer."""

LONGEST_QUERY = 200

log = structlog.get_logger(__name__)
T = TypeVar("T", TitlePage, TitleDetails)
Parsed = TypeVar("Parsed")


class _Kept(msgspec.Struct, array_like=True):
    stored_at: float
    answer: msgspec.Raw


class TmdbMetadata:
    """Implements `Metadata`. `client` is None where no key is set; else its base address is TMDB's, and it sends the
    key by itself. `language` is TMDB's ("en-US")."""

    def __init__(
        self, client: httpx.AsyncClient | None, cache: Cache, clock: Clock, *, language: str = "en-US"
    ) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock
        self._language = language

    async def search(self, query: str, *, page: int, media_type: MediaType | None) -> TitlePage:
        """As the port says. Pages run from 1 to 500, TMDB's last; others are answered with the nearest."""
        words = _words(query)
        page = min(max(page, 1), LAST_PAGE)
        if not words:
            return TitlePage(items=[], page=1, total_pages=0, total_results=0)
        kind = media_type or "multi"
        digest = hashlib.sha256(words.casefold().encode()).hexdigest()[:32]
        found = await self._read(
            f"search:{kind}:{page}:{digest}",
            f"/3/search/{kind}",
            {"query": words, "page": str(page), "include_adult": "false"},
            TitlePage,
            lambda body: page_from(body, media_type),
        )
        return found or TitlePage(items=[], page=page, total_pages=0, total_results=0)

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails | None:
        if self._client is not None and not 0 < tmdb_id <= LARGEST_ID:
            return None
        return await self._read(
            f"details:{media_type}:{tmdb_id}",
            f"/3/{media_type}/{tmdb_id}",
            {},
            TitleDetails,
            lambda body: details_from(body, media_type, tmdb_id),
        )

    async def _read(
        self, name: str, path: str, params: Mapping[str, str], shape: type[T], parse: Callable[[bytes], T]
    ) -> T | None:
        client = self._client
        if client is None:
            raise MetadataNotConfigured
        key = f"tmdb:1:{self._language}:{name}"
        now = self._clock.now().timestamp()
        kept, stored_at = _unpack(await self._cache.get(key), shape)
        # The second bound: an entry from the future (a clock set back) must not stay fresh for ever.
        if kept is not None and 0 <= now - stored_at < FRESH:
            return kept
        try:
            body = await self._fetch(client, path, {**params, "language": self._language})
            answer = None if body is None else _checked(parse, body)
        except MetadataUnavailable as error:
            if kept is None:
                raise
            log.warning("metadata_served_stale", reason=str(error), age_seconds=round(now - stored_at))
            return kept
        if answer is not None:
            entry = _Kept(now, msgspec.Raw(msgspec.msgpack.encode(answer)))
            await self._cache.put(key, msgspec.msgpack.encode(entry), ttl=KEPT)
        return answer

    async def _fetch(self, client: httpx.AsyncClient, path: str, params: Mapping[str, str]) -> bytes | None:
        """The body, or None for a 404. Raises MetadataUnavailable for everything else that is not an answer."""
        try:
            answer = await client.get(path, params=params)
        except (httpx.HTTPError, OSError) as error:
            # Named by its class: the text of a transport's error may hold an address.
            raise MetadataUnavailable(f"{MetadataUnavailable.text} ({type(error).__name__})") from None
        status = answer.status_code
        if status == 200:
            return answer.content
        if status == 404:
            _checked(check_missing, answer.content)
            return None
        if status in (401, 403):
            raise MetadataUnavailable(
                "The Movie Database refused the key. The owner sets a valid MEDIANEST_TMDB_TOKEN and starts again.",
                retry_after=60.0,
            )
        raise MetadataUnavailable(
            f"{MetadataUnavailable.text} (HTTP {status})", retry_after=asked_wait(answer.headers.get("retry-after"))
        )


def _words(query: str) -> str:
    """The query as it is sent: single spaces, a sane length, and nothing that no URL can hold."""
    return " ".join(query.encode("utf-8", "ignore").decode().replace("\x00", " ").split())[:LONGEST_QUERY].strip()


def _checked(parse: Callable[[bytes], Parsed], body: bytes) -> Parsed:
    try:
        return parse(body)
    except Nonsense:
        raise MetadataUnavailable(
            "What answers at MEDIANEST_TMDB_URL does not speak like The Movie Database.", retry_after=30.0
        ) from None


def _unpack(entry: bytes | None, shape: type[T]) -> tuple[T | None, float]:
    """What the cache holds, and when it was stored; an entry that does not decode (another version's) counts as
    absent."""
    if entry is None:
        return None, 0.0
    try:
        kept = msgspec.msgpack.decode(entry, type=_Kept)
        return msgspec.msgpack.decode(kept.answer, type=shape), kept.stored_at
    except (msgspec.MsgspecError, UnicodeError):
        return None, 0.0
