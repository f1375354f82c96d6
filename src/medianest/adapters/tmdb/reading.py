"""`TmdbReading`: one read from The Movie Database, kept as all reads of upstreams are."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import httpx

from medianest.adapters.tmdb.fields import LARGEST_ID, Nonsense
from medianest.adapters.tmdb.shapes import check_missing
from medianest.application.kept_reads import DETAILS, LISTS, SEARCH, KeptReads, Read
from medianest.ports.failures import MetadataNotConfigured, MetadataUnavailable, asked_wait
from medianest.ports.locale import Locale

LIFETIMES: Final = {
    "search": SEARCH,
    "details": DETAILS,
    "season": DETAILS,
    "collection": DETAILS,
    "person": DETAILS,
    "find": DETAILS,
}
"""By kind of read; all others are lists."""

SUBJECT: Final = re.compile(r"/3/(movie|tv|collection|person)/([0-9]+)(?:/|$)", re.ASCII)

T = TypeVar("T")
Parsed = TypeVar("Parsed")


class TmdbReading:
    """What all that asks TMDB has in common. `client` is None where no key is set; else its base address is TMDB's,
    and it sends the key by itself. `locale` is the house's own, for whoever has chosen no other."""

    def __init__(self, client: httpx.AsyncClient | None, reads: KeptReads, *, locale: Locale | None = None) -> None:
        self._client = client
        self._reads = reads
        self._house_locale = locale or Locale()

    def _locale(self, locale: Locale | None) -> Locale:
        return locale or self._house_locale

    def _must_be_configured(self) -> None:
        if self._client is None:
            raise MetadataNotConfigured

    def _is_id(self, tmdb_id: int) -> bool:
        """Whether there can be something of that id: nobody is asked where there cannot. Raises
        MetadataNotConfigured."""
        self._must_be_configured()
        return 0 < tmdb_id <= LARGEST_ID

    async def _read(
        self, name: str, path: str, params: Mapping[str, str], shape: type[T], parse: Callable[[bytes], T]
    ) -> T | None:
        """The answer to GET `path`, None where TMDB has no such thing. `name` says what is read, and begins with the
        kind of read ("search:", "details:"); two reads of one name get one answer. `parse` raises Nonsense.

        Raises MetadataNotConfigured, MetadataUnavailable.
        """
        kept = await self._reads.get(self._read_of(name, path, params, shape, parse))
        return None if kept is None else kept.value

    def _read_of(
        self, name: str, path: str, params: Mapping[str, str], shape: type[T], parse: Callable[[bytes], T]
    ) -> Read[T]:
        client = self._client
        if client is None:
            raise MetadataNotConfigured

        async def fetch() -> T | None:
            body = await self._fetch(client, path, params)
            return None if body is None else _checked(parse, body)

        kind, _, rest = name.partition(":")
        return Read(
            upstream="tmdb",
            kind=kind,
            name=rest,
            subject=_subject(path),
            shape=shape,
            lifetimes=LIFETIMES.get(kind, LISTS),
            fetch=fetch,
        )

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


def _checked(parse: Callable[[bytes], Parsed], body: bytes) -> Parsed:
    try:
        return parse(body)
    except Nonsense:
        raise MetadataUnavailable(
            "What answers at MEDIANEST_TMDB_URL does not speak like The Movie Database.", retry_after=30.0
        ) from None


def _subject(path: str) -> str:
    """Whatever lies at or below /3/movie/603 is about "movie:603"."""
    found = SUBJECT.match(path)
    return f"{found[1]}:{found[2]}" if found else ""
