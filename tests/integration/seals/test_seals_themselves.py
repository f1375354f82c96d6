"""Seals that were changed, taken away, or cut off together with the events; and what an anchor adds."""

from datetime import UTC, datetime

import msgspec
import pytest
from tests.contract.event_log.logs import MASTER
from tests.integration.seals.touching import anchored, found, insert, owner, refill, seal, verify

from medianest.adapters.eventlog.seals.anchor import Anchor, AnchorInvalid, NothingSealed, anchor_of
from medianest.adapters.eventlog.seals.checks import SealChecks
from medianest.adapters.eventlog.seals.verifying import PositionAhead
from medianest.adapters.postgres.pool import Database

FORGERIES = {
    "digests": "decode(repeat('00', 32 * 3), 'hex')",
    "positions": "'{5,7,9}'",
    "last": "9",
    "mac": "decode(repeat('00', 32), 'hex')",
    "sealed_at": "sealed_at + interval '1 microsecond'",
    "key_id": "(SELECT max(key_id) FROM seal_keys)",
}


@pytest.mark.parametrize("column", FORGERIES)
async def test_a_seal_that_was_changed_is_broken(sealed: str, column: str) -> None:
    with owner(sealed) as connection:
        connection.execute("INSERT INTO seal_keys (wrapped_key) SELECT wrapped_key FROM seal_keys")
        connection.execute("DROP INDEX IF EXISTS seals_last")
        connection.execute(f"UPDATE seals SET {column} = {FORGERIES[column]} WHERE number = 2".encode())
    kind, position, _, number = await found(sealed) or ("", 0, 0, 0)
    assert (kind, position, number) == ("seal_broken", 5, 2)


async def test_what_no_seal_can_hold_is_a_fault_and_no_crash(sealed: str) -> None:
    with owner(sealed) as connection:
        for forgery in ("sealed_at = 'infinity'", "sealed_at = '4000-01-01 BC'", "positions = '{9,NULL,11}'"):
            connection.execute(f"UPDATE seals SET {forgery} WHERE number = 3".encode())
            assert await found(sealed) == ("seal_broken", 9, 12, 3), forgery


@pytest.mark.parametrize(
    ("condition", "fault"),
    [("number = 2", ("seals_cut", 5, 8, 2)), ("number < 3", ("seals_cut", 1, 8, 1)), ("number > 2", None)],
)
async def test_seals_that_were_taken_away_leave_a_gap(
    sealed: str, condition: str, fault: tuple[str, int, int, int] | None
) -> None:
    anchor = await anchored(sealed)
    with owner(sealed) as connection:
        connection.execute(f"DELETE FROM seals WHERE {condition}".encode())
    assert await found(sealed) == fault
    assert await found(sealed, anchor=anchor) == (fault or ("seals_cut", 9, 14, 3))


async def test_the_end_of_the_record_is_missed_beside_an_anchor_or_the_last_check(sealed: str) -> None:
    anchor = await anchored(sealed)
    whole = await verify(sealed, anchor=anchor)
    assert (whole.fault, whole.mac.hex()) == (None, anchor.mac)
    with owner(sealed) as connection:
        connection.execute("DELETE FROM events WHERE position > 8; DELETE FROM seals WHERE last > 8")
    assert await found(sealed) is None
    assert await found(sealed, anchor=anchor) == ("seals_cut", 9, 14, 3)
    async with Database(sealed, max_size=1) as pool:
        await SealChecks(pool).record(whole)
    assert await found(sealed) == ("seals_cut", 9, 14, 3)


async def test_an_end_that_was_cut_and_sealed_anew_differs_from_the_anchor(sealed: str) -> None:
    anchor = await anchored(sealed)
    with owner(sealed) as connection:
        connection.execute("DELETE FROM events WHERE position > 8; DELETE FROM seals WHERE last > 8")
        insert(connection, 10, 11, 12, 14, 15)
        connection.execute("UPDATE events SET tag = 'x' WHERE position = 11")
    await seal(sealed)
    assert await found(sealed) is None
    assert await found(sealed, anchor=anchor) == ("seals_cut", 13, 14, 4)
    assert await found(sealed, anchor=anchor, after=14) == ("seals_cut", 13, 14, 4)


async def test_an_anchor_stays_true_while_the_log_grows(sealed: str) -> None:
    anchor = await anchored(sealed)
    with owner(sealed) as connection:
        insert(connection, 15, 16)
    await seal(sealed)
    assert await found(sealed, anchor=anchor) is None
    assert await found(sealed, anchor=anchor, after=14) is None
    assert anchor_of(msgspec.json.encode(anchor)) == anchor


async def test_what_is_no_anchor_is_refused(own_database_url: str) -> None:
    for document in (b"", b"{}", b"\xff", b'{"position": 1, "seal": 1, "keyId": 1, "mac": "", "head": 1}'):
        with pytest.raises(AnchorInvalid):
            anchor_of(document)
    named = Anchor(position=1, seal=1, key_id=1, mac="", sealed_at=datetime(2026, 5, 1, tzinfo=UTC), head=1)
    with pytest.raises(AnchorInvalid):
        anchor_of(msgspec.json.encode(named).replace(b'"format":"medianest-anchor",', b""))
    refill(own_database_url, ())
    with pytest.raises(NothingSealed):
        await anchored(own_database_url)


async def test_a_key_that_is_gone_or_another_secret_is_a_fault_of_the_seals(sealed: str) -> None:
    fault = (await verify(sealed, master=MASTER[::-1])).fault
    assert fault is not None
    assert (fault.kind, fault.position) == ("seal_broken", 1)
    assert "secret.key" in fault.text
    with owner(sealed) as connection:
        connection.execute("UPDATE seal_keys SET wrapped_key = '' WHERE key_id = (SELECT min(key_id) FROM seal_keys)")
    assert await found(sealed) == ("seal_broken", 1, 4, 1)


async def test_verifying_may_begin_further_on(sealed: str) -> None:
    with owner(sealed) as connection:
        connection.execute("UPDATE events SET tag = 'x' WHERE position = 2")
    later = await verify(sealed, after=9)
    assert (later.fault, later.after, later.events, later.position) == (None, 8, 4, 14)
    assert await found(sealed, after=1) == ("changed", 2, 2, 1)
    with owner(sealed) as connection:
        connection.execute("UPDATE seals SET mac = sha256(mac) WHERE number = 2")
    assert await found(sealed, after=9) == ("seal_broken", 9, 12, 3)
    with pytest.raises(PositionAhead, match="ends at 14"):
        await verify(sealed, after=14)
