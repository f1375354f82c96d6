"""The table of contents of the domain, and the page that is written from it."""

import dataclasses
import typing
from uuid import UUID

import pytest

from medianest.domain.catalog import AGGREGATES, EVENT_TYPES, aggregate_of, unique
from medianest.domain.kernel import Command, Event, Personal
from medianest.domain.user import USER
from medianest.domain.user.commands import RenameUser
from medianest.main.docs.domain_page import render


def test_a_command_finds_its_aggregate_and_a_stray_one_finds_none() -> None:
    assert aggregate_of(RenameUser) is USER
    with pytest.raises(KeyError):
        aggregate_of(Command)


def test_a_name_given_twice_is_noticed() -> None:
    with pytest.raises(ValueError, match=r"user\.deleted"):
        unique([("user.deleted", 1), ("user.deleted", 2)])


def test_every_stored_name_begins_with_the_category_of_its_stream() -> None:
    for category, aggregate in AGGREGATES.items():
        assert all(event.tag.startswith(f"{category}.") for event in aggregate.events)


def test_no_two_categories_share_an_event_type_and_none_is_missing() -> None:
    assert len(EVENT_TYPES) == sum(len(aggregate.events) + len(aggregate.retired) for aggregate in AGGREGATES.values())


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES.keys())
def test_a_personal_field_names_the_person_it_is_about(event_type: type[Event]) -> None:
    hints = typing.get_type_hints(event_type, include_extras=True)
    for field in dataclasses.fields(event_type):
        for mark in getattr(hints[field.name], "__metadata__", ()):
            assert isinstance(mark, Personal)
            assert hints[mark.of] is UUID


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES.keys())
def test_free_text_in_an_event_is_personal_or_known_not_to_be(event_type: type[Event]) -> None:
    """The titles are the metadata provider's, the others the gateway's, the settings' and ours."""
    impersonal = {
        "title",
        "poster_path",
        "language",
        "region",
        "gateway",
        "gateway_id",
        "error",
        "reaction",
        "provider",
        "slug",
        "key",
        "upstream",
    }
    hints = typing.get_type_hints(event_type, include_extras=True)
    if event_type.tag.partition(".")[0] in ("media_server", "library"):
        # what an administrator calls a machine, or it calls itself, and no person
        impersonal |= {"name", "url", "server", "library_uuid", "machine_identifier"}
    text = {f.name for f in dataclasses.fields(event_type) if hints[f.name] in (str, str | None)}
    assert text <= impersonal


def test_the_page_shows_every_table_command_event_and_refusal() -> None:
    page = render()
    for category, aggregate in AGGREGATES.items():
        assert f"## `{category}`" in page
        assert all(f"`{command.__name__}(" in page for command in aggregate.commands)
        assert all(f"- `{event.tag}`" in page for event in aggregate.events)
    assert page.count("|--") >= len(AGGREGATES)
    assert "- `quota_exceeded` (forbidden)" in page
    assert "email: str (personal)" in page
    assert page.endswith("\n")
    assert not page.endswith("\n\n")


def test_the_page_is_the_same_every_time() -> None:
    assert render() == render()
