"""Looking for words in everything that an installation keeps: tables, statistics, cache and files."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
from psycopg import sql
from redis import Redis

Holding = tuple[str, str]
"""A place, and all the text that is kept there."""

TABLES = """
SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'm', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"""

CATALOGUES = ("pg_stats", "pg_stat_activity")
"""What Postgres itself notes down of rows and statements. The statistics quote values of columns."""


@dataclass(frozen=True)
class Words:
    """Texts to look for: in any case, as JSON and URLs spell them, and inside of base64."""

    texts: tuple[str, ...]

    @cached_property
    def _spellings(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        return {text: (_spelt(text), _inside_base64(text)) for text in self.texts}

    def within(self, content: str) -> set[str]:
        """Those of the texts that `content` holds."""
        folded = content.casefold()
        return {
            text
            for text, (spelt, encoded) in self._spellings.items()
            if any(form in folded for form in spelt) or any(form in content for form in encoded)
        }

    def found(self, holdings: Iterable[Holding]) -> Mapping[str, set[str]]:
        """Which texts are where. Places that hold none are left out."""
        return {place: texts for place, content in holdings if (texts := self.within(content))}


def _spelt(text: str) -> frozenset[str]:
    forms = [text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], quote(text), quote_plus(text)]
    return frozenset(form.casefold() for form in forms)


def _inside_base64(text: str) -> frozenset[str]:
    """The characters that do not depend on what stands around it, for each of the three ways it may lie."""
    return frozenset(
        encode(bytes(shift) + raw).decode()[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        for raw in (text.encode(), text.casefold().encode())
        for encode, shift in product((b64encode, urlsafe_b64encode), range(3))
    )


def tables(database_url: str) -> Iterator[Holding]:
    """Every row of every table, bytes as the text they hold."""
    with psycopg.connect(database_url) as link:
        names = [sql.Identifier(*name) for name in link.execute(TABLES)] + [sql.Identifier(name) for name in CATALOGUES]
        for name in names:
            rows = link.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall()
            yield f"table {name.as_string(link)}", "\n".join(_text(row) for row in rows)


def cache(redis_url: str) -> Iterator[Holding]:
    """Every key with its value."""
    with Redis.from_url(redis_url) as client:
        for key in client.scan_iter(count=1000):
            kind = client.type(key)
            read = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}.get(kind)
            assert read is not None, f"{key!r} is a {kind!r}: say how to read it"
            yield f"cached {key.decode()}", _text((key, read(key)))


def files(directory: Path, *, apart_from: Path | None = None) -> Iterator[Holding]:
    for path in directory.rglob("*"):
        if path.is_file() and not (apart_from and path.is_relative_to(apart_from)):
            yield f"file {path.relative_to(directory)}", _text(path.read_bytes())


def _text(value: Any) -> str:
    match value:
        case bytes() | memoryview():
            return bytes(value).decode("utf-8", "backslashreplace")
        case dict():
            return "\n".join(_text(part) for pair in value.items() for part in pair)
        case list() | tuple() | set():
            return "\n".join(_text(part) for part in value)
    return str(value)
