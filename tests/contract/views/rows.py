"""Rows of views, with what a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from medianest.domain.limits import QuotaLimits
from medianest.projections.inbox import InboxItem
from medianest.projections.request_board import RequestCard
from medianest.projections.request_parts import PartCard
from medianest.projections.user_directory import Person

ADA, BOB, CAT = (UUID(int=n) for n in (0xADA, 0xB0B, 0xCA7))


def at(minute: float) -> datetime:
    return datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=minute)


def a_card(number: int, **fields: Any) -> RequestCard:
    status = fields.get("status", "pending")
    given = {
        "request_id": UUID(int=number),
        "media_type": "movie",
        "tmdb_id": number,
        "is_4k": False,
        "title": f"Title {number:05}",
        "year": 1999,
        "poster_path": None,
        "status": status,
        "needs_approval": status == "pending",
        "parts": (PartCard(number=0, status="handed_on" if status == "partially_available" else status),),
        "owner": ADA,
        "created_at": at(number),
        "updated_at": at(number),
        "version": 1,
        "position": number,
    }
    return RequestCard(**{**given, **fields})


def a_person(number: int, **fields: Any) -> Person:
    given = {
        "user_id": UUID(int=number),
        "email": f"{number}@example.org",
        "name": f"Person {number}",
        "role": "member",
        "permissions": ("request",),
        "quota": QuotaLimits(movie_limit=2),
        "created_at": at(number),
        "version": 1,
    }
    return Person(**{**given, **fields})


def an_item(number: int, **fields: Any) -> InboxItem:
    given = {
        "notification_id": UUID(int=number),
        "recipient": ADA,
        "kind": "request_available",
        "status": "queued",
        "request_id": UUID(int=number),
        "title": "Title",
        "by": BOB,
        "seasons": (1, 2),
        "created_at": at(number),
        "position": number,
    }
    return InboxItem(**{**given, **fields})
