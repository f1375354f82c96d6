"""The server's own key is made once, for this account alone, and never replaced."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings, SettingsError


def test_the_key_is_made_at_the_first_start_and_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "nest")
    key = server_key(settings)
    assert len(key) >= 32
    assert server_key(settings) == key
    assert server_key(Settings(data_dir=tmp_path / "other")) != key


def test_nobody_else_can_read_the_key(tmp_path: Path) -> None:
    server_key(Settings(data_dir=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: server_key(settings), range(32)))
    assert len(set(keys)) == 1


def test_a_key_that_is_set_is_used_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=Secret("k" * 40))
    assert server_key(settings) == b"k" * 40
    assert not (tmp_path / "secret.key").exists()


def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"")
    with pytest.raises(SettingsError, match="damaged"):
        server_key(Settings(data_dir=tmp_path))
    assert (tmp_path / "secret.key").read_bytes() == b""
