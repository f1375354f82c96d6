"""How much memory processes hold, and whether that grows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes. `resident` counts pages that processes share once for each of them (RSS), `proportional` divides them
    between those who share them (PSS), and `own` leaves out those of files, such as libraries: their part in PSS grows
    when somebody else who has them open ends (where the system does not say, both are the same as `resident`)."""

    resident: int = 0
    proportional: int = 0
    own: int = 0

    def __add__(self, other: Self) -> "Memory":
        return Memory(self.resident + other.resident, self.proportional + other.proportional, self.own + other.own)


def memory_of(pids: Sequence[int]) -> Memory:
    """Of these processes together. Raises OSError for one that has ended."""
    return sum((_of_one(pid) for pid in pids), Memory())


def memory_of_parts(parts: Mapping[str, Sequence[int]]) -> Mapping[str, Memory]:
    return {name: memory_of(pids) for name, pids in parts.items()}


def growth(samples: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The slope of the straight line with the least squares through `samples` (at least three pairs of x and y), and
    the slope's standard error; both in y per x."""
    count = len(samples)
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
    left: float = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in samples)
    return slope, (left / (count - 2) / spread) ** 0.5


def _of_one(pid: int) -> Memory:
    found = _kibibytes(Path(f"/proc/{pid}/status").read_text(), "VmRSS")
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # of another account, or a kernel before 4.14
        return Memory(found, found, found)
    shared = _kibibytes(said, "Pss")
    return Memory(found, shared, _kibibytes(said, "Pss_Anon") or shared)  # a kernel before 5.4


def _kibibytes(text: str, name: str) -> int:
    """In bytes, though the kernel says kB."""
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else 0
