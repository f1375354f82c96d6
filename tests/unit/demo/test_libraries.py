"""The libraries of a demonstration: filled anew at every start, and still the same ones."""

from medianest.adapters.standin import PlexShelf
from medianest.main.demo.libraries import SERIES, UNASKED_FILMS, empty_shelf, put


def keys(shelf: PlexShelf) -> dict[tuple[str, str, int, str], int]:
    return {(each.library, each.kind, each.of.tmdb_id, each.name): each.rating_key for each in shelf.everything()}


def test_in_whatever_order_it_is_filled_an_item_has_the_same_number() -> None:
    one, other = empty_shelf(), empty_shelf()
    put(one, 1000, None, is_4k=False)
    put(one, 1003, [1], is_4k=False)
    put(one, 1003, [3], is_4k=False)
    put(one, 1003, [1], is_4k=True)
    put(other, 1003, [1], is_4k=True)
    put(other, 1003, [3, 1], is_4k=False)
    put(other, 1000, None, is_4k=False)
    assert {each: number for each, number in keys(one).items() if "Episode" not in each[3]} == {
        each: number for each, number in keys(other).items() if "Episode" not in each[3]
    }
    assert len({each.rating_key for each in one.everything()}) == len(list(one.everything()))


def test_what_comes_twice_is_there_once() -> None:
    shelf = empty_shelf()
    before = len(list(shelf.everything()))
    assert put(shelf, UNASKED_FILMS[0], None, is_4k=False) == shelf.film(UNASKED_FILMS[0]).rating_key
    assert len(list(shelf.everything())) == before
    series = put(shelf, 1003, [1], is_4k=False)
    assert put(shelf, 1003, [1], is_4k=False) == series
    assert shelf.series(1003).library == SERIES
