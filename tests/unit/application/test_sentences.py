"""Events and notifications in words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from medianest.application.sentences import called, news, seasons_in_words, told
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM, Event, Recorded
from medianest.domain.media_request.events import RequestApproved, RequestCompleted, RequestRejected
from medianest.domain.notification import NotificationKind
from medianest.domain.quota import QuotaSpent
from medianest.ports.event_log import Unread
from medianest.projections.inbox import InboxItem
from tests.unit.domain.gwt import ADA, BOB, CAT, NOW, run
from tests.unit.domain.lives import LIVES, OLD_EVENTS

NAMES = {ADA: "Ada", BOB: "Bob", CAT: "Cat"}
HAPPENED = [event for life in LIVES.values() for event in reversed(run(*life)[1])]
SAMPLES = {event.tag: event for event in (*HAPPENED, *OLD_EVENTS)}
KINDS: tuple[NotificationKind, ...] = get_args(NotificationKind)


def sentence(event: Event, actor: UUID = ADA, names: dict[UUID, str] = NAMES) -> str:
    recorded = Recorded(
        position=1,
        category=event.tag.partition(".")[0],
        stream_id=UUID(int=9),
        version=1,
        event=event,
        event_id=UUID(int=8),
        actor=actor,
        session_id=None,
        correlation_id="a-click",
        causation_id=None,
        occurred_at=NOW,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return told(recorded, names.get)


def item(kind: NotificationKind, *, title: str | None = "The Long Winter", by: UUID | None = CAT) -> InboxItem:
    return InboxItem(
        notification_id=UUID(int=1),
        recipient=BOB,
        kind=kind,
        status="queued",
        request_id=UUID(int=2),
        title=title,
        by=by,
        seasons=(1, 2),
        created_at=NOW,
        position=1,
    )


@pytest.mark.parametrize("tag", EVENT_TYPES)
def test_every_event_has_a_sentence_of_its_own(tag: str) -> None:
    words = sentence(SAMPLES[tag])
    assert words[0].isupper()
    assert type(SAMPLES[tag]).__name__ not in words
    assert tag not in words
    assert "_" not in words
    others = {sentence(event) for other, event in SAMPLES.items() if other != tag}
    assert words not in others


@pytest.mark.parametrize("tag", EVENT_TYPES)
def test_a_forgotten_actor_has_no_name_and_no_id_in_it(tag: str) -> None:
    words = sentence(SAMPLES[tag], names={})
    assert words[0].isupper()
    for person in NAMES:
        assert str(person) not in words
    assert not set(NAMES.values()) & set(words.replace(",", "").split())
    assert "None" not in words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_news_has_a_sentence_of_its_own(kind: NotificationKind) -> None:
    words = news(item(kind), NAMES.get)
    assert ("The Long Winter" in words) == (kind not in ("new_device", "access_lost")), "of a title, or of an account"
    assert words not in {news(item(other), NAMES.get) for other in KINDS if other != kind}


@pytest.mark.parametrize("kind", KINDS)
def test_news_of_nobody_and_of_nothing_named_still_reads(kind: NotificationKind) -> None:
    for by in (None, UUID(int=77)):
        words = news(item(kind, title=None, by=by), NAMES.get)
        assert "None" not in words
        assert words[0].isupper()


def test_whoever_left_is_somebody_and_the_house_has_its_name() -> None:
    assert called(ADA, NAMES.get) == "Ada"
    assert called(UUID(int=77), NAMES.get) == "somebody who left"
    assert called(SYSTEM, NAMES.get) == "MediaNest"


@pytest.mark.parametrize(
    ("seasons", "words"), [((), ""), ((1,), "season 1"), ((1, 2), "seasons 1 and 2"), ((1, 2, 4), "seasons 1, 2 and 4")]
)
def test_seasons_in_words(seasons: Sequence[int], words: str) -> None:
    assert seasons_in_words(seasons) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            RequestApproved(request_id=ADA, seasons=(), is_automatic=True),
            "Ada is trusted to ask, so it was approved at once",
        ),
        (RequestApproved(request_id=ADA, seasons=(2,), is_automatic=False), "Ada approved it (season 2)"),
        (RequestRejected(request_id=ADA, rejected_by=ADA, seasons=(), reason="No."), "Ada rejected it"),
        (RequestCompleted(request_id=ADA, seasons=(2, 3), is_whole=False), "Seasons 2 and 3 arrived"),
        (RequestCompleted(request_id=ADA, seasons=(), is_whole=True), "It is available"),
        (
            QuotaSpent(user_id=ADA, request_id=BOB, parts=(0,), media_type="movie", at=NOW),
            "Ada spent 1 film of their quota",
        ),
        (
            QuotaSpent(user_id=BOB, request_id=BOB, parts=(1, 2), media_type="tv", at=NOW),
            "Ada spent 2 seasons of the quota of Bob",
        ),
        (Unread(tag="user.something_new"), "Ada did what this release cannot read"),
    ],
)
def test_what_a_sentence_says(event: Event, words: str) -> None:
    assert sentence(event) == words
