"""`medianest audit log` and `medianest replay`, over operations that answer as they are told."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from medianest.application.narrowing import tags_of_category
from medianest.application.phrase import PhraseInvalid
from medianest.application.queries.lines import AuditLine, plain
from medianest.domain.kernel import Recorded
from medianest.domain.media_request.events import RequestCommented
from medianest.main.cli import app
from medianest.main.settings import Settings
from medianest.ports.audit import AuditFilter

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEN, DUNE = UUID(int=5), UUID(int=9)


def an_event(position: int) -> Recorded:
    return Recorded(
        position=position,
        category="media_request",
        stream_id=DUNE,
        version=position,
        event=RequestCommented(request_id=DUNE, comment_id=UUID(int=position), author=BEN, text="Ja!\nSí"),
        event_id=UUID(int=position),
        actor=BEN,
        session_id=None,
        correlation_id="a-click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=NOON,
    )


class FakeOperations:
    """A log of five events, read two at a time; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def audit_log(
        self, settings: Settings, phrase: str, limit: int, is_followed: bool, told: Callable[[AuditLine], None]
    ) -> None:
        self.asked.append((phrase, limit, is_followed))
        if phrase == "actr:ben":
            raise PhraseInvalid(0, "no such key.")
        recorded = an_event(3)
        told(AuditLine(recorded=recorded, actor_name="Ben", sentence="Ben\x1b[2J wrote", body=plain(recorded.event)))
        if is_followed:
            raise KeyboardInterrupt

    async def replay(
        self,
        settings: Settings,
        criteria: AuditFilter,
        after: int,
        until: int | None,
        told: Callable[[Sequence[Recorded], int, int], None],
    ) -> None:
        self.asked.append((criteria, after, until))
        positions = range(after + 1, (until or 5) + 1)
        for begin in (*positions[::2], None):
            told([an_event(p) for p in positions if begin is not None and begin <= p < begin + 2], begin or 5, 5)


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def medianest(operations: FakeOperations, *words: str) -> Result:
    return CliRunner().invoke(app, words, obj=operations)


def positions(text: str) -> list[int]:
    return [json.loads(line)["position"] for line in text.splitlines()]


def test_the_audit_log_is_a_line_for_each_event(operations: FakeOperations) -> None:
    result = medianest(operations, "audit", "log", "actor:ben", "--limit", "5")
    assert operations.asked == [("actor:ben", 5, False)]
    assert result.stdout.split() == [
        *("2026-03-01T12:00:00Z", "3", "media_request.commented", "Ben\ufffd[2J", "wrote")
    ], "what somebody wrote commands no terminal"
    assert positions(medianest(operations, "audit", "log", "--json").stdout) == [3]


def test_following_ends_with_ctrl_c(operations: FakeOperations) -> None:
    result = medianest(operations, "audit", "log", "--follow", "--", "-category:user")
    assert (result.exit_code, operations.asked) == (0, [("-category:user", 20, True)])


def test_a_phrase_that_means_nothing_is_explained(operations: FakeOperations) -> None:
    result = medianest(operations, "audit", "log", "actr:ben")
    assert (result.exit_code, result.stderr) == (1, "At character 1 of the phrase: no such key.\n")


def test_a_replay_prints_one_line_for_each_event(operations: FakeOperations) -> None:
    result = medianest(operations, "replay", "--from", "2", "--to", "4")
    assert positions(result.stdout) == [2, 3, 4]
    line = json.loads(result.stdout.splitlines()[0])
    assert (line["action"], line["actor"], line["recordedAt"]) == (
        "media_request.commented",
        str(BEN),
        "2026-03-01T12:00:00Z",
    )
    assert line["body"]["text"] == "Ja!\nSí"


def test_a_replay_asks_for_what_its_options_name(operations: FakeOperations) -> None:
    options = ("--category", "user", "--category", "quota", "--tag", "*.registered", "--stream", str(DUNE))
    assert medianest(operations, "replay", *options, "--actor", str(BEN)).exit_code == 0
    criteria, after, until = operations.asked[0]
    registered = frozenset({"user.registered"})
    assert registered < tags_of_category("user")
    assert criteria == AuditFilter(tags=registered, streams=frozenset({DUNE}), actors=frozenset({BEN}))
    assert (after, until) == (0, None)


def test_a_replay_that_was_cut_off_goes_on_where_it_was(operations: FakeOperations, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    whole = medianest(operations, "replay").stdout_bytes
    line = whole.index(b"\n")
    for length in (0, 1, line, line + 1, line + 2, len(whole) - 1, len(whole)):
        file.write_bytes(whole[:length])
        result = medianest(operations, "replay", "--output", str(file), "--resume")
        assert (result.exit_code, file.read_bytes()) == (0, whole), length
    assert f"written to {file}" in result.stderr
    file.unlink()
    medianest(operations, "replay", "--output", str(file))
    assert file.read_bytes() == whole


def test_a_replay_goes_on_with_a_file_of_any_size(operations: FakeOperations, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    padding = json.dumps({"position": 1, "body": "x" * 200_000}) + "\n"
    file.write_text(padding + json.dumps({"position": 3, "body": "y" * 200_000}) + "\n" + "{" * 70_000)
    assert medianest(operations, "replay", "--output", str(file), "--resume").exit_code == 0
    assert positions(file.read_text("utf-8")) == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--resume",), "--output"),
        (("--from", "4", "--to", "2"), "lies before position 4"),
        (("--from", "0"), "greater than or equal to 1"),
        (("--category", "usr"), 'Did you mean "user"?'),
        (("--tag", "nonsense.*"), "no event has such a name"),
        (("--output", "there"), "is there already"),
        (("--output", "there", "--resume"), "not written by a replay"),
    ],
)
def test_a_replay_that_cannot_be_is_refused(
    operations: FakeOperations,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").write_text("[1, 2]\n")
    result = medianest(operations, "replay", *words)
    assert (result.exit_code, operations.asked) == (2, [])
    assert complaint in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("text", ["no line ends here", "[1, 2]\n", "mine\nand torn", '{"position": 7}\nmine\nand torn'])
def test_a_file_of_somebody_else_is_left_as_it_is(operations: FakeOperations, tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine"
    file.write_text(text)
    assert medianest(operations, "replay", "--output", str(file), "--resume").exit_code == 2
    assert file.read_text("utf-8") == text
