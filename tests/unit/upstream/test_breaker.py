"""The circuit breaker by itself, on a clock of its own."""

from medianest.adapters.upstream import CircuitBreaker


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(seconds: Seconds) -> CircuitBreaker:
    breaker = CircuitBreaker(threshold=2, pause=10.0, now=seconds)
    for _ in range(2):
        assert breaker.admit() == 0.0
        breaker.failed()
    return breaker


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = CircuitBreaker(threshold=2, pause=10.0, now=Seconds())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.state == "closed"


def test_an_open_breaker_says_how_long_it_stays_so() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.now += 4
    assert (breaker.state, breaker.admit()) == ("open", 6.0)


def test_a_late_failure_of_an_earlier_call_does_not_stretch_the_pause() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.now += 9
    breaker.failed()
    seconds.now += 1
    assert (breaker.state, breaker.admit()) == ("half_open", 0.0)


def test_only_one_probe_goes_through_and_its_failure_opens_again() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.now += 10
    assert breaker.admit() == 0.0
    assert breaker.admit() > 0.0
    breaker.failed()
    assert (breaker.state, breaker.admit()) == ("open", 10.0)
