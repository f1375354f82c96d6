"""The limits that docs/security.md names are those that are kept."""

from medianest.adapters.http.foundation.framing import HEADERS_LIMIT
from medianest.adapters.http.foundation.parameters import MAX_FIELDS
from medianest.adapters.http.foundation.patience import STALLED_AFTER
from medianest.adapters.http.foundation.rate_limit import Rates
from medianest.adapters.http.foundation.request import BODY_LIMIT, PLEX_WEBHOOKS, body_limit
from medianest.adapters.http.foundation.turning_down import (
    BODY_WITHIN,
    HEAD_LIMIT,
    HEAD_WITHIN,
    PIECE,
    RAW_BODY_LIMIT,
)
from medianest.adapters.postgres.refusal_sums import OF_ALL, OF_ONE_ADDRESS
from medianest.adapters.system.open_files import SPARE, WANTED
from medianest.application.live import BACKLOG
from medianest.application.open_streams import ALL, EACH
from medianest.domain import lockout
from medianest.domain.media_request.refusals import TooManyComments
from medianest.domain.media_request.vocabulary import MOST_COMMENTS
from medianest.ports.security_log import KEPT, MOST
from tests.processes import ROOT


def test_the_page_names_every_limit_as_it_is() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = page.partition("## Limits")[2].partition("\n## ")[0]
    rates, attempts = Rates(), lockout.Limits()
    for limit in (
        f"it asks for {WANTED:,}), less {SPARE}",
        f"| {HEAD_LIMIT // 1024} KiB, {HEADERS_LIMIT} header fields |",
        f"| {HEAD_WITHIN:.0f} s | 408",
        f"| {BODY_LIMIT >> 20} MiB; a webhook of Plex {body_limit(PLEX_WEBHOOKS) >> 20} MiB | 413",
        f"| {RAW_BODY_LIMIT >> 20} MiB | the connection",
        f"| {BODY_WITHIN:.0f} s | 408",
        f"within {STALLED_AFTER:.0f} s",
        f"those in {PIECE // 1024} KiB",
        f"| {MAX_FIELDS}, each",
        f"| {EACH} | 429",
        f"| {ALL:,}, some",
        f"| {BACKLOG} | one `reset`",
        f"signed in | {rates.api.quota * 60 // rates.api.window} a minute | 429",
        f"from one address | {rates.auth.quota * 60 // rates.auth.window} a minute | 429",
        f"asking for titles, by one person | {rates.requests.quota * 3600 // rates.requests.window} an hour",
        f"following and unfollowing, by one person | {rates.comments.quota * 3600 // rates.comments.window} an hour",
        f"comments on one request | {MOST_COMMENTS:,} | 409 `{TooManyComments.code}`",
        f"starting downloads, by one person | {rates.downloads.quota * 3600 // rates.downloads.window} an hour",
        f"second factor | {attempts.attempts} in a row |",
        f"from one address | {attempts.attempts_of_address} without a pause of {attempts.window.seconds // 60} minutes",
        f"The first lockout lasts {attempts.window.seconds // 60} minutes",
        f"After {lockout.IN_A_ROW} in a row",
        f"| {OF_ONE_ADDRESS} a minute, {OF_ALL} of all |",
        f"| {MOST:,}, and {KEPT.days} days |",
    ):
        assert limit in table, limit
