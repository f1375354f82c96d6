"""The letters that people get about their account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from medianest.application.letters import WHAT_CHANGED, account_changed, new_device, password_changed, password_reset
from medianest.application.reactions import CHANGES
from medianest.ports.mail import Letter

ADA = "ada@example.org"
HOME = "https://nest.example.org"
LINK = f"{HOME}/reset?token=4d5e"
AT = datetime(2026, 3, 4, 9, 6, tzinfo=UTC)

LETTERS: list[Callable[..., Letter]] = [
    lambda address: password_reset(ADA, link=LINK, address=address),
    lambda address: password_changed(ADA, at=AT, address=address, home=HOME),
    *(
        lambda address, what=what: account_changed(ADA, what=what, at=AT, address=address, home=HOME)
        for what in WHAT_CHANGED
    ),
    lambda address: new_device(ADA, device="Firefox", at=AT, address=address, home=HOME),
]


@pytest.mark.parametrize("written", LETTERS)
def test_every_letter_says_where_it_came_from_and_what_to_do_if_it_was_not_you(
    written: Callable[..., Letter],
) -> None:
    letter = written("192.0.2.7")
    assert letter.to == ADA
    assert "192.0.2.7" in letter.text
    assert "If it was not you, " in letter.text
    assert letter.text.count("https://") == 1
    assert "None" not in written(None).text


@pytest.mark.parametrize("written", LETTERS)
def test_every_letter_is_short_plain_and_ends_its_last_line(written: Callable[..., Letter]) -> None:
    letter = written("192.0.2.7")
    assert letter.html is None
    assert len(letter.text) < 800
    assert letter.subject.isascii()
    assert letter.subject.isprintable()
    assert letter.text.endswith("\n")


def test_the_link_of_a_reset_stands_on_a_line_of_its_own_and_has_half_an_hour() -> None:
    text = password_reset(ADA, link=LINK, address=None).text
    assert LINK in text.splitlines()
    assert "for 30 minutes" in text


def test_times_are_told_in_utc() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=13)))
    assert "on 4 March 2026, 09:06 UTC" in password_changed(ADA, at=elsewhere, address=None, home=HOME).text


@pytest.mark.parametrize(
    ("device", "shown"),
    [
        ("Firefox on Linux", "Firefox on Linux"),
        ("Adas Téléphone (grün)", "Adas Téléphone (grün)"),
        (None, "unknown"),
        ("\r\n \x00", "unknown"),
        ("Firefox\r\n\r\nYour account is closed", "Firefox Your account is closed"),
        ("visit https://evil.example/now", "visit https evil example now"),
        ("mail eve@evil.example", "mail eve evil example"),
        ("x" * 100, "x" * 57 + "..."),
    ],
)
def test_a_device_stays_on_its_line_and_is_no_link(device: str | None, shown: str) -> None:
    letter = new_device(ADA, device=device, at=AT, address=None, home=HOME)
    assert f"  Device:  {shown}" in letter.text.splitlines()
    assert letter.text.count("://") == 1


def test_there_are_words_for_every_change_that_people_hear_of() -> None:
    assert {event.tag for event in CHANGES} == set(WHAT_CHANGED)
