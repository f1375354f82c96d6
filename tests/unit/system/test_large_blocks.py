"""What signing in takes for a moment does not stay."""

import subprocess
import sys
from pathlib import Path

import pytest

HASHING = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from argon2 import PasswordHasher
from medianest.adapters.system.large_blocks import give_back_large_blocks

def held():
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])

give_back_large_blocks()
hasher, together = PasswordHasher(time_cost=1, memory_cost=MEMORY, parallelism=1), Barrier(2)
before = held()
with ThreadPoolExecutor(2) as threads:
    for _ in range(3):
        list(threads.map(lambda word: (together.wait(), hasher.hash(word)), ["one", "two"]))
    print(held() - before)
"""
MEMORY = 19 * 1024
"""KiB."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say what a process holds")
def test_the_memory_that_two_hashes_take_is_given_back_while_their_threads_live() -> None:
    words = [sys.executable, "-c", HASHING.replace("MEMORY", str(MEMORY))]
    kept = int(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert kept < MEMORY / 4
