"""Time and chance, so that tests can own them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC. It steps when somebody sets the machine's clock, forwards or back."""

    def steady(self) -> float:
        """Seconds since some moment before this process began: they pass as time does, and nobody sets them."""


class Ids(Protocol):
    def new(self) -> UUID:
        """A fresh random id."""
