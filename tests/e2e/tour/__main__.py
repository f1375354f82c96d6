"""`python -m tests.e2e.tour`: says where docs/tour.md is not true; with `--write`, writes real answers into it."""

import argparse
import os
import sys

from tests.e2e.tour.normal import normal
from tests.e2e.tour.page import PAGE, rewritten
from tests.e2e.tour.playing import play


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
