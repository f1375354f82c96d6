"""What is outside, flapping at random: each server by itself away, ill or well, for a moment each."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from medianest.adapters.standin import FaultKind
from tests.e2e.bad_days.people import Outside, Standin

LONGEST = 1.5
"""Seconds of one spell of weather at one server."""
SLOW = 1.0


class Weather:
    """While it is entered. All is well again afterwards."""

    def __init__(self, world: Outside, seed: int) -> None:
        self._world = world
        self._over = threading.Event()
        self.spells: Counter[str] = Counter()
        self._threads = [
            threading.Thread(target=self._blow, args=(standin, random.Random(seed + number)), daemon=True)
            for number, standin in enumerate(self._servers)
        ]

    @property
    def _servers(self) -> Sequence[Standin]:
        return (self._world.tmdb, self._world.overseerr, self._world.plex)

    def __enter__(self) -> "Weather":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "the weather does not end"

    def _blow(self, standin: Standin, chance: random.Random) -> None:
        is_first = True
        while not self._over.is_set():
            spell = "away" if is_first else chance.choice([*["well"] * 5, "away", *get_args(FaultKind)])
            is_first = False
            self.spells[spell] += 1
            lasts = chance.uniform(0.2, LONGEST)
            if spell == "away":
                self._world.close(standin)
                self._over.wait(lasts)
                self._world.open(standin)
            else:
                if spell in get_args(FaultKind):
                    standin.fail(spell, times=1000, seconds=SLOW)
                self._over.wait(lasts)
                standin.behave()
