"""`docs/configuration.md`: every setting, from the struct that holds them."""

from medianest.main.cli.exits import Exit
from medianest.main.settings.catalogue import Setting, settings_catalogue

INTRODUCTION = f"""\
# Configuration

Written from `src/medianest/main/settings` by `make docs`; change it there.

MediaNest needs no setting at all. Each one below is read once, at the start: from the environment, or else from the
TOML file that `MEDIANEST_CONFIG` names, where it has the same name without the prefix and in lower case:

```toml
# /etc/medianest.toml
port = 9000
log = "json"
rate_limits = "on"
```

The environment wins over the file, and an empty variable counts as not set. A wrong value, a misspelt name or half of
a pair stops the start with one line that says what to do, and exit status {Exit.CONFIG.value}. Values marked *secret*
are never shown: not in that line, not in logs, not in error messages.
"""


def render() -> str:
    settings = settings_catalogue()
    rows = [f"| [`{s.variable}`](#{s.variable.lower()}) | {s.default} |" for s in settings]
    overview = "\n".join(["| Setting | Default |", "| --- | --- |", *rows])
    return "\n".join([INTRODUCTION, overview, "", *(_section(setting) for setting in settings)])


def _section(setting: Setting) -> str:
    lines = [
        f"## {setting.variable}",
        "",
        setting.description,
        "",
        f"- Value: {setting.form}{' (*secret*)' if setting.is_secret else ''}",
        f"- Default: {setting.default}",
        f"- Example: `{setting.variable}={setting.example}`",
        "",
    ]
    return "\n".join(lines)
