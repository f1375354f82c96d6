"""The server's own key is made once, for this account alone, and never replaced."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from medianest.main.server_key import ServerKeyPlace, server_key
from medianest.main.settings import Secret, Settings, SettingsError
from tests.processes import open_directory

NOBODY = 65534


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


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_key_that_others_could_read_is_closed_to_them_with_a_warning(tmp_path: Path, mode: int) -> None:
    settings = Settings(data_dir=tmp_path)
    key = server_key(settings)
    (tmp_path / "secret.key").chmod(mode)
    with capture_logs() as logged:
        assert server_key(settings) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    [line] = logged
    assert (line["log_level"], line["event"]) == ("warning", "secret_key_was_open_to_others")
    assert line["mode"] == f"{mode:04o}"
    assert key.decode() not in str(line)
    with capture_logs() as logged:
        server_key(settings)
    assert logged == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another account")
def test_a_key_that_others_can_read_and_we_cannot_close_is_refused() -> None:
    with open_directory() as directory:
        server_key(Settings(data_dir=directory))
        (directory / "secret.key").chmod(0o644)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(SettingsError, match=r"mode 0644.*chmod 600 .*secret\.key"):
                server_key(Settings(data_dir=directory))
        finally:
            os.seteuid(0)


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


def test_the_key_of_a_copied_log_takes_the_place_of_the_one_that_is_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "nest")
    server_key(settings)
    place = ServerKeyPlace(settings)
    place.check(b"k" * 40)
    assert server_key(settings) != b"k" * 40, "to look is not to touch"
    place.install(b"k" * 40)
    assert server_key(settings) == b"k" * 40
    (file,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_the_settings_name_is_never_replaced(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=Secret("k" * 40))
    ServerKeyPlace(settings).install(b"k" * 40)
    with pytest.raises(SettingsError, match="another key") as refusal:
        ServerKeyPlace(settings).install(b"x" * 40)
    assert "kkk" not in str(refusal.value)
    assert "xxx" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [b"short", b" " + b"k" * 40, b"k" * 40 + b"\n"])
def test_a_key_that_a_file_would_not_give_back_is_refused(tmp_path: Path, key: bytes) -> None:
    with pytest.raises(SettingsError, match="MEDIANEST_SECRET_KEY"):
        ServerKeyPlace(Settings(data_dir=tmp_path)).install(key)
    assert list(tmp_path.iterdir()) == []
