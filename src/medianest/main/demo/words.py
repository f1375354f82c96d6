"""The words of a made-up house: names, addresses, and what people write."""

import unicodedata
from typing import Final

_FIRST: Final = ("Ada", "Bela", "Chloé", "Dmitri", "Eva", "Farid", "Greta", "Hugo", "Inês", "Jonas", "Keiko", "Lena")
_LAST: Final = ("Arndt", "Brown", "Costa", "Dubois", "Eriksen", "Fischer", "Gomez", "Haddad", "Ito", "Jansen", "Kowal")

DEVICES: Final = ("Firefox on Linux", "Safari on iPhone", "Chrome on Android", "Edge on Windows", "A television")
NOTES: Final = (
    "Please, for the holidays.",
    "The director's cut if there is one.",
    "The children ask for it every day.",
    "With subtitles, please.",
    "It is for grandmother: in the old dubbing if that can be had.",
    "All of it, also the specials.",
)
COMMENTS: Final = (
    "Thank you!",
    "I have waited for this one for years.",
    "The first season is better than the book, I am told.",
    "Is there any news?",
    "Count me in.",
    "The sound of the last one was poor; is there a better release?",
    "No hurry, it is for the winter.",
)
REASONS: Final = ("There is no room for it now.", "We have the other cut of it already.", "Not before it is released.")


def person_name(number: int) -> str:
    """The first ones have first and last names of their own each."""
    turn = number // len(_FIRST)
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[(number + turn) % len(_LAST)]}"


def address(number: int) -> str:
    """The e-mail address of person `number`: short for the first ones, and in letters that every keyboard has."""
    plain = unicodedata.normalize("NFKD", person_name(number)).encode("ascii", "ignore").decode().lower()
    local = plain.partition(" ")[0] if number < len(_FIRST) else f"{plain.replace(' ', '.')}.{number}"
    return f"{local}@example.org"
