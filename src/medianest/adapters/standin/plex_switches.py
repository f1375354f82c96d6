"""What can be switched at the media server of the stand-ins while it runs, by `POST /__standin/{name}`."""

import msgspec

from medianest.adapters.standin.plex_reports import First


class Switch(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """In JSON, and in camelCase."""


class Add(Switch):
    """A film, or a series with all its seasons, those of `seasons`, or of each of them some episodes. Its answer names
    the rating key."""

    library: str
    tmdb_id: int
    seasons: dict[int, list[int]] | list[int] | None = None
    is_4k: bool = msgspec.field(name="is4k", default=False)


class Mark(Switch):
    """An item, with all that is in it, is in 4K (`is4k`), matched by an old agent, or has lost its files. What is
    absent stays as it is."""

    rating_key: int
    is_4k: bool | None = msgspec.field(name="is4k", default=None)
    is_old: bool | None = None
    is_away: bool | None = None


class OfItem(Switch):
    """`remove` from its library, `stop` playing it."""

    rating_key: int


class OfLibrary(Switch):
    """`vanish` (the library stays, its drive is gone), `return` (it is plugged in again), `empty`, `remove-library`."""

    library: str


class Rename(Switch):
    library: str
    title: str


class Token(Switch):
    """The one that is let in from now on."""

    token: str


class Announce(Switch):
    """Send a webhook about an item. Its answer says with which status it was received, null if it was not."""

    rating_key: int
    event: str = "library.new"
    with_thumb: bool = False
    first: First = "payload"


class Webhook(Switch):
    """Where webhooks go."""

    url: str | None


class Play(Switch):
    rating_key: int
    user: str = "ada"
    is_transcoded: bool = False


class Generate(Switch):
    """So many films, or series where the library is of these."""

    library: str
    titles: int


SWITCHES: dict[str, type[Switch]] = {
    "add": Add,
    "mark": Mark,
    "remove": OfItem,
    "vanish": OfLibrary,
    "return": OfLibrary,
    "empty": OfLibrary,
    "remove-library": OfLibrary,
    "rename": Rename,
    "token": Token,
    "announce": Announce,
    "webhook": Webhook,
    "play": Play,
    "stop": OfItem,
    "generate": Generate,
}
