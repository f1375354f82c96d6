"""The limits that docs/security.md names are those that are kept."""

from medianest.adapters.http.foundation.entrance import Rates
from medianest.adapters.http.foundation.framing import HEADERS_LIMIT
from medianest.adapters.http.foundation.parameters import MAX_FIELDS
from medianest.adapters.http.foundation.patience import STALLED_AFTER
from medianest.adapters.http.foundation.request import BODY_LIMIT
from medianest.adapters.http.foundation.turning_down import (
    BODY_WITHIN,
    HEAD_LIMIT,
    HEAD_WITHIN,
    PIECE,
    RAW_BODY_LIMIT,
)
from medianest.adapters.system.open_files import SPARE, WANTED
from medianest.application.live import BACKLOG
from medianest.application.open_streams import ALL, EACH
from tests.processes import ROOT


def test_the_page_names_every_limit_as_it_is() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = page.partition("## Limits")[2].partition("\n## ")[0]
    rates = Rates()
    for limit in (
        f"it asks for {WANTED:,}), less {SPARE}",
        f"| {HEAD_LIMIT // 1024} KiB, {HEADERS_LIMIT} header fields |",
        f"| {HEAD_WITHIN:.0f} s | 408",
        f"| {BODY_LIMIT >> 20} MiB | 413",
        f"| {RAW_BODY_LIMIT >> 20} MiB | the connection",
        f"| {BODY_WITHIN:.0f} s | 408",
        f"within {STALLED_AFTER:.0f} s",
        f"those in {PIECE // 1024} KiB",
        f"| {MAX_FIELDS}, each",
        f"| {EACH} | 429",
        f"| {ALL:,}, some",
        f"| {BACKLOG} | one `reset`",
        f"| {rates.capacity} at once, {rates.per_second:.0f} a second",
        f"| {rates.auth_capacity} at once, {rates.auth_per_second:.0f} a second",
    ):
        assert limit in table, limit
