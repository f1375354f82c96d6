"""Plays the page. The variables at its top are set to ports and a directory of our own, and what they make of an
answer is turned back."""

import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.tour.page import Block, blocks
from tests.e2e.tour.terminals import Shell, Terminal
from tests.processes import open_directory


def play(page: str) -> list[tuple[Block, str]]:
    """Each block with what it really prints, in a place of its own."""
    with own_place() as (values, work):
        answers = list(played(page, values, work))
    return [(block, printed.rstrip("\n") + "\n" if printed.strip() else "") for block, printed in answers]


def played(page: str, values: Mapping[str, str], directory: Path) -> Iterator[tuple[Block, str]]:
    """Each block with what it really prints, as soon as it has."""
    everything = blocks(page)
    top = _with(everything[0].script, values)
    shown = dict(re.findall(r"(\w+)=(\S+)", everything[0].script))

    def as_shown(printed: str) -> str:
        for name, value in values.items():
            printed = printed.replace(value, shown[name])
        return printed

    with ExitStack() as stack:
        shell = Shell(directory)
        stack.callback(shell.close)
        for block in everything:
            script = _here(_with(block.script, values) if block is everything[0] else block.script)
            if block.is_terminal:
                terminal = Terminal(top + "exec " + script, directory / f"terminal-{block.span[0]}")
                stack.callback(terminal.close)
                wanted = [re.split("(?<=token: )|127[.]0[.]0[.]1:", line)[0] for line in block.shown.splitlines()]
                yield block, as_shown(terminal.prints(wanted))
            else:
                yield block, as_shown(shell.run(script))


def _with(script: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        script = re.sub(rf"\b{name}=\S+", f"{name}={value}", script)
    return script


def _here(script: str) -> str:
    """Installed already, and not necessarily in .venv."""
    meant = {"make run": "-m medianest up", ".venv/bin/medianest": "-m medianest", ".venv/bin/python": ""}
    return re.sub("|".join(map(re.escape, meant)), lambda m: f"{sys.executable} {meant[m[0]]}", script)


@contextmanager
def own_place() -> Iterator[tuple[dict[str, str], Path]]:
    """Free ports, a data directory, and a directory to work in."""
    with open_directory() as data_dir, TemporaryDirectory() as work, ExitStack() as stack:
        names = ("MEDIANEST_PORT", "TMDB_PORT", "OVERSEERR_PORT", "PLEX_TV_PORT", "PLEX_PORT")
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = [str(each.getsockname()[1]) for each in sockets]
        stack.close()
        yield {**dict(zip(names, ports, strict=True)), "MEDIANEST_DATA_DIR": f"{data_dir}/house"}, Path(work)
