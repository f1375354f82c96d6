"""`docs/events.md`: every event that may stand in the log, from the catalogue of the domain and all that reads it."""

from itertools import groupby

from medianest.main.event_catalogue import EventEntry, event_catalogue

HEAD = """# The events

Written from the code by `make docs`; `medianest events list` says the same.

What the log may hold, by the category of its streams. A stored name is never given up and a field never changes its
meaning. Where an event needed another shape, what was stored stays as it is and is read as the newest one.
Events that are *retired* stand in older logs: they are read, and written no more. The fields of each are in
[domain.md](domain.md).
"""
COLUMNS = """\
| event | shapes | written by | views that it changes | reactions that answer it |
| --- | --- | --- | --- | --- |"""


def render() -> str:
    sections = [
        f"\n## {category}\n\n{COLUMNS}\n" + "\n".join(_row(entry) for entry in entries) + "\n"
        for category, entries in groupby(event_catalogue(), key=lambda entry: entry.category)
    ]
    return HEAD + "".join(sections)


def _row(entry: EventEntry) -> str:
    shapes = ", ".join(str(schema) for schema in (*entry.upcast, entry.schema))
    commands = ", ".join(f"`{command}`" for command in entry.commands)
    writers = "*retired*" if entry.is_retired else commands
    return f"| `{entry.tag}` | {shapes} | {writers} | {', '.join(entry.views)} | {', '.join(entry.reactions)} |"
