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
}


def rendered(page: str) -> str:
    """The text of a generated page as it should be."""
    text: str = importlib.import_module(f"medianest.main.docs.{PAGES[page]}").render()
    return text.rstrip("\n") + "\n"


def stale(root: Path) -> Sequence[str]:
    """The pages below `root` that are missing or differ from what is rendered."""
    return [page for page in PAGES if not _says(root / page, rendered(page))]


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
    return 0


if __name__ == "__main__":
    sys.exit(main())
