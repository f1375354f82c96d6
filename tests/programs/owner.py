"""Owns the private servers of a directory until it is killed: `python -m tests.programs.owner DATA_DIR`."""

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Event

from medianest.adapters.embedded.servers import Servers

if __name__ == "__main__":
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    servers = Servers(Path(sys.argv[1]), postgres_settings=dict(word.split("=") for word in sys.argv[2:]))
    endpoints = servers.start(60)
    sys.stdout.write(json.dumps({**asdict(endpoints), "pids": dict(servers.pids)}) + "\n")
    sys.stdout.flush()
    stopping.wait()
    servers.stop()
