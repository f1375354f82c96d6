"""A stand-in for plex.tv, with people who sign in by PIN. (Our media server, which is shared with some of them, is in
`plex_server`.)"""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from medianest.adapters.standin.plex_people import MACHINE, PlexPerson, account, first_people, resources
from medianest.adapters.standin.plex_server import SERVER_TOKEN
from medianest.adapters.standin.server import CONTROL, Answer, Received, Standin, json_answer

PIN_LIFETIME = 1800.0
"""Seconds, as plex.tv says of a strong PIN."""
NO_CLIENT = (400, 1000, "X-Plex-Client-Identifier is missing")
NOBODY = (401, 1001, "User could not be authenticated")
NO_PIN = (404, 1020, "Code not found or expired")


class _Pin(msgspec.Struct, kw_only=True):
    number: int
    code: str
    client: str
    product: str
    created_at: datetime
    until: float
    token: str | None = None


class _Confirmed(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    username: str


class _Pinned(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class _Named(msgspec.Struct, forbid_unknown_fields=True):
    username: str


class PlexTvStandin(Standin):
    """`async with PlexTvStandin() as plex:` serves at `plex.url`. It knows `ada`, who owns the media server and its
    token, `ben`, who may use it, and `cleo`, who may not; `people` can be changed and added to.

    Switches, below `/__standin/`: `POST confirm {code, username}` is somebody confirming a PIN in their browser, `POST
    expire {code}`, `POST revoke {username}` ends their tokens, `POST share {username}` and `POST unshare {username}`.
    """

    def __init__(self, *, port: int = 0, machine: str = MACHINE, pin_lifetime: float = PIN_LIFETIME) -> None:
        super().__init__(port=port)
        self.machine = machine
        self.people = {person.username: person for person in first_people()}
        self._lifetime = pin_lifetime
        self._pins: dict[int, _Pin] = {}
        self._tokens = {SERVER_TOKEN: self.people["ada"]}

    def confirm(self, code: str, username: str) -> str:
        """What happens in the browser; the answer is the token that the PIN is now worth. Raises LookupError."""
        pin = self._pin_of(code)
        token = secrets.token_urlsafe(15)
        self._tokens[token] = self.people[username]
        pin.token = token
        return token

    def expire(self, code: str) -> None:
        """Raises LookupError."""
        self._pin_of(code).until = 0.0

    def revoke(self, username: str) -> None:
        """All their tokens end, as by a changed password. Raises LookupError."""
        person = self.people[username]
        self._tokens = {token: holder for token, holder in self._tokens.items() if holder is not person}

    async def control(self, request: Received) -> Answer:
        switch = (request.method, request.path.removeprefix(CONTROL))
        try:
            match switch:
                case ("POST", "confirm"):
                    confirmed = msgspec.json.decode(request.body, type=_Confirmed)
                    self.confirm(confirmed.code, confirmed.username)
                case ("POST", "expire"):
                    self.expire(msgspec.json.decode(request.body, type=_Pinned).code)
                case ("POST", "revoke"):
                    self.revoke(msgspec.json.decode(request.body, type=_Named).username)
                case ("POST", ("share" | "unshare") as word):
                    named = msgspec.json.decode(request.body, type=_Named)
                    self.people[named.username].may_use = word == "share"
                case _:
                    return await super().control(request)
        except msgspec.MsgspecError as problem:
            return json_answer({"message": str(problem)}, 400)
        except LookupError:
            return json_answer({"message": "The stand-in knows no such PIN or person."}, 404)
        return Answer(status=204)

    async def answer(self, request: Received) -> Answer:
        client = request.headers.get("x-plex-client-identifier")
        if not client:
            return _refusal(*NO_CLIENT)
        match (request.method, request.path.removeprefix("/api/v2").strip("/").split("/")):
            case ("POST", ["pins"]):
                return json_answer(self._shown(self._new_pin(client, request)), 201)
            case ("GET", ["pins", number]) if number.isdigit():
                pin = self._pins.get(int(number))
                if pin is None or pin.client != client or pin.until <= time.monotonic():
                    return _refusal(*NO_PIN)
                return json_answer(self._shown(pin))
            case ("GET", ["user" | "resources" | "ping" as what]):
                # Only as a header: the real one also takes it from the address, where it has no business to be.
                token = request.headers.get("x-plex-token", "")
                person = self._tokens.get(token)
                return _refusal(*NOBODY) if person is None else json_answer(self._told(what, person, token))
            case _:
                return _refusal(404, 1003, "Not found")

    def _told(self, what: str, person: PlexPerson, token: str) -> object:
        match what:
            case "user":
                return account(person, token)
            case "resources":
                return resources(person, self.machine)
            case _:
                return {"pong": True}

    def _new_pin(self, client: str, request: Received) -> _Pin:
        is_strong = request.query.get("strong") == "true"
        pin = _Pin(
            number=700_000_001 + len(self._pins),
            code=secrets.token_hex(12) if is_strong else secrets.token_hex(2).upper(),
            client=client,
            product=request.headers.get("x-plex-product", ""),
            created_at=datetime.now(UTC),
            until=time.monotonic() + self._lifetime,
        )
        self._pins[pin.number] = pin
        return pin

    def _pin_of(self, code: str) -> _Pin:
        for pin in self._pins.values():
            if pin.code == code:
                return pin
        raise LookupError("no such PIN")

    def _shown(self, pin: _Pin) -> dict[str, Any]:
        return {
            "id": pin.number,
            "code": pin.code,
            "product": pin.product,
            "trusted": False,
            "qr": f"https://plex.tv/api/v2/pins/qr/{pin.code}",
            "clientIdentifier": pin.client,
            "location": {"code": "GB", "country": "United Kingdom", "city": "Invented", "coordinates": "0.0, 0.0"},
            "expiresIn": max(0, round(pin.until - time.monotonic())),
            "createdAt": pin.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "expiresAt": (pin.created_at + timedelta(seconds=self._lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "authToken": pin.token,
            "newRegistration": None,
        }


def _refusal(status: int, code: int, message: str) -> Answer:
    return json_answer({"errors": [{"code": code, "message": message, "status": status}]}, status)
