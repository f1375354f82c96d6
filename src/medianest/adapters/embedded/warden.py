"""The end of the private servers when their owner is killed: `python -m medianest.adapters.embedded.warden DATA_DIR`.

Its standard input is a pipe from the owner. One byte on it dismisses the warden; its end without a word means that the
owner is gone, whatever killed it, and nobody else can stop the servers. The warden has inherited the owner's lock, so
that the next owner begins only when they have ended. (Linux can bind a child's life to its parent's, macOS cannot; a
pipe works on both.)
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from medianest.adapters.embedded import postgres, valkey
from medianest.adapters.embedded.account import ServersUnavailable
from medianest.adapters.embedded.ownership import Ownership


def main(data_dir: Path) -> None:
    # A service's stop signals everything at once: the warden has to outlive the owner.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    if os.read(0, 1):
        return
    Ownership(data_dir).withdraw()
    with suppress(ServersUnavailable, OSError):
        valkey.end_orphan(data_dir / "valkey", timeout=2.0)
    with suppress(ServersUnavailable, OSError):
        postgres.end_orphan(data_dir / "postgres", timeout=10.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
