"""Invented people at Plex, and what plex.tv shows of them and of what they may use."""

from typing import Any

import msgspec

MACHINE = "5f1d4e2b7a9c40c8b3e6d2f1a0978465e4d3c2b1"
"""The machine identifier of the media server that stands in for ours."""
JOINED = 1_556_281_940
OWNER = 4001


class PlexPerson(msgspec.Struct, kw_only=True):
    """Somebody with an account. `may_use` says whether the media server is theirs (the owner's) or shared with them."""

    plex_id: int
    username: str
    email: str
    is_confirmed: bool = True
    may_use: bool = True

    @property
    def owns(self) -> bool:
        return self.plex_id == OWNER


def first_people() -> list[PlexPerson]:
    """Whom the stand-in knows from the start: the owner, a guest, and somebody with whom nothing is shared."""
    return [
        PlexPerson(plex_id=OWNER, username="ada", email="ada@example.org"),
        PlexPerson(plex_id=4002, username="ben", email="ben@example.org"),
        PlexPerson(plex_id=4003, username="cleo", email="cleo@example.org", may_use=False),
    ]


def account(person: PlexPerson, token: str) -> dict[str, Any]:
    """`GET /api/v2/user`."""
    return {
        "id": person.plex_id,
        "uuid": f"{person.plex_id:016x}",
        "username": person.username,
        "title": person.username,
        "friendlyName": person.username.title(),
        "email": person.email,
        "confirmed": person.is_confirmed,
        "thumb": f"https://plex.tv/users/{person.plex_id:016x}/avatar?c=1",
        "joinedAt": JOINED,
        "authToken": token,
        "hasPassword": True,
        "twoFactorEnabled": False,
        "country": "GB",
        "locale": None,
        "restricted": False,
        "home": False,
    }


def resources(person: PlexPerson, machine: str) -> list[dict[str, Any]]:
    """`GET /api/v2/resources`: a player of theirs, a server of somebody else, and ours where they may use it."""
    found = [
        _resource(person, "player-of-the-living-room", "Living room", provides="client,player", is_owned=True),
        _resource(person, "server-of-a-neighbour", "Next door", provides="server", is_owned=False),
    ]
    if person.may_use:
        found.append(_resource(person, machine, "The house", provides="server", is_owned=person.owns))
    return found


def _resource(person: PlexPerson, identifier: str, name: str, *, provides: str, is_owned: bool) -> dict[str, Any]:
    return {
        "name": name,
        "product": "Plex Media Server" if provides == "server" else "Plex for TV",
        "productVersion": "1.41.0.0",
        "platform": "Linux",
        "platformVersion": "6.1",
        "device": None,
        "clientIdentifier": identifier,
        "createdAt": "2024-03-14T09:26:53Z",
        "lastSeenAt": "2026-03-14T09:26:53Z",
        "provides": provides,
        "ownerId": None if is_owned else OWNER,
        "sourceTitle": None if is_owned else "ada",
        "publicAddress": "192.0.2.7",
        "accessToken": f"access-of-{person.plex_id}-to-{identifier}",
        "owned": is_owned,
        "home": False,
        "synced": False,
        "relay": False,
        "presence": True,
        "httpsRequired": False,
        "publicAddressMatches": False,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": False,
        "connections": [
            {
                "protocol": "http",
                "address": "192.0.2.7",
                "port": 32400,
                "uri": "http://192.0.2.7:32400",
                "local": False,
                "relay": False,
                "IPv6": False,
            }
        ],
    }
