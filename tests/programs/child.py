"""A child of the parent: `python -m tests.programs.child DIRECTORY NAME polite|draining|stubborn|misconfigured`.

Writes `NAME.PID` with its environment when it runs, `NAME.PID.draining` when one that drains is asked to end for the
first time, and `NAME.PID.ended` with what it saw when it ended cleanly.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import psycopg

from medianest.adapters.system.parent_pipe import exit_with_parent


async def main(directory: Path, name: str, manner: str) -> int:
    if manner == "misconfigured":
        return 78
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    report = directory / f"{name}.{os.getpid()}"
    if manner == "stubborn":
        exit_with_parent(lambda: None, grace=1.0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif manner == "draining":
        exit_with_parent(stopping.set)
        draining = report.with_name(f"{report.name}.draining")
        loop.add_signal_handler(signal.SIGTERM, lambda: stopping.set() if draining.exists() else draining.touch())
    else:
        exit_with_parent(stopping.set)
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
    environment = {name: value for name, value in os.environ.items() if name.startswith("MEDIANEST_")}
    report.with_suffix(".new").write_text(json.dumps(environment))
    report.with_suffix(".new").rename(report)
    await stopping.wait()
    seen = "no database"
    if url := environment.get("MEDIANEST_DATABASE_URL"):
        try:
            with psycopg.connect(url) as link:
                seen = f"database answers {link.execute('SELECT 1').fetchone()}"
        except psycopg.OperationalError:
            seen = "database gone"
    report.with_name(f"{report.name}.ended").write_text(seen)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
