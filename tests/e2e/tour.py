"""Runs docs/tour.md: `python -m tests.e2e.tour` says where the page is not true, `--write` writes real answers into it.

A block of shell is run, and the block of text behind it is what it prints. After `<!-- terminal -->` the block runs in
a terminal of its own until the end; of what that prints, the page shows some lines, in any order. The variables at the
top are set to ports and a directory of our own, and what they make of an answer is turned back.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import ROOT, open_directory

PAGE = ROOT / "docs" / "tour.md"
BLOCK = re.compile(r"(<!-- terminal -->\n)?```sh\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)
DEADLINE = 60.0  # seconds for one block
END = "--- end of block ---"


@dataclass(frozen=True)
class Block:
    script: str
    shown: str
    is_terminal: bool
    span: tuple[int, int]


def blocks(page: str) -> Sequence[Block]:
    return [Block(m[2], m[3] or "", m[1] is not None, m.span()) for m in BLOCK.finditer(page)]


def normal(text: str) -> str:
    """The text without what differs from run to run; which ids are the same is kept."""
    known: dict[str, str] = {}
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda m: _number(known, m[0]), text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "<correlation>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r'("(?:access|refresh)Token": )"[^"]*"', r"\1<token>", text)
    text = re.sub(r'("position": |^id: )\d+', r"\1<position>", text, flags=re.MULTILINE)
    text = re.sub(r"from \d+ events, in [\d.]+ s", "from <n> events, in <t> s", text)
    return re.sub(r"setup token: .*", "setup token: <token>", text)


def _number(known: dict[str, str], found: str) -> str:
    return known.setdefault(found, f"<id {len(known) + 1}>")


class Shell:
    """The third terminal: its variables and functions last from block to block."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            ["bash"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, script: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{script}\necho; echo '{END}'\n")
        self._process.stdin.flush()
        printed = ""
        while not printed.endswith(f"\n{END}\n"):
            line = self._process.stdout.readline()
            assert line, f"the shell ended:\n{printed}"
            printed += line
        return printed.removesuffix(f"\n{END}\n")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Terminal:
    """Something that runs until the end of the tour. What it prints goes to a file."""

    def __init__(self, script: str, output: Path) -> None:
        self._output = output
        with output.open("wb") as written:
            self._process = subprocess.Popen(
                ["bash", "-c", f"{script.rstrip()}"], cwd=ROOT, stdout=written, stderr=subprocess.STDOUT
            )

    def prints(self, wanted: Sequence[str]) -> str:
        """The lines that say what is wanted, once they are all there. Fails when the program ends before."""
        end = time.monotonic() + DEADLINE
        while True:
            printed = self._output.read_text()
            found = [next((line for line in printed.splitlines() if line.startswith(w)), None) for w in wanted]
            if None not in found:
                return "".join(f"{line}\n" for line in found)
            assert self._process.poll() is None, f"it ended:\n{printed}"
            assert time.monotonic() < end, f"{wanted} not in:\n{printed}"
            time.sleep(0.05)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def played(page: str, values: Mapping[str, str], directory: Path) -> Iterator[tuple[Block, str]]:
    """Each block with what it really prints."""
    everything = blocks(page)
    top = _with(everything[0].script, values)
    shown = dict(re.findall(r"(\w+)=(\S+)", everything[0].script))

    def as_shown(printed: str) -> str:
        for name, value in values.items():
            printed = printed.replace(value, shown[name])
        return printed

    with ExitStack() as stack:
        stack.callback(lambda: [terminal.close() for terminal in reversed(terminals)])
        terminals: list[Terminal] = []
        shell = Shell(directory)
        stack.callback(shell.close)
        for block in everything:
            script = _here(_with(block.script, values) if block is everything[0] else block.script)
            if block.is_terminal:
                terminals.append(Terminal(top + "exec " + script, directory / f"terminal{len(terminals)}"))
                wanted = [re.split("(?<=token: )|127[.]0[.]0[.]1:", line)[0] for line in block.shown.splitlines()]
                yield block, as_shown(terminals[-1].prints(wanted))
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
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = [str(each.getsockname()[1]) for each in sockets]
        stack.close()
        names = ("MEDIANEST_PORT", "TMDB_PORT", "OVERSEERR_PORT")
        yield {**dict(zip(names, ports, strict=True)), "MEDIANEST_DATA_DIR": f"{data_dir}/house"}, Path(work)


def rewritten(page: str, answers: Sequence[tuple[Block, str]]) -> str:
    """The page with these answers; as it is where nothing differs but what always does."""
    if normal("".join(b.shown for b, _ in answers)) == normal("".join(printed for _, printed in answers)):
        return page
    for block, printed in reversed(answers):
        start, end = block.span
        shown = re.sub(r'("(?:access|refresh)Token": ".{12})[^"]*"', r'\1..."', printed)
        mark = "<!-- terminal -->\n" if block.is_terminal else ""
        text = f"```text\n{shown}```\n" if shown else ""
        page = f"{page[:start]}{mark}```sh\n{block.script}```\n{text}{page[end:]}"
    return page


def play(page: str) -> list[tuple[Block, str]]:
    with own_place() as (values, work):
        answers = list(played(page, values, work))
    return [(block, printed.rstrip("\n") + "\n" if printed.strip() else "") for block, printed in answers]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what was really printed into the page")
    write = parser.parse_args().write
    page = PAGE.read_text()
    answers = play(page)
    fresh = rewritten(page, answers)
    if write:
        PAGE.write_text(fresh)
    elif fresh != page:
        for block, printed in answers:
            if normal(block.shown) != normal(printed):
                sys.stdout.write(f"{block.script}\nshows:\n{block.shown}\nbut prints:\n{printed}\n")
        return 1
    return 0


if __name__ == "__main__":
    os.environ.pop("MEDIANEST_CONFIG", None)
    sys.exit(main())
