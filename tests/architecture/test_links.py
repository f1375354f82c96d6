"""Links between our own pages lead to a page that is there, and to a heading of it."""

import re
from pathlib import Path

from tests.architecture.sources import ROOT, shown

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(FENCED.sub("", page.read_text("utf-8")))}


def is_there(target: str, page: Path) -> bool:
    path, _, fragment = target.partition("#")
    aim = (page.parent / path).resolve() if path else page
    return aim.exists() and (not fragment or fragment in anchors(aim))


def test_every_link_leads_to_a_page_and_a_heading_that_are_there() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(FENCED.sub("", page.read_text("utf-8")))]
    ours = [(page, link) for page, link in links if "://" not in link and not link.startswith("mailto:")]
    assert len(ours) > 100
    assert [f"{shown(page)}: {link}" for page, link in ours if not is_there(link, page)] == []
