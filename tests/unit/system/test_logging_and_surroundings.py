"""Logs in one form without secrets; ids that are fresh and ordered; a clock in UTC."""

import io
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from runpy import run_path
from typing import Any

import pytest
import structlog

from medianest.adapters.system import surroundings
from medianest.adapters.system.logging import configure_logging
from medianest.adapters.system.surroundings import RandomIds, UtcClock, uuid7


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A place for log lines; the set-up before the test is put back after it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configuration = structlog.get_config()
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


def lines(stream: io.StringIO) -> list[Any]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_lines_and_those_of_libraries_have_one_form(stream: io.StringIO) -> None:
    configure_logging("json", stream=stream)
    with structlog.contextvars.bound_contextvars(correlation_id="c1"):
        structlog.stdlib.get_logger("medianest.x").info("ours", number=1)
        logging.getLogger("procrastinate.worker").warning("theirs %s", "too")
    logging.getLogger("httpx").info("GET http://x/?api_key=1")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["number"], ours["logger"], ours["level"]) == ("ours", 1, "medianest.x", "info")
    assert (theirs["event"], theirs["logger"]) == ("theirs too", "procrastinate.worker")
    assert ours["correlation_id"] == theirs["correlation_id"] == "c1"
    assert ours["timestamp"].endswith("Z")


def test_a_number_is_no_secret_whatever_it_is_called_but_digits_in_text_are(stream: io.StringIO) -> None:
    configure_logging("json", stream=stream)
    positions = {"tell_of_password": 4711, "tell_of_token": None}
    structlog.stdlib.get_logger("medianest.x").info(
        "lead", positions=positions, has_password=True, token_seconds=1.5, password="271828", secret=["31415"]
    )
    [line] = lines(stream)
    assert line["positions"] == {"tell_of_password": 4711, "tell_of_token": "[redacted]"}
    assert (line["has_password"], line["token_seconds"]) == (True, 1.5)
    assert (line["password"], line["secret"]) == ("[redacted]", "[redacted]")


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_hidden_by_name_and_by_form(stream: io.StringIO, form: Any) -> None:
    configure_logging(form, stream=stream)
    log = structlog.stdlib.get_logger("medianest.x")
    log.info("sent Bearer hush1.hush1", password="hush2", headers={"Cookie": "hush3", "X-Api-Key": "hush4"})
    log.info("asked", url="http://user:hush5@host/?api_key=hush6&page=1", parts=["token=hush7"], refresh_token="hush8")
    logging.getLogger("uvicorn.error").error("failed with {'password': 'hush9'}")
    try:
        raise ValueError("secret=hush10 and Authorization: Bearer hush11")
    except ValueError:
        log.exception("broken")
    written = stream.getvalue()
    assert "hush" not in written
    assert "page=1" in written
    assert "ValueError" in written


@pytest.mark.parametrize("form", ["json", "console"])
def test_rows_that_postgres_quotes_are_hidden(stream: io.StringIO, form: Any) -> None:
    configure_logging(form, stream=stream)
    said = (
        "null value in column\nDETAIL:  Failing row contains (7, Zephyrine, first line\n\nZephyrine).\n"
        "HINT:  Look there.\nCONTEXT:  COPY people, line 1, column name: Zephyrine"
    )
    log = structlog.stdlib.get_logger("medianest.x")
    try:
        try:
            raise ValueError(said)
        except ValueError as error:
            log.warning("failed", cause=repr(error))
            raise RuntimeError("gave up") from error
    except RuntimeError:
        log.exception("broken")
    written = stream.getvalue()
    assert "Zephyrine" not in written
    assert all(words in written for words in ("null value in column", "Look there.", "gave up"))


def test_the_level_is_kept(stream: io.StringIO) -> None:
    configure_logging("json", "warning", stream=stream)
    structlog.stdlib.get_logger("medianest.x").info("quiet")
    structlog.stdlib.get_logger("medianest.x").warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_a_line_break_in_a_value_makes_no_second_line(stream: io.StringIO) -> None:
    for form in ("json", "console"):
        configure_logging(form, stream=stream)
        structlog.stdlib.get_logger("medianest.x").info("request", path="/a\n2026-01-01 forged")
    assert len(stream.getvalue().splitlines()) == 2


def test_ids_are_version_7_fresh_and_in_order_of_time() -> None:
    made = [RandomIds().new() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, "specified in RFC 4122")}
    assert uuid7(1, (1 << 74) - 1) < uuid7(2, 0)


def test_an_id_is_laid_out_as_the_rfc_shows() -> None:
    chance = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert str(uuid7(0x017F22E279B0, chance)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_the_clock_is_aware_and_in_utc() -> None:
    now = UtcClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


@pytest.mark.parametrize("lacks", [["CLOCK_BOOTTIME"], ["CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "clock_gettime"]])
def test_where_a_machine_lacks_a_clock_another_one_that_nobody_sets_is_read(
    monkeypatch: pytest.MonkeyPatch, lacks: list[str]
) -> None:
    for name in lacks:
        monkeypatch.delattr(time, name)
    clock = run_path(surroundings.__file__)["UtcClock"]()
    before = time.monotonic()
    assert before <= clock.steady() <= time.monotonic()
