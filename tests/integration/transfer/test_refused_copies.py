"""A copy that is not whole, not what was written, or not for this place is refused, and leaves nothing behind."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.integration.transfer.copies import PASSPHRASE, TABLES, Place, exported, imported, live, tables
from tests.servers import RunServers

from medianest.adapters.eventlog.transfer.files import LineWriter, LogFileExists, LogFileRefused
from medianest.adapters.eventlog.transfer.importing import LogNotEmpty, StillRunning
from medianest.adapters.eventlog.transfer.secrecy import PassphraseTooShort, PassphraseWrong, check_passphrase
from medianest.main.settings import SettingsError

Lines = list[dict[str, Any]]
Damage = Callable[[Lines], object]


@pytest.fixture(scope="module")
def target(servers: RunServers) -> Iterator[str]:
    """A fresh installation, and one after every refusal."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture(scope="module")
def copy(servers: RunServers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lines, Lines]:
    """The lines of a copy with its keys, and of one without."""
    folder = tmp_path_factory.mktemp("copies")
    with servers.database(migrated=True) as url:
        asyncio.run(_two_copies(url, folder))
    with_keys, without = ([json.loads(line) for line in (folder / name).open()] for name in ("with", "without"))
    return with_keys, without


async def _two_copies(url: str, folder: Path) -> None:
    await live(url, 60)
    await exported(url, folder / "with")
    await exported(url, folder / "without", keys=None)


def write(path: Path, lines: Lines, *, honest: bool = True) -> Path:
    """As somebody would who knows the format: with an end that fits, unless it shall not be `honest`."""
    written = [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]
    ends = [index for index, line in enumerate(lines) if line.get("line") == "end"]
    for index in ends if honest else ():
        end = {"line": "end", "lines": index, "sha256": sha256(b"".join(written[:index])).hexdigest()}
        written[index] = json.dumps(end).encode() + b"\n"
    path.write_bytes(b"".join(written))
    return path


def nth(lines: Lines, sort: str, number: int = 0) -> int:
    return [index for index, line in enumerate(lines) if line.get("line") == sort][number]


def changed(sort: str, number: int, **fields: Any) -> Damage:
    return lambda lines: lines[nth(lines, sort, number)].update(fields)


def removed(sort: str, number: int) -> Damage:
    return lambda lines: lines.pop(nth(lines, sort, number))


def swapped(sort: str, one: int) -> Damage:
    def swap(lines: Lines) -> None:
        first, second = nth(lines, sort, one), nth(lines, sort, one + 1)
        lines[first], lines[second] = lines[second], lines[first]

    return swap


def a_seal_of_nothing(lines: Lines) -> None:
    place = nth(lines, "seal", -1)
    last = lines[place]
    empty = {"number": last["number"] + 1, "after": last["last"], "positions": [], "digests": ""}
    lines.insert(place + 1, {**last, **empty})
    lines[0]["seals"] += 1


DAMAGES: dict[str, tuple[Damage, str]] = {
    "another body": (changed("event", 3, body="{}"), r"Position \d+ was changed"),
    "another actor": (changed("event", 3, actor="00000000-0000-0000-0000-00000000000a"), r"Position \d+ was changed"),
    "another microsecond": (changed("event", 1, occurredAt="2026-01-01T00:00:00.000001Z"), r"Position \d+ was changed"),
    "an event less": (removed("event", 4), r"Position \d+ is missing"),
    "an unsealed event less": (removed("event", -1), "and promised"),
    "events in another order": (swapped("event", 4), "does not come after"),
    "a seal less": (removed("seal", 1), "seal 3 does not follow on seal 1"),
    "another last seal": (changed("seal", -1, sealedAt="2026-01-01T00:00:00Z"), "was not made by this installation"),
    "positions of no seal": (changed("seal", 0, positions=[1, 2, 3]), "speaks of other positions"),
    "a seal of nothing": (a_seal_of_nothing, "speaks of other positions"),
    "a key that there is not": (changed("seal", -1, keyId=7), "was not made by this installation"),
    "a key out of all bounds": (changed("seal", -1, keyId=2**40), "was not made by this installation"),
    "a version out of all bounds": (changed("event", -1, version=2**63), "a number that is too large"),
    "an event of a newer build": (changed("event", -1, tag="user.cloned"), "knows no 'user.cloned'"),
    "a shape of a newer build": (changed("event", -1, schema=9), "in shape 9"),
    "a body that is no JSON": (changed("event", -1, body="{"), "is no JSON"),
    "a version twice": (changed("event", -1, version=2), "not its versions from 1 on"),
    "a text that no table holds": (changed("event", -1, correlationId="\0"), "the database does not take it"),
    "a time without a zone": (changed("event", 2, recordedAt="2026-01-01T00:00:00"), "no line of a copied log"),
    "a line of nonsense": (changed("event", 2, line="joke"), "no line of a copied log"),
    "no end": (removed("end", 0), "the end is missing"),
    "more after the end": (lambda lines: lines.append(lines[1]), "something follows the end"),
    "a version with a bell in it": (lambda lines: lines[0].update(medianest="1\a"), "begins no log"),
    "no format": (lambda lines: lines[0].pop("format"), "begins no log"),
    "another format": (lambda lines: lines[0].update(format="other"), "begins no log"),
    "a format to come": (lambda lines: lines[0].update(formatVersion=2), "begins no log"),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_copy_that_was_touched_is_refused(
    copy: tuple[Lines, Lines], target: str, tmp_path: Path, damage: str
) -> None:
    change, reason = DAMAGES[damage]
    lines = [dict(line) for line in copy[0]]
    change(lines)
    place = Place()
    with pytest.raises(LogFileRefused, match=rf"^log, line \d+: .*{reason}.*Nothing was imported\.$"):
        await imported(target, write(tmp_path / "log", lines), place=place)
    assert (tables(target), place.installed) == ([[]] * len(TABLES), [])


async def test_bytes_that_are_not_those_that_were_written_are_noticed_where_no_seal_speaks(
    copy: tuple[Lines, Lines], target: str, tmp_path: Path
) -> None:
    lines = [dict(line) for line in copy[1]]
    changed("event", -1, correlationId="another")(lines)
    with pytest.raises(LogFileRefused, match="not those that were written"):
        await imported(target, write(tmp_path / "log", lines, honest=False))
    whole = "".join(json.dumps(line) + "\n" for line in copy[0]).encode()
    for cut in (whole[: len(whole) // 2], gzip.compress(whole)[:-20], b"", b"\x1f\x8b nonsense"):
        (tmp_path / "cut").write_bytes(cut)
        with pytest.raises(LogFileRefused):
            await imported(target, tmp_path / "cut")
    assert tables(target) == [[]] * len(TABLES)


async def test_secrets_open_under_their_passphrase_in_their_order_and_where_the_key_may_go(
    copy: tuple[Lines, Lines], target: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "log", copy[0])
    with pytest.raises(PassphraseWrong):
        await imported(target, file, passphrase=lambda: "another one entirely")
    with pytest.raises(SettingsError):
        await imported(target, file, place=Place(refusal=SettingsError("No.")))
    lines = [dict(line) for line in copy[0]]
    swapped("secret", 1)(lines)
    with pytest.raises(PassphraseWrong):
        await imported(target, write(tmp_path / "swapped", lines))
    lines = [dict(line) for line in copy[1]]
    lines.insert(1, copy[0][1])
    with pytest.raises(LogFileRefused, match="a secret does not belong here"):
        await imported(target, write(tmp_path / "smuggled", lines))
    assert tables(target) == [[]] * len(TABLES)
    with pytest.raises(PassphraseTooShort):
        check_passphrase("short")
    assert check_passphrase(PASSPHRASE) == PASSPHRASE


async def test_a_log_is_put_only_where_there_is_none_and_nobody_works(
    copy: tuple[Lines, Lines], servers: RunServers, tmp_path: Path
) -> None:
    file = write(tmp_path / "log", copy[0])
    with servers.database(migrated=True) as url:
        with psycopg.connect(url, application_name="medianest writer"), pytest.raises(StillRunning):
            await imported(url, file)
        await imported(url, file)
        before = tables(url)
        with pytest.raises(LogNotEmpty):
            await imported(url, file)
        assert tables(url) == before


async def test_an_export_that_breaks_off_or_meets_a_file_leaves_none_of_that_name(
    database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "log.gz"
    with suppress(ZeroDivisionError), LineWriter(path) as file:
        file.write(b"{}")
        raise ZeroDivisionError
    assert [left.name for left in tmp_path.iterdir()] == ["log.gz.part"]
    with LineWriter(path), pytest.raises(LogFileExists, match="just now"):
        await exported(database_url, path)
    await exported(database_url, path)
    before = path.read_bytes()
    with pytest.raises(LogFileExists, match="is there already"):
        await exported(database_url, path)
    assert path.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == ["log.gz"]
