"""docs/tour.md, run as it stands: `python -m tests.e2e.tour` says where the page is not true, `--write` mends it."""
