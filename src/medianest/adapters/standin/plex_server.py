"""A stand-in for the media server that is shared with some of plex.tv's people."""

from typing import Any

import msgspec

from medianest.adapters.standin.plex_answers import PlexAnswers
from medianest.adapters.standin.plex_people import MACHINE
from medianest.adapters.standin.plex_reports import First, report_form
from medianest.adapters.standin.plex_shelf import Entry, PlexShelf, first_shelf
from medianest.adapters.standin.plex_switches import (
    SWITCHES,
    Add,
    Announce,
    Generate,
    Mark,
    OfItem,
    OfLibrary,
    Play,
    Rename,
    Switch,
    Token,
    Webhook,
)
from medianest.adapters.standin.server import CONTROL, Answer, Received, Standin, json_answer
from medianest.adapters.standin.webhooks import WebhookSender

SERVER_TOKEN = "plex-standin-token"  # noqa: S105 - opens nothing but this stand-in
HTML = {"Content-Type": "text/html", "X-Plex-Protocol": "1.0"}
UNAUTHORISED = Answer(status=401, headers=HTML, body=b"<h1>401 Unauthorized</h1>")
NOT_FOUND = Answer(status=404, headers=HTML, body=b"<h1>404 Not Found</h1>")
NO_ITEM = json_answer({"message": "The stand-in knows no such library or item."}, 404)


class PlexServerStandin(Standin):
    """`async with PlexServerStandin() as server:` serves at `server.url` what its `shelf` holds: films, series, films
    in 4K, and music. It minds the token even at `/identity`, which the real one does not: so that a wrong one is
    noticed.

    `scanned` are the libraries, and paths in them, that it was told to look at. Switches, below `/__standin/`: see
    `plex_switches`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        machine: str = MACHINE,
        token: str = SERVER_TOKEN,
        shelf: PlexShelf | None = None,
        webhook_url: str | None = None,
    ) -> None:
        super().__init__(port=port)
        self.machine = machine
        self.token = token
        self.shelf = shelf or first_shelf()
        self.webhooks = WebhookSender(webhook_url, None)
        self._answers = PlexAnswers(self.shelf)

    @property
    def scanned(self) -> list[tuple[str, str | None]]:
        return self._answers.scanned

    def play(self, rating_key: int, *, user: str = "ada", offset: int = 90_000, is_transcoded: bool = False) -> None:
        """`offset` in milliseconds. Raises LookupError."""
        entry = self.shelf.find(rating_key)
        self._answers.sessions[rating_key] = (entry, user, offset, is_transcoded)

    def stop(self, rating_key: int) -> None:
        self._answers.sessions.pop(rating_key, None)

    async def announce(
        self, rating_key: int, *, event: str = "library.new", with_thumb: bool = False, first: First = "payload"
    ) -> int | None:
        """Send a webhook about an item. The status of the receiver's answer; None where there was none. Raises
        LookupError."""
        entry = self.shelf.find(rating_key)
        library = self.shelf.libraries[entry.library]
        kind, body = report_form(event, entry, library, self.machine, with_thumb=with_thumb, first=first)
        return await self.webhooks.post(body, kind)

    async def answer(self, request: Received) -> Answer:
        if request.headers.get("x-plex-token") != self.token:
            return UNAUTHORISED
        about = {"size": 0, "claimed": True, "machineIdentifier": self.machine, "version": "1.41.0.0-invented"}
        match (request.method, request.path):
            case ("GET", "/identity"):
                return json_answer({"MediaContainer": about})
            case ("GET", "/"):
                return json_answer({"MediaContainer": {**about, "friendlyName": "The house", "platform": "Linux"}})
        try:
            return self._answers.answer(request) or NOT_FOUND
        except LookupError:
            return NOT_FOUND

    async def control(self, request: Received) -> Answer:
        shape = SWITCHES.get(request.path.removeprefix(CONTROL))
        if shape is None or request.method != "POST":
            return await super().control(request)
        try:
            switch = msgspec.json.decode(request.body, type=shape)
            said = await self._throw(request.path.removeprefix(CONTROL), switch)
        except msgspec.MsgspecError as problem:
            return json_answer({"message": str(problem)}, 400)
        except LookupError:
            return NO_ITEM
        return Answer(status=204) if said is None else json_answer(said)

    async def _throw(self, name: str, switch: Switch) -> dict[str, Any] | None:
        """What the answer says; None for nothing. Raises LookupError."""
        match switch:
            case Add():
                return {"ratingKey": self._add(switch).rating_key}
            case Announce():
                status = await self.announce(
                    switch.rating_key, event=switch.event, with_thumb=switch.with_thumb, first=switch.first
                )
                return {"status": status}
            case Mark():
                _mark(self.shelf.find(switch.rating_key), switch)
            case Rename(library=library, title=title):
                self.shelf.libraries[library].title = title
            case Token(token=token):
                self.token = token
            case Webhook(url=url):
                self.webhooks.url = url
            case Play():
                self.play(switch.rating_key, user=switch.user, is_transcoded=switch.is_transcoded)
            case Generate(library=library, titles=titles):
                self.shelf.generate(library, titles)
            case OfItem(rating_key=rating_key):
                (self.stop if name == "stop" else self.shelf.remove)(rating_key)
            case OfLibrary(library=library):
                self._do(name, library)
        return None

    def _add(self, switch: Add) -> Entry:
        resolutions = ("4k",) if switch.is_4k else ("1080",)
        if self.shelf.libraries[switch.library].type == "show":
            return self.shelf.add_series(switch.library, switch.tmdb_id, switch.seasons, resolutions=resolutions)
        return self.shelf.add_film(switch.library, switch.tmdb_id, resolutions=resolutions)

    def _do(self, name: str, library: str) -> None:
        match name:
            case "vanish" | "return":
                self.shelf.libraries[library].is_vanished = name == "vanish"
            case "empty":
                self.shelf.empty(library)
            case _:
                del self.shelf.libraries[library]


def _mark(entry: Entry, mark: Mark) -> None:
    """With all that is in it."""
    if mark.is_4k is not None and entry.kind in ("movie", "episode"):
        entry.resolutions = ("4k",) if mark.is_4k else ("1080",)
    if mark.is_old is not None:
        entry.is_old = mark.is_old
    if mark.is_away is not None:
        entry.is_away = mark.is_away
    for child in entry.children.values():
        _mark(child, mark)
