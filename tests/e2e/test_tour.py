"""The page that shows MediaNest to newcomers is true, word by word."""

from tests.e2e.tour import PAGE, blocks, normal, play

SEPARATOR = "\n---\n"


def test_the_tour_shows_what_really_happens() -> None:
    page = PAGE.read_text("utf-8")
    answers = play(page)
    assert len(answers) == len(blocks(page)) > 20
    # As one text, so that the same id is the same one in every block.
    shown = normal(SEPARATOR.join(f"$ {block.script}{block.shown}" for block, _ in answers)).split(SEPARATOR)
    printed = normal(SEPARATOR.join(f"$ {block.script}{text}" for block, text in answers)).split(SEPARATOR)
    assert printed == shown, "python -m tests.e2e.tour --write"


def test_ids_are_told_apart_and_times_are_not() -> None:
    one, other = "01a203ba-6830-7018-8814-d93d45e738a0", "01a203ba-6213-7015-860f-f287e17b969a"
    assert normal(f"{one} {one}") == normal(f"{other} {other}")
    assert normal(f"{one} {one}") != normal(f"{one} {other}")
    assert normal("2026-11-22T14:47:57.744063Z") == normal("2027-01-01T00:00:00Z")
    assert normal('"version": 1') != normal('"version": 2')
