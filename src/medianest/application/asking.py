"""Asking for a title: look it up first, for what is stored of it is the provider's word and never the client's."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from medianest.application.together import Together
from medianest.domain.kernel import Refused
from medianest.domain.media_request.vocabulary import FILM, MediaType
from medianest.domain.request_workflow import AskForTitle
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Idempotency, Outcome, Wording
from medianest.ports.library import HeldTitle, LibraryIndex
from medianest.ports.metadata import Metadata, TitleDetails
from medianest.ports.surroundings import Clock, Ids

Seasons = Sequence[int] | Literal["all"] | None


class TitleNotFound(Refused):
    code, kind = "title_not_found", "missing"
    text = "The Movie Database knows no such title."


class SeasonNotFound(Refused):
    code, kind = "season_not_found", "invalid"
    text = "The series has no such season."


class FilmHasNoSeasons(Refused):
    code, kind = "film_has_no_seasons", "invalid"
    text = "A film has no seasons: leave them out."


class Asking:
    def __init__(
        self, commands: Commands, metadata: Metadata, library: LibraryIndex, *, clock: Clock, ids: Ids
    ) -> None:
        self._commands = commands
        self._metadata = metadata
        self._held: Together[tuple[MediaType, int], HeldTitle] = Together(library.of_titles, at_once=1)
        self._clock = clock
        self._ids = ids

    async def ask(
        self,
        *,
        actor: UUID,
        media_type: MediaType,
        tmdb_id: int,
        seasons: Seasons,
        is_4k: bool,
        note: str | None,
        context: Context,
        wording: Wording,
        idempotency: Idempotency | None,
    ) -> Outcome:
        """Ask for a title, or join whoever asked before. What a library holds whole is there already. Raises Refused,
        Unavailable."""
        if media_type == "movie" and seasons is not None:
            raise FilmHasNoSeasons
        title = await self._metadata.details(media_type, tmdb_id)
        if title is None:
            raise TitleNotFound
        held = await self._held.find((media_type, tmdb_id))
        command = AskForTitle(
            actor=actor,
            at=self._clock.now(),
            request_id=self._ids.new(),
            media_type=media_type,
            tmdb_id=tmdb_id,
            is_4k=is_4k,
            title=title.title,
            year=title.year,
            poster_path=title.poster_path,
            seasons=_wanted(title, seasons),
            note=note,
            in_library=held_whole(title, held.in_quality(is_4k)) if held else (),
        )
        return await self._commands.run([command], context, wording=wording, idempotency=idempotency)


def _wanted(title: TitleDetails, seasons: Seasons) -> tuple[int, ...]:
    """The numbers that are meant: "all" are the numbered seasons, without the specials (season 0)."""
    there = [season.number for season in title.seasons]
    if seasons == "all":
        return tuple(number for number in there if number > 0)
    if unknown := sorted(set(seasons or ()) - set(there)):
        raise SeasonNotFound(f"{title.title} has no season {unknown[0]}.")
    return tuple(seasons or ())


def held_whole(title: TitleDetails, held: Mapping[int, int]) -> tuple[int, ...]:
    """The parts that need not be asked for; `held` maps parts to episodes. The film, or the seasons of which no episode
    is lacking that is known of, shown already or not."""
    if title.media_type == "movie":
        return (FILM,) if held.get(FILM, 0) > 0 else ()
    known = {season.number: season.episode_count for season in title.seasons}
    return tuple(sorted(number for number, count in held.items() if 0 < count >= known.get(number, 0)))
