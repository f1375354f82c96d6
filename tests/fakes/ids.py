"""Random ids that are the same in every run."""

import random
from uuid import UUID


class SeededIds:
    """Implements `Ids`."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = random.Random(seed)

    def new(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)
