"""What a process holds, and what of it is its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.memory import MEGABYTE, memory_of


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this system does not say")
def test_what_is_shared_is_divided_and_what_is_of_files_is_nobodys_own() -> None:
    line = "import psycopg, sys; sys.stdout.write('ready'); sys.stdout.flush(); sys.stdin.read()"

    def one() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.read(5) == b"ready"
        return process

    with one() as first:
        alone = memory_of([first.pid])
        others = [one() for _ in range(3)]
        beside = memory_of([first.pid])
        for other in others:
            other.communicate()
        first.communicate()
    assert 0 < alone.own < alone.proportional <= alone.resident
    assert beside.proportional < alone.proportional
    assert abs(beside.own - alone.own) < MEGABYTE, "whoever else runs makes no difference"
