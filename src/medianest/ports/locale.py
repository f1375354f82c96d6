"""In whose language, and for which country."""

import re

import msgspec

LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
REGION = re.compile(r"[A-Z]{2}")


class Locale(msgspec.Struct, frozen=True, kw_only=True):
    """Whose words and whose certificates. `language` is ISO 639-1, and may name a country ("en-US", "de"); `region` is
    ISO 3166-1 ("GB"). Raises ValueError for what has another form."""

    language: str = "en-US"
    region: str = "US"

    def __post_init__(self) -> None:
        if not LANGUAGE.fullmatch(self.language) or not REGION.fullmatch(self.region):
            raise ValueError('A language looks like "en-US" or "de", and a region like "GB".')
