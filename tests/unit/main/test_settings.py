"""Settings: what is read from where, and what a wrong one says."""

from pathlib import Path
from typing import Any

import pytest

from medianest.main.settings import Secret, Settings, SettingsError, default_data_dir
from medianest.main.settings.catalogue import settings_catalogue
from medianest.main.settings.source import load_settings

DATABASE = "postgresql://ada:hunter2@db.local/medianest"


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings({f"MEDIANEST_{name}": value for name, value in environ.items()})
    line = str(refused.value)
    assert "\n" not in line
    return line


def test_nothing_has_to_be_set() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.rate_limits) == ("127.0.0.1", 8484, True)
    assert settings.database_url is None
    assert settings.data_dir == default_data_dir()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "medianest.toml"
    file.write_text('port = 9000\nlog = "json"\nrate_limits = false\n')
    settings = load_settings({"MEDIANEST_CONFIG": str(file), "MEDIANEST_PORT": "9001"})
    assert (settings.port, settings.log, settings.rate_limits) == (9001, "json", False)
    assert settings.config == file


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"MEDIANEST_TMDB_TOKEN": "", "MEDIANEST_PORT": " "}) == load_settings({})


def test_a_switch_is_on_or_off() -> None:
    assert load_settings({"MEDIANEST_RATE_LIMITS": "off"}).rate_limits is False
    assert load_settings({"MEDIANEST_RATE_LIMITS": "On"}).rate_limits is True
    assert "is not on or off" in refusal(RATE_LIMITS="maybe")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "80.5", "1e3"])
def test_a_wrong_port_is_named_with_its_value_and_an_example(port: str) -> None:
    line = refusal(PORT=port)
    assert line == f"MEDIANEST_PORT: {port!r} is not a port from 1 to 65535. Example: MEDIANEST_PORT=8484"


def test_a_number_that_need_not_be_set_is_bounded_wherever_it_comes_from(tmp_path: Path) -> None:
    assert load_settings({}).request_expiry_days is None
    assert load_settings({"MEDIANEST_REQUEST_EXPIRY_DAYS": "60"}).request_expiry_days == 60
    for days in ("0", "-1", "3651", "soon"):
        assert "is not a number of days from 1 to 3650" in refusal(REQUEST_EXPIRY_DAYS=days)
    file = tmp_path / "medianest.toml"
    file.write_text("request_expiry_days = 0")
    assert "is not a number of days from 1 to 3650" in refusal(CONFIG=str(file))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "http://here"),
        ("LOG", "xml"),
        ("LOG_LEVEL", "loud"),
        ("TMDB_URL", "api.themoviedb.org"),
        ("OVERSEERR_URL", "http://"),
        ("OVERSEERR_URL", "http://one two"),
        ("DATABASE_URL", "mysql://db/medianest"),
        ("REDIS_URL", "cache.local:6379"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_by_name(name: str, value: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"MEDIANEST_{name}: ")
    assert f"Example: MEDIANEST_{name}=" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TMDB_TOKEN", "hunter2 hunter2"),
        ("SECRET_KEY", "hunter2"),
        ("METRICS_TOKEN", "hunter2"),
        ("OVERSEERR_WEBHOOK_AUTHORIZATION", "hunter2\nhunter2"),
        ("DATABASE_URL", "mysql://ada:hunter2@db/medianest"),
        ("OVERSEERR_URL", "http://ada:hunter2@overseerr.local"),
        ("TMDB_URL", "https://api.example.org/?api_key=hunter2"),
    ],
)
def test_a_refusal_never_shows_a_secret(name: str, value: str) -> None:
    assert "hunter2" not in refusal(**{name: value})


def test_no_secret_shows_itself_when_the_settings_are_printed() -> None:
    secrets: dict[str, Any] = {
        setting.field: Secret("hunter2" * 8) for setting in settings_catalogue() if setting.is_secret
    }
    assert len(secrets) >= 7
    settings = Settings(**secrets)
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in f"{settings}"
    assert settings.tmdb_token == "hunter2" * 8


def test_a_misspelt_variable_is_an_error_that_names_the_right_one() -> None:
    assert "Did you mean MEDIANEST_TMDB_TOKEN?" in refusal(TMDB_TOKN="x")
    assert "Did you mean MEDIANEST_OVERSEERR_URL?" in refusal(OVERSEER_URL="http://x")


def test_a_variable_that_resembles_no_setting_is_warned_of() -> None:
    warnings: list[str] = []
    load_settings({"MEDIANEST_ZZZ": "1", "MEDIANEST_PARENT_PIPE": "3", "PORT": "x"}, warn=warnings.append)
    assert len(warnings) == 1
    assert warnings[0].startswith("MEDIANEST_ZZZ ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("port = ", "is not TOML"),
        ("prot = 1", "Did you mean `port`?"),
        ("config = '/etc/x'", "is no setting"),
        ("port = 'x'", "`port` in "),
        ("port = true", "is not a port"),
        ("tmdb_token = 7", "its value is not a key"),
        ("[server]\nport = 1", "`server`"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "medianest.toml"
    file.write_text(content)
    line = refusal(CONFIG=str(file))
    assert said in line
    assert str(file) in line


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(CONFIG=str(tmp_path / "nothing.toml"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in refusal(CONFIG=str(tmp_path / "binary"))


def test_half_of_a_pair_is_refused() -> None:
    assert "MEDIANEST_REDIS_URL is not" in refusal(DATABASE_URL=DATABASE)
    assert "MEDIANEST_DATABASE_URL is not" in refusal(REDIS_URL="redis://cache.local")
    assert "MEDIANEST_OVERSEERR_API_KEY is not" in refusal(OVERSEERR_URL="http://overseerr.local:5055")
    assert "MEDIANEST_OVERSEERR_URL is not" in refusal(OVERSEERR_API_KEY="key")
    assert "MEDIANEST_PLEX_TOKEN is not" in refusal(PLEX_URL="http://plex.local:32400")
    assert "MEDIANEST_PLEX_URL is not" in refusal(PLEX_TOKEN="token")
    assert "MEDIANEST_DATABASE_URL is not" in refusal(DATABASE_DIRECT_URL=DATABASE)


def test_whole_pairs_are_taken() -> None:
    settings = load_settings(
        {
            "MEDIANEST_DATABASE_URL": "postgresql:///medianest?host=/run/postgresql",
            "MEDIANEST_REDIS_URL": "unix:///run/valkey.sock",
            "MEDIANEST_OVERSEERR_URL": "http://[::1]:5055/",
            "MEDIANEST_OVERSEERR_API_KEY": "key\n",
        }
    )
    assert settings.overseerr_url == "http://[::1]:5055"
    assert settings.overseerr_api_key == "key"


def test_the_data_directory_becomes_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load_settings({"MEDIANEST_DATA_DIR": "here"}).data_dir == tmp_path / "here"
    assert load_settings({"MEDIANEST_DATA_DIR": "~/nest"}).data_dir == tmp_path / "home" / "nest"


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is not a directory" in refusal(DATA_DIR=str(tmp_path / "file"))


MAIL = {"SMTP_HOST": "smtp.example.org", "SMTP_FROM": "nest@example.org", "PUBLIC_URL": "https://nest.example.org"}


def test_a_mail_server_needs_a_sender_and_the_address_that_letters_link_to() -> None:
    settings = load_settings({f"MEDIANEST_{name}": value for name, value in MAIL.items()})
    assert (settings.smtp_security, settings.smtp_port) == ("starttls", None)
    assert "MEDIANEST_SMTP_FROM is not" in refusal(**{**MAIL, "SMTP_FROM": ""})
    assert "MEDIANEST_PUBLIC_URL is not" in refusal(**{**MAIL, "PUBLIC_URL": ""})
    assert "MEDIANEST_SMTP_HOST is not" in refusal(SMTP_FROM="nest@example.org")
    assert "MEDIANEST_SMTP_HOST is not" in refusal(SMTP_USER="nest", SMTP_PASSWORD="hunter2")
    assert "MEDIANEST_SMTP_PASSWORD is not" in refusal(**MAIL, SMTP_USER="nest")


def test_the_public_address_is_an_origin_without_a_slash_at_the_end() -> None:
    assert load_settings({"MEDIANEST_PUBLIC_URL": "https://nest.example.org/"}).public_url == "https://nest.example.org"
    assert load_settings({"MEDIANEST_PUBLIC_URL": "http://[::1]:8484"}).public_url == "http://[::1]:8484"
    for wrong in ("nest.example.org", "https://nest.example.org/media", "https://ada@nest.example.org", "ftp://nest"):
        assert "is not an http:// or https:// address without a path" in refusal(PUBLIC_URL=wrong)


@pytest.mark.parametrize("sender", ["nest@example.org", "MediaNest <nest@example.org>", "<nest@example.org>"])
def test_a_sender_may_have_a_name(sender: str) -> None:
    given = {f"MEDIANEST_{name}": value for name, value in (MAIL | {"SMTP_FROM": sender}).items()}
    assert load_settings(given).smtp_from == sender
    for wrong in ("nest", "Nest nest@example.org", "Nest <nest>", "a@b@c", "<nest@example.org> Nest"):
        assert "is not an e-mail address" in refusal(**MAIL | {"SMTP_FROM": wrong})


def test_no_password_for_mail_goes_to_another_machine_in_clear() -> None:
    clear = MAIL | {"SMTP_USER": "nest", "SMTP_PASSWORD": "hunter2", "SMTP_SECURITY": "none"}
    for host in ("smtp.example.org", "192.168.1.2", "127.0.0.1.example.org"):
        line = refusal(**clear | {"SMTP_HOST": host})
        assert "in clear" in line
        assert "hunter2" not in line
    for host in ("localhost", "127.0.0.1", "::1"):
        given = clear | {"SMTP_HOST": host}
        assert load_settings({f"MEDIANEST_{name}": value for name, value in given.items()}).smtp_host == host
