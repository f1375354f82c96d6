"""What a card shows, and when it no longer does."""

from typing import Any
from uuid import UUID

from medianest.domain.kernel import Event, Recorded
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.events import (
    RequestApproved,
    RequestEvent,
    RequestFailed,
    RequestRejected,
    RequestRetried,
    RequestSubmitted,
    SeasonsAdded,
)
from medianest.domain.user.events import UserDeleted
from medianest.projections.request_board import REQUEST_BOARD, RequestCard
from tests.histories import BEGINNING
from tests.unit.projections.views import folded

REQUEST, ADA, BOB = UUID(int=1), UUID(int=0xADA), UUID(int=0xB0B)


def card_after(*events: Event) -> RequestCard:
    history = [
        Recorded(
            position=position,
            category="",
            stream_id=event.request_id if isinstance(event, RequestEvent) else BOB,
            version=position,
            event=event,
            event_id=UUID(int=position),
            actor=ADA,
            session_id=None,
            correlation_id="click",
            causation_id=None,
            occurred_at=BEGINNING.replace(minute=position),
            recorded_at=BEGINNING,
        )
        for position, event in enumerate(events, 1)
    ]
    card = folded(REQUEST_BOARD, history)[REQUEST]
    assert isinstance(card, RequestCard)
    return card


def submitted(**fields: Any) -> RequestSubmitted:
    given = {
        "request_id": REQUEST,
        "requested_by": ADA,
        "media_type": "tv",
        "tmdb_id": 1399,
        "is_4k": False,
        "title": "The Long Winter",
        "year": 2011,
        "poster_path": "/winter.jpg",
        "seasons": (1, 2),
        "note": "For the holidays.",
    }
    return RequestSubmitted(**{**given, **fields})


def rejected(by: UUID = BOB, *seasons: int) -> RequestRejected:
    return RequestRejected(request_id=REQUEST, rejected_by=by, seasons=seasons, reason="Not now.")


def test_a_new_card_shows_the_title_the_wish_and_that_it_waits() -> None:
    card = card_after(submitted())
    assert (card.title, card.year, card.poster_path) == ("The Long Winter", 2011, "/winter.jpg")
    assert (card.note, card.note_by, card.owner) == ("For the holidays.", ADA, ADA)
    assert (card.status, card.needs_approval) == ("pending", True)
    assert card.created_at == card.updated_at


def test_the_reason_stays_while_some_part_is_rejected() -> None:
    once = card_after(submitted(), rejected(BOB, 1, 2))
    assert (once.status, once.reason, once.reason_by) == ("rejected", "Not now.", BOB)
    added = SeasonsAdded(request_id=REQUEST, asked_by=ADA, seasons=(1,))
    assert card_after(submitted(), rejected(BOB, 1, 2), added).reason == "Not now."
    both = SeasonsAdded(request_id=REQUEST, asked_by=ADA, seasons=(1, 2))
    again = card_after(submitted(), rejected(BOB, 1, 2), both)
    assert (again.status, again.reason, again.reason_by) == ("pending", None, None)


def test_the_error_goes_when_it_is_tried_again() -> None:
    approved = RequestApproved(request_id=REQUEST, seasons=(1, 2), is_automatic=False)
    failed = RequestFailed(request_id=REQUEST, error="No room.", seasons=(1, 2))
    assert card_after(submitted(), approved, failed).error == "No room."
    retried = RequestRetried(request_id=REQUEST, seasons=(1, 2))
    card = card_after(submitted(), approved, failed, retried)
    assert (card.error, card.status) == (None, "approved")


def test_words_go_with_their_author_and_nothing_else_does() -> None:
    gone = UserDeleted(user_id=BOB, email_claim=UUID(int=7))
    before = card_after(submitted(), rejected(BOB, 1))
    card = card_after(submitted(), rejected(BOB, 1), gone)
    assert (card.reason, card.reason_by) == (None, None)
    assert (card.note, card.note_by) == ("For the holidays.", ADA)
    assert (card.version, card.position, card.updated_at) == (before.version, before.position, before.updated_at)
    note = card_after(submitted(requested_by=BOB), rejected(ADA, 1), gone)
    assert (note.note, note.note_by, note.reason_by) == (None, None, ADA)


def test_all_that_can_happen_to_a_request_reaches_its_card() -> None:
    assert REQUEST_BOARD.events is not None
    assert set(MEDIA_REQUEST.events) <= set(REQUEST_BOARD.events)
