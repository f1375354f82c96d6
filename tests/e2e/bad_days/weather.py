"""What is outside, flapping at random: each server by itself away, ill or well, for a moment each."""

import random
from collections import Counter
from typing import get_args

from medianest.adapters.standin import FaultKind
from tests.e2e.bad_days.people import Outside, Standin
from tests.e2e.bad_days.threads import Threads

LONGEST = 1.5
"""Seconds of one spell of weather at one server."""
SLOW = 1.0


class Weather(Threads):
    """While it is entered. All is well again afterwards."""

    def __init__(self, world: Outside, seed: int) -> None:
        self._world = world
        self.spells: Counter[str] = Counter()
        servers = (world.tmdb, world.overseerr, world.plex)
        super().__init__(
            self._blow, [(standin, random.Random(seed + number)) for number, standin in enumerate(servers)]
        )

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
