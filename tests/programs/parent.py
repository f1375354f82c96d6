"""The parent over test children: `python -m tests.programs.parent DIRECTORY servers|none NAME=MANNER ...`. A draining
one is given half a second."""

import asyncio
import sys
from pathlib import Path

from medianest.adapters.embedded.servers import Servers
from medianest.main.children import Child
from medianest.main.parent import run_parent


def main(directory: Path, kind: str, *children: str) -> int:
    servers = Servers(directory / "servers", postgres_settings={"fsync": "off"}) if kind == "servers" else None
    wanted = []
    for name, manner in (child.split("=") for child in children):
        command = [sys.executable, "-m", "tests.programs.child", str(directory), name, manner]
        wanted.append(Child(name=name, command=command, drain=0.5 if manner == "draining" else 0.0))
    return asyncio.run(run_parent(wanted, servers))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
