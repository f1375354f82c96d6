"""Generated pages: written whole, and a drift is named."""

from pathlib import Path

import pytest

from medianest.main.docs import configuration_page
from medianest.main.docs.__main__ import BEGIN, END, PAGES, PARTS, completed, main
from medianest.main.settings.catalogue import settings_catalogue


def test_every_setting_has_its_section() -> None:
    page = configuration_page.render()
    for setting in settings_catalogue():
        assert f"\n## {setting.variable}\n" in page
        assert setting.description in page


def test_pages_are_written_and_then_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_a_drifted_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main([])
    (tmp_path / "docs" / "cli.md").write_text("old")
    assert main(["--check"]) == 1
    assert capsys.readouterr().err.startswith("docs/cli.md is out of date")
    assert "docs/cli.md" in PAGES


def test_what_people_wrote_around_a_generated_part_stays(tmp_path: Path) -> None:
    (page,) = PARTS
    path = tmp_path / page
    path.parent.mkdir()
    path.write_text(f"Before.\n\n{BEGIN}old\n{END}\nAfter.\n")
    text = completed(tmp_path, page)
    assert text.startswith(f"Before.\n\n{BEGIN}| route |")
    assert text.endswith(f"|\n{END}\nAfter.\n")
    path.write_text(text)
    assert completed(tmp_path, page) == text


def test_a_page_that_lost_its_markers_is_not_overwritten(tmp_path: Path) -> None:
    (page,) = PARTS
    (tmp_path / page).parent.mkdir()
    (tmp_path / page).write_text("Before.\n")
    with pytest.raises(ValueError, match="has to hold"):
        completed(tmp_path, page)
