"""`python -m medianest.main.docs` writes every generated page below the working directory (the repository's root).

With `--check` nothing is written: it ends with 1, naming the pages that no longer say what the code says.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

# The page, and the module beside this one whose `render()` returns its text.
PAGES = {
    "docs/api.md": "api_page",
    "docs/cli.md": "cli_page",
    "docs/configuration.md": "configuration_page",
    "docs/domain.md": "domain_page",
    "docs/events.md": "events_page",
    "docs/problems.md": "problems_page",
}


# The page that people write, and the module whose `render()` returns what stands between its two markers.
PARTS = {"docs/security.md": "permissions_part"}
BEGIN, END = "<!-- generated: permissions -->\n", "<!-- end of what is generated -->\n"


def rendered(page: str) -> str:
    """The text of a generated page as it should be."""
    return _render(PAGES[page]).rstrip("\n") + "\n"


def completed(root: Path, page: str) -> str:
    """The text of a page that is generated in part. Raises ValueError where it has lost its markers."""
    before, begin, rest = (root / page).read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has to hold {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}{_render(PARTS[page])}{end}{after}"


def stale(root: Path) -> Sequence[str]:
    """The pages below `root` that are missing or differ from what is rendered; only whole ones can be missing."""
    whole = [page for page in PAGES if not _says(root / page, rendered(page))]
    return whole + [page for page in PARTS if (root / page).is_file() and not _says(root / page, completed(root, page))]


def _render(module: str) -> str:
    text: str = importlib.import_module(f"medianest.main.docs.{module}").render()
    return text


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m medianest.main.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a page is out of date")
    root = Path.cwd()
    if parser.parse_args(arguments).check:
        pages = stale(root)
        for page in pages:
            sys.stderr.write(f"{page} is out of date: run `make docs` and commit it.\n")
        return 1 if pages else 0
    for page in PAGES:
        path = root / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(page), "utf-8")
    for page in PARTS:
        if (root / page).is_file():
            (root / page).write_text(completed(root, page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
