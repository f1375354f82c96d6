"""`docs/cli.md`: what `--help` says of every command, in one page."""

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from medianest.main.cli import app
from medianest.main.cli.exits import MEANING

INTRODUCTION = """\
# The command line

Written from the commands themselves by `make docs`; `medianest COMMAND --help` says the same. `make run` puts the
command into `.venv`; so that it is found, from the directory of the repository:

```sh
export PATH="$PWD/.venv/bin:$PATH"
```

Answers go to stdout and everything else to stderr, so that a script reads nothing but the answer.

| Exit status | Meaning |
| --- | --- |
"""


def render() -> str:
    root = typer.main.get_command(app)
    statuses = "".join(f"| {status.value} | {meaning} |\n" for status, meaning in MEANING.items())
    return INTRODUCTION + statuses + "\n" + "\n".join(_section(path, command) for path, command in commands(root))


def commands(command: Any, path: str = "medianest") -> Iterator[tuple[str, Any]]:
    """The command and all below it, each with what is typed to reach it, in the order of `--help`."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{path} {name}")


def _section(path: str, command: Any) -> str:
    parts = [f"## {path}", *_paragraphs(command.help or "")]
    rows = [_row(parameter) for parameter in command.params]
    if rows:
        parts.append("\n".join(["| Argument or option | What it does |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not paragraph.startswith("\b"):
            yield " ".join(paragraph.split())
            continue
        title, *lines = paragraph.lstrip("\b\n").splitlines()
        yield title
        yield "\n".join(["```sh", *(line.strip() for line in lines), "```"])


def _row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    name = ", ".join(parameter.opts) if is_option else parameter.name.upper()
    if is_option and not parameter.is_flag:
        name += f" {parameter.name.upper()}"
    return f"| `{name}` | {parameter.help} |"
