"""How Plex's people become ours, and what MediaNest calls itself there."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from medianest.adapters.plex import client_identifier
from medianest.adapters.plex.shapes import account_from, servers_from
from medianest.ports.plex import PlexAccount

USER = {
    "id": 7,
    "username": "ada",
    "title": "Ada",
    "email": "ada@example.org",
    "confirmed": True,
    "thumb": "https://plex.tv/a",
}


def read(**changes: Any) -> PlexAccount:
    return account_from(msgspec.json.encode(USER | changes))


def test_an_account_is_read_whole() -> None:
    assert read() == PlexAccount(
        plex_id="7", username="ada", email="ada@example.org", is_email_confirmed=True, avatar="https://plex.tv/a"
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"username": ""}, "Ada"),
        ({"username": None, "title": "  "}, "Plex 7"),
        ({"username": 5, "title": None, "friendlyName": "Ada L."}, "Ada L."),
        ({"username": "a\u0000b\n\u202ec"}, "a b c"),
        ({"username": "x" * 5000}, "x" * 100),
    ],
)
def test_everybody_has_a_name_of_one_short_line(changes: dict[str, Any], name: str) -> None:
    assert read(**changes).username == name


@pytest.mark.parametrize("email", [None, "", "ada", "a@b@c", "a b@c", "@", f"{'x' * 260}@example.org", 5])
def test_what_is_no_address_is_none(email: Any) -> None:
    assert read(email=email).email is None


@pytest.mark.parametrize("confirmed", [False, None, "true", 1])
def test_an_address_is_confirmed_only_where_plex_plainly_says_so(confirmed: Any) -> None:
    assert not read(confirmed=confirmed).is_email_confirmed


@pytest.mark.parametrize("thumb", [None, "", "http://p/a", "javascript:alert(1)", "https://p/a b", "/photo", 5])
def test_an_avatar_is_an_https_address_or_none(thumb: Any) -> None:
    assert read(thumb=thumb).avatar is None


def test_only_what_provides_a_server_is_one() -> None:
    listed = [
        ("a", "server"),
        ("b", "client,player"),
        ("c", "client,server"),
        ("d", None),
        (None, "server"),
        ("e", "servers"),
    ]
    body = msgspec.json.encode([{"clientIdentifier": identifier, "provides": what} for identifier, what in listed])
    assert servers_from(body) == {"a", "c"}


def test_the_client_identifier_never_changes_and_differs_between_servers() -> None:
    assert client_identifier(b"0" * 32) == "6221899f-7655-8295-a18f-c7a2999c4eff"
    assert client_identifier(b"1" * 32) != client_identifier(b"0" * 32)
    assert str(UUID(client_identifier(b"0" * 32))) == client_identifier(b"0" * 32)
