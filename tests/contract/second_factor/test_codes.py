"""The arithmetic of authenticator apps, against the published test vectors, and what is kept of it."""

from datetime import UTC, datetime
from uuid import uuid4
from xml.etree import ElementTree

import psycopg
import pyotp
import pytest

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.second_factor import PostgresFactors, PostgresRecoveryCodes
from medianest.adapters.postgres.vault import PostgresVault
from medianest.adapters.security.totp import TotpCodes

CODES = TotpCodes()
# RFC 6238, appendix B: the seed "12345678901234567890" in base32, and codes of eight digits, of which apps show six.
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")]
NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_standard_hold(seconds: int, code: str) -> None:
    assert CODES.step(SEED, code[2:], datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_an_app_may_show_its_code_in_two_groups() -> None:
    assert CODES.step(SEED, " 287 082 ", datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize(
    "code",
    ["", "28708", "2870820", "287o82", "\uff12\uff18\uff17\uff10\uff18\uff12", "\ud800", "287082\0", "9" * 10_000],
)
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert CODES.step(SEED, code, datetime.fromtimestamp(59, UTC)) is None


def test_a_seed_has_160_bits_and_is_another_one_each_time() -> None:
    seeds = {CODES.seed() for _ in range(20)}
    assert len(seeds) == 20
    assert {len(pyotp.TOTP(seed).byte_secret()) for seed in seeds} == {20}


def test_an_app_reads_the_address_whatever_the_account_is_called() -> None:
    read = pyotp.parse_uri(CODES.uri(SEED, "zoë & co/?:#@example.org"))
    assert (read.secret, read.issuer, read.name) == (SEED, "MediaNest", "zoë & co/?:#@example.org")


def test_the_picture_is_an_svg_document_that_a_strict_page_may_show() -> None:
    picture = CODES.picture(CODES.uri(SEED, "ada@example.org"))
    tree = ElementTree.fromstring(picture)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {"svg", "g", "path"}
    assert not any(name in element.attrib for element in tree.iter() for name in ("style", "class", "onload"))
    assert SEED not in picture


async def test_neither_seeds_nor_recovery_codes_are_kept_in_clear(shared_database_url: str) -> None:
    person = uuid4()
    async with Database(shared_database_url, max_size=2) as database:
        factors = PostgresFactors(database, PostgresVault(database, b"m" * 32, sealed_under), CODES)
        seed = await factors.begin(person)
        begun = _kept(shared_database_url, str(person))
        assert await factors.confirm(person, pyotp.TOTP(seed).at(NOON), NOON)
        code = (await PostgresRecoveryCodes(database).make(person))[0]
    kept = begun + _kept(shared_database_url, str(person))
    assert len(kept) == 1 + 1 + 1 + 10
    for secret in (seed, code, code.replace("-", "")):
        assert secret.encode() not in b"".join(kept)


def _kept(url: str, person: str) -> list[bytes]:
    """Every column of secrets, as bytes."""
    query = (
        "SELECT sealed FROM secrets WHERE owner = %(it)s UNION ALL"
        " SELECT convert_to(f::text, 'UTF8') FROM second_factors f WHERE user_id = %(it)s UNION ALL"
        " SELECT code_hash FROM recovery_codes WHERE user_id = %(it)s"
    )
    with psycopg.connect(url) as connection:
        return [row for (row,) in connection.execute(query, {"it": person})]
