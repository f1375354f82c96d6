"""The permission table in docs/security.md: route by route who may call it, and what an API key needs for it."""

from medianest.adapters.http.foundation.access import Access, Row, permission_table
from medianest.main.documented import documented_app

HEAD = """| route | who | an API key needs | confirmed lately |
|---|---|---|---|
"""


def render() -> str:
    return HEAD + "".join(f"{_line(row)}\n" for row in permission_table(documented_app()))


def _line(row: Row) -> str:
    key = "" if row.access == Access.PUBLIC.name else f"`{row.scope}`" if row.scope else "no key opens it"
    fresh = {"": "", "all": "yes"}.get(row.fresh, row.fresh)
    return f"| `{row.method} {row.path}` | {row.access} | {key} | {fresh} |"
