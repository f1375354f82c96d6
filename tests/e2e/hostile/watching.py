"""What a server holds, seen from outside."""

from pathlib import Path

from tests.e2e.bad_days.running import WIRE, Running


def resident(medianest: Running) -> int:
    """Bytes of memory that the process holds; 0 where the system does not say."""
    status = Path(f"/proc/{medianest.process.pid}/status")
    if not status.exists():
        return 0
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


def figure(medianest: Running, name: str) -> int:
    """One of the figures that it shows to Prometheus, by its name without the prefix."""
    lines = WIRE.get(f"{medianest.url}/metrics", timeout=60).text.splitlines()
    [line] = [line for line in lines if line.startswith(f"medianest_{name} ")]
    return int(float(line.split()[1]))
