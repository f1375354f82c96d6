"""The page that shows MediaNest to newcomers is true, word by word."""

from tests.e2e.tour.normal import normal
from tests.e2e.tour.page import PAGE, blocks
from tests.e2e.tour.playing import play

SEPARATOR = "\n---\n"
TREE = """\
2026-11-22 17:26:08.848 UTC, 218 ms to the last effect
└── +0 ms  request POST /approve  200  23 ms
    ├── +9 ms  reaction hand_on
    │   └── +37 ms  job hand_on  ok  181 ms
    └── +92 ms  reaction tell_people
"""


def test_the_tour_shows_what_really_happens() -> None:
    page = PAGE.read_text("utf-8")
    answers = play(page)
    assert len(answers) == len(blocks(page)) > 40
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


def test_of_a_tree_of_causes_the_words_and_the_shape_count() -> None:
    in_another_order = """\
2026-11-23 07:00:00.000 UTC, 1042 ms to the last effect
└── +0 ms  request POST /approve  200  7 ms
    ├── +8 ms  reaction tell_people
    └── +9 ms  reaction hand_on
        └── +10 ms  job hand_on  ok  1000 ms
"""
    assert normal(TREE) == normal(in_another_order)
    assert normal(TREE) != normal(TREE.replace("ok", "failed"))
    assert normal(TREE) != normal(TREE.replace("    │   └──", "    ├──"))
