"""Reading Overseerr's notifications."""

from typing import Any

import msgspec
import pytest

from medianest.adapters.overseerr import parse_report
from medianest.ports.request_gateway import GatewayReport

AVAILABLE: dict[str, Any] = {
    "notification_type": "MEDIA_AVAILABLE",
    "event": "Movie Request Now Available",
    "subject": "Salt and Lanterns (1986)",
    "media": {"media_type": "movie", "tmdbId": "1001", "tvdbId": "", "status": "AVAILABLE", "status4k": "UNKNOWN"},
    "request": {"request_id": "7", "requestedBy_email": "owner@example.org"},
    "issue": None,
    "comment": None,
    "extra": [],
}


def parsed(**changes: Any) -> GatewayReport:
    return parse_report(msgspec.json.encode(AVAILABLE | changes))


def test_a_report_names_the_title_and_the_request() -> None:
    assert parsed() == GatewayReport(
        notification_type="MEDIA_AVAILABLE", media_type="movie", tmdb_id=1001, gateway_id="7"
    )


def test_numbers_may_come_as_numbers_and_unknown_fields_are_ignored() -> None:
    report = parsed(media={"media_type": "tv", "tmdbId": 1003, "new": []}, request={"request_id": 8}, more={"a": 1})
    assert (report.media_type, report.tmdb_id, report.gateway_id) == ("tv", 1003, "8")


@pytest.mark.parametrize(
    "nothing",
    [
        {"media": None, "request": None},
        {"media": {"media_type": "", "tmdbId": ""}, "request": {"request_id": ""}},
        {"media": {}, "request": {}},
    ],
)
def test_a_test_notification_is_about_no_title(nothing: dict[str, Any]) -> None:
    report = parsed(notification_type="TEST_NOTIFICATION", **nothing)
    assert report.is_test
    assert (report.media_type, report.tmdb_id, report.gateway_id) == (None, None, None)


def test_a_template_that_was_never_filled_in_is_about_no_title() -> None:
    body = {"notification_type": "TEST_NOTIFICATION", "{{media}}": {"media_type": "x"}, "{{extra}}": []}
    assert parse_report(msgspec.json.encode(body)).media_type is None


@pytest.mark.parametrize(
    "changes",
    [
        {"notification_type": ""},
        {"notification_type": "media available"},
        {"notification_type": "A" * 65},
        {"notification_type": None},
        {"notification_type": 5},
        {"media": "none"},
        {"media": []},
        {"media": {"media_type": "music", "tmdbId": "1"}},
        {"media": {"media_type": "movie"}},
        {"media": {"tmdbId": "1"}},
        {"media": {"media_type": "movie", "tmdbId": "0"}},
        {"media": {"media_type": "movie", "tmdbId": "-1"}},
        {"media": {"media_type": "movie", "tmdbId": "1.5"}},
        {"media": {"media_type": "movie", "tmdbId": "٣"}},
        {"media": {"media_type": "movie", "tmdbId": True}},
        {"media": {"media_type": "movie", "tmdbId": "9999999999"}},
        {"media": {"media_type": ["movie"], "tmdbId": "1"}},
        {"request": {"request_id": "../1"}},
        {"request": "7"},
    ],
)
def test_nonsense_in_a_field_is_a_value_error(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Overseerr|media"):
        parsed(**changes)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"<html>", b"\xff", b'{"notification_type": "\xff"}', b"[" * 100_000, b"{}"]
)
def test_a_body_that_is_no_notification_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="not a notification"):
        parse_report(body)
