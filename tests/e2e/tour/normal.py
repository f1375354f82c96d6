"""What stays the same from run to run: the printed text without its ids, times and places in the log."""

import re
from itertools import groupby
from operator import itemgetter

BRANCH = re.compile(r"([│ ]*)[├└]── (.*)")
CHANGING = [
    (r"\b[0-9a-f]{32}\b", "<correlation>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)", "<time>"),
    (r'("(?:access|refresh)Token": )"[^"]*"', r"\1<token>"),
    (r"setup token: .*", "setup token: <token>"),
    (r'("(?:position|head)": ?|^id: |^<time> +|\bposition )\d+', r"\1<position>"),
    (r"(up to event|[a-z_]+ at) \d+", r"\1 <position>"),
    (r"\(seal \d+,", "(seal <n>,"),
    (r"\d+ events, positions 1 to \d+, \d+ seals, in [\d.]+ s", "<n> events, <n> seals, in <t> s"),
    (r"\d+ ms\b", "<t> ms"),
]


def normal(text: str) -> str:
    """The text without what differs from run to run; which ids are the same is kept."""
    known: dict[str, str] = {}
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda m: _number(known, m[0]), text)
    for changing, name in CHANGING:
        text = re.sub(changing, name, text, flags=re.MULTILINE)
    parts = groupby(text.splitlines(keepends=True), key=lambda line: BRANCH.match(line) is not None)
    return "".join("".join(_sorted(list(lines)) if is_tree else lines) for is_tree, lines in parts)


def _number(known: dict[str, str], found: str) -> str:
    return known.setdefault(found, f"<id {len(known) + 1}>")


def _sorted(branches: list[str]) -> list[str]:
    """A tree of causes, its siblings by their words: what runs side by side is not always in the same order."""
    path: list[tuple[int, str]] = []
    placed: list[tuple[list[str], str]] = []
    for line in branches:
        found = BRANCH.match(line)
        assert found is not None
        depth = len(found[1]) // 4
        path = [*path[:depth], (depth, found[2])]
        placed.append(([words for _, words in path], f"{'    ' * depth}{found[2]}\n"))
    return [line for _, line in sorted(placed, key=itemgetter(0))]
