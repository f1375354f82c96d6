"""The words of a made-up house: names, titles, and what people write."""

from typing import Final

_FIRST: Final = ("Ada", "Bela", "Chloé", "Dmitri", "Eva", "Farid", "Greta", "Hugo", "Inês", "Jonas", "Keiko", "Lena")
_LAST: Final = ("Arndt", "Brown", "Costa", "Dubois", "Eriksen", "Fischer", "Gomez", "Haddad", "Ito", "Jansen", "Kowal")
_ADJECTIVES: Final = ("Last", "Silent", "Golden", "Broken", "Endless", "Hidden", "Wild", "Crooked", "Northern", "Paper")
_NOUNS: Final = ("Harbour", "Winter", "Garden", "Engine", "River", "Promise", "Station", "Orchard", "Signal", "Kingdom")
_TAILS: Final = ("", "", "", " Returns", ": The Beginning", " and the Sea", " at Dawn", " II")

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
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}"


def title_name(number: int) -> str:
    """The same title for the same number."""
    adjective, number = _ADJECTIVES[number % 10], number // 10
    noun, number = _NOUNS[number % 10], number // 10
    return f"The {adjective} {noun}{_TAILS[number % len(_TAILS)]}"
