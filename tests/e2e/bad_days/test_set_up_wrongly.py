"""Wrong settings: one clear line that names the setting, exit status 78, and nothing left running."""

import socket
from pathlib import Path

from tests.e2e.bad_days.running import Running, command_here, end, processes_of

URL = "postgresql://medianest:hunter2-hunter2@127.0.0.1:1/medianest"


def test_every_wrong_setting_stops_the_start_with_one_line_that_names_it(directory: Path) -> None:
    (directory / "bad.toml").write_text("port = = 1")
    (directory / "typo.toml").write_text("prot = 1")
    (directory / "file").write_text("no directory")
    servers = {"database_url": URL, "redis_url": "redis://127.0.0.1:1"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = Running(directory / "home", port=taken.getsockname()[1])
        wrong: list[tuple[str, dict[str, str]]] = [
            ("MEDIANEST_PORT", {"port": str(taken.getsockname()[1])}),
            ("MEDIANEST_HOST", {"host": "203.0.113.9"}),  # reserved for documentation (RFC 5737)
            ("MEDIANEST_OVERSEERR_API_KEY", {"overseerr_url": "http://127.0.0.1:1"}),
            ("MEDIANEST_PORT", {"prot": "9000"}),
            ("MEDIANEST_CONFIG", {"config": str(directory / "bad.toml")}),
            ("MEDIANEST_CONFIG", {"config": str(directory / "typo.toml")}),
            ("MEDIANEST_DATA_DIR", {"data_dir": str(directory / "file")}),
            ("MEDIANEST_DATA_DIR", {"data_dir": str(directory / "file" / "home")}),
            ("MEDIANEST_DATABASE_URL", {**servers, "database_url": URL + "?nosuch=1"}),
            ("MEDIANEST_REDIS_URL", {**servers, "redis_url": "redis://127.0.0.1:port"}),
        ]
        try:
            assert first.process.wait(60) == 78, first.lines()
            assert_one_line("MEDIANEST_PORT", "\n".join(first.lines()))
        finally:
            end(first)
        for number, (variable, settings) in enumerate(wrong):
            stopped = command_here(directory / f"home{number}", "up", **settings)
            assert stopped.returncode == 78, stopped
            assert_one_line(variable, stopped.stdout + stopped.stderr)
    assert processes_of(directory) == {}


def assert_one_line(variable: str, said: str) -> None:
    [line] = said.splitlines()
    assert variable in line
    assert "hunter2" not in line


def test_servers_that_do_not_answer_are_said_to_be_away_and_no_password_is_shown(directory: Path) -> None:
    medianest = Running(directory / "home", database_url=URL, redis_url="redis://127.0.0.1:1")
    try:
        assert medianest.process.wait(30) == 69
        said = "\n".join(medianest.lines())
        assert "database is not reachable" in said
        assert "hunter2" not in said
    finally:
        end(medianest)
