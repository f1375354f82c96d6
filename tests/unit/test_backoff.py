"""How long the parent waits before it starts something again."""

from medianest.main.children import Backoff


def test_what_keeps_dying_is_started_ever_more_slowly_but_at_least_every_five_seconds() -> None:
    backoff = Backoff()
    assert [backoff.after(1.0) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_thirty_healthy_seconds_are_a_new_beginning() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after(0.1)
    assert [backoff.after(30.0), backoff.after(0.1)] == [0.2, 0.4]
