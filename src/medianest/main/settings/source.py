"""Reading the settings: the environment over an optional TOML file. What is wrong stops the start with one line."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from medianest.application.networks import networks_of
from medianest.application.outgoing import AllowedAddresses
from medianest.main.settings import PREFIX, Secret, Settings, SettingsError
from medianest.main.settings.catalogue import Setting, settings_catalogue

# What MediaNest's own processes and tests tell one another, and what one command alone asks for; no settings.
OWN_VARIABLES = re.compile(rf"{PREFIX}(PARENT_PIPE|LISTENER|TEST_\w*|EXPORT_PASSPHRASE)")
SWITCH = {"on": True, "off": False}
TOGETHER = (
    ("database_url", "redis_url", "Set both to use your own servers, or neither to run private ones."),
    ("overseerr_url", "overseerr_api_key", "Set both to hand requests on, or neither."),
    ("plex_url", "plex_token", "Set both to let people sign in by Plex, or neither."),
    ("smtp_user", "smtp_password", "Set both to sign in at the mail server, or neither."),
    ("oidc_issuer", "oidc_client_id", "Set both to let people sign in there, or neither."),
    ("oidc_role_claim", "oidc_admin_values", "Set both to let the provider say who is an administrator, or neither."),
)
NEEDS = (
    ("database_direct_url", "database_url", "It names another way to the same database; set both."),
    ("smtp_host", "smtp_from", "Set whom letters come from."),
    ("smtp_host", "public_url", "Set where people reach MediaNest: letters hold links."),
    ("smtp_from", "smtp_host", "Set the mail server that sends it, or neither."),
    ("smtp_user", "smtp_host", "Set the mail server to sign in at, or neither."),
    ("oidc_issuer", "public_url", "Set where people reach MediaNest: the provider sends them back there."),
    ("oidc_client_secret", "oidc_issuer", "Set the provider that it is for, or neither."),
    ("oidc_role_claim", "oidc_issuer", "Set the provider whose claim it is, or neither."),
)


def load_settings(
    environ: Mapping[str, str] | None = None, *, warn: Callable[[str], object] = lambda _: None
) -> Settings:
    """The settings of this process. `warn` is told, in a sentence, about variables that nobody reads.

    An empty variable counts as not set. Raises SettingsError with one line that names the setting, says what is wrong
    with its value (a secret's value is never shown) and gives an example.
    """
    environ = os.environ if environ is None else environ
    _reject_unknown_variables(environ, warn)
    by_field = {setting.field: setting for setting in settings_catalogue()}
    given: dict[str, Any] = {}
    path = environ.get(by_field["config"].variable, "").strip()
    if path:
        for field, raw in _read_file(Path(path).expanduser()).items():
            given[field] = _converted(by_field[field], raw, f"`{field}` in {path}")
    for setting in by_field.values():
        text = environ.get(setting.variable, "").strip()
        if text:
            given[setting.field] = _converted(setting, text, setting.variable)
    settings = Settings(**given)
    _check_together(settings)
    _check_by_use(settings)
    return settings


def _reject_unknown_variables(environ: Mapping[str, str], warn: Callable[[str], object]) -> None:
    known = {setting.variable for setting in settings_catalogue()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in known or OWN_VARIABLES.fullmatch(name):
            continue
        near = difflib.get_close_matches(name.removeprefix(PREFIX), [k.removeprefix(PREFIX) for k in known], n=1)
        if near:  # a misspelt setting would silently not be in force
            raise SettingsError(f"{name} is no setting of MediaNest. Did you mean {PREFIX}{near[0]}?")
        warn(f"{name} is no setting of MediaNest and is ignored. `medianest --help` names the page that lists them.")


def _read_file(path: Path) -> dict[str, Any]:
    variable = f"{PREFIX}CONFIG"
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{variable}: {path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        # The parser's words name line and column, never a value.
        raise SettingsError(f"{variable}: {path} is not TOML ({error}). Example line: port = 8484") from error
    known = [setting.field for setting in settings_catalogue() if setting.field != "config"]
    for field in content:
        if field not in known:
            near = difflib.get_close_matches(field, known, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else " Names are in lower case, such as `port`."
            raise SettingsError(f"{variable}: `{field}` in {path} is no setting of MediaNest.{hint}")
    return content


def _converted(setting: Setting, raw: object, named: str) -> object:
    def complaint() -> SettingsError:
        # An address with an @ or a question mark may hold a password or a key.
        is_hidden = setting.is_secret or (isinstance(raw, str) and set("@?") & set(raw))
        value = "its value" if is_hidden else repr(raw)
        return SettingsError(f"{named}: {value} is not {setting.form}. Example: {setting.variable}={setting.example}")

    if isinstance(raw, str):
        if "\0" in raw or (setting.pattern and not re.fullmatch(setting.pattern, raw)):
            raise complaint()
        if raw.startswith(("http://", "https://")) and not setting.is_exact:
            raw = raw.rstrip("/")
        if setting.plain is bool:
            raw = SWITCH.get(raw.lower(), raw)
    try:
        return msgspec.convert(raw, setting.kind, strict=setting.plain is bool, dec_hook=_hook)
    except msgspec.ValidationError as error:
        raise complaint() from error


def _hook(kind: type, raw: object) -> object:
    if not isinstance(raw, str):
        raise msgspec.ValidationError("Expected a text")
    if kind is Path:
        return Path(raw).expanduser().absolute()
    return Secret(raw)


def _check_together(settings: Settings) -> None:
    variable = {setting.field: setting.variable for setting in settings_catalogue()}
    needs = [*NEEDS, *TOGETHER, *((second, first, advice) for first, second, advice in TOGETHER)]
    for present, absent, advice in needs:
        if getattr(settings, present) and not getattr(settings, absent):
            raise SettingsError(f"{variable[present]} is set, but {variable[absent]} is not. {advice}")
    if settings.smtp_user and settings.smtp_security == "none" and not _is_this_machine(settings.smtp_host or ""):
        raise SettingsError(
            "MEDIANEST_SMTP_SECURITY is none, and the password of MEDIANEST_SMTP_USER would go to another machine in "
            "clear. Set it to starttls or tls."
        )
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        raise SettingsError(f"MEDIANEST_DATA_DIR: {settings.data_dir} is not a directory. Example: /srv/medianest")


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def _check_by_use(settings: Settings) -> None:
    """What only those who use a value can judge: options, ports, percent signs, networks."""
    for setting in settings_catalogue():
        given = getattr(settings, setting.field)
        try:
            if given and setting.field in ("database_url", "database_direct_url"):
                from psycopg.conninfo import conninfo_to_dict  # late: most commands need none of these

                conninfo_to_dict(given)
            elif given and setting.field == "redis_url":
                from redis.asyncio import ConnectionPool

                ConnectionPool.from_url(given)
            elif given and setting.field == "trusted_proxies":
                networks_of(given)
            elif given and setting.field == "allow_private_addresses":
                AllowedAddresses.of(given)
            elif given and setting.field == "cors_origins":
                from medianest.adapters.http.foundation.origins import origins_of

                origins_of(given)
        except Exception as error:
            # Their own words may repeat the address, and with it a password.
            beyond = " with options that exist" if setting.is_secret else ""
            raise SettingsError(
                f"{setting.variable}: its value is not {setting.form}{beyond}. "
                f"Example: {setting.variable}={setting.example}"
            ) from error
