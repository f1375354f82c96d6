"""The page: its blocks, what is shown behind each, and the page with other answers in it.

A block of shell is run, and the block of text behind it is what it prints. After `<!-- terminal -->` the block runs in
a terminal of its own until the end; of what that prints, the page shows some lines, in any order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.e2e.tour.normal import normal
from tests.processes import ROOT

PAGE = ROOT / "docs" / "tour.md"
BLOCK = re.compile(r"(<!-- terminal -->\n)?```sh\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Block:
    script: str
    shown: str
    is_terminal: bool
    span: tuple[int, int]


def blocks(page: str) -> Sequence[Block]:
    return [Block(m[2], m[3] or "", m[1] is not None, m.span()) for m in BLOCK.finditer(page)]


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
