"""How Overseerr's numbers become our words."""

import pytest

from medianest.adapters.overseerr.shapes import Asked, AskedSeason, MediaRecord, MediaSeason, holding_of, request_from
from medianest.ports.request_gateway import GatewayRequest, GatewayStatus


def read(media: MediaRecord | None, *, is_4k: bool = False) -> GatewayRequest:
    return request_from(holding_of(media, is_4k=is_4k))


@pytest.mark.parametrize(
    ("media", "request_status", "expected"),
    [
        (1, None, "absent"),
        (2, None, "pending"),
        (3, None, "processing"),
        (4, None, "partially_available"),
        (5, None, "available"),
        (6, None, "absent"),
        (7, None, "absent"),
        (99, None, "absent"),
        (2, 1, "pending"),
        (2, 2, "processing"),
        (3, 2, "processing"),
        (4, 2, "partially_available"),
        (5, 2, "available"),
        (2, 3, "declined"),
        (5, 3, "available"),
        (3, 4, "failed"),
        (4, 4, "failed"),
        (5, 4, "available"),
        (5, 5, "available"),
        (7, 5, "absent"),
    ],
)
def test_a_film_has_one_status_out_of_two(media: int, request_status: int | None, expected: GatewayStatus) -> None:
    asked = [] if request_status is None else [Asked(9, request_status)]
    assert read(MediaRecord(status=media, requests=asked)).status == expected
    in_4k = [Asked(each.id, each.status, True) for each in asked]
    assert read(MediaRecord(status4k=media, requests=in_4k), is_4k=True).status == expected
    assert read(MediaRecord(status=media, requests=asked), is_4k=True) == GatewayRequest(
        gateway_id=None, status="absent"
    )


def test_the_newest_request_that_was_not_declined_is_the_one() -> None:
    asked = [Asked(5, 2), Asked(7, 2), Asked(9, 3), Asked(6, 3)]
    found = read(MediaRecord(status=3, requests=asked))
    assert (found.gateway_id, found.status) == ("7", "processing")


def test_seasons_come_from_the_library_first_and_then_from_what_was_asked_last() -> None:
    media = MediaRecord(
        status=4,
        seasons=[MediaSeason(1, 5), MediaSeason(2, 4), MediaSeason(3, 3), MediaSeason(4, 1)],
        requests=[
            Asked(1, 2, seasons=[AskedSeason(1, 2), AskedSeason(3, 2), AskedSeason(5, 2), AskedSeason(8, 5)]),
            Asked(2, 4, seasons=[AskedSeason(5, 2), AskedSeason(2, 2)]),
            Asked(3, 3, seasons=[AskedSeason(6, 2), AskedSeason(1, 2)]),
            Asked(4, 1, seasons=[AskedSeason(7)]),
        ],
    )
    assert read(media).seasons == {
        1: "available",
        2: "partially_available",
        3: "processing",
        5: "failed",
        6: "declined",
        7: "pending",
    }


def test_a_series_marked_available_as_a_whole_has_every_season_that_was_asked_for() -> None:
    media = MediaRecord(status=5, requests=[Asked(1, 2, seasons=[AskedSeason(1, 2), AskedSeason(2, 2)])])
    assert read(media).seasons == {1: "available", 2: "available"}


def test_a_title_without_media_or_with_nulls_is_absent() -> None:
    assert read(None).status == read(MediaRecord(seasons=None, requests=None)).status == "absent"
