"""The database and the cache, where they are not our own, and the key."""

from typing import Annotated

from msgspec import Meta

from medianest.main.settings.edge import Edge
from medianest.main.settings.form import POSTGRES, Secret, about


class Servers(Edge, frozen=True, kw_only=True):
    """Postgres, Redis and what is signed with."""

    database_url: Annotated[
        Secret | None,
        about(
            "A Postgres (15 or newer) of your own. Unset, MediaNest runs a private one in its data "
            "directory. Goes together with `MEDIANEST_REDIS_URL`: both or neither.",
            example="postgresql://medianest:secret@db.local/medianest",
            form="a postgresql:// address",
            pattern=POSTGRES,
        ),
    ] = None
    database_direct_url: Annotated[
        Secret | None,
        about(
            "The same database past a pooler that works in transaction mode, such as pgbouncer: locks and LISTEN need "
            "connections of their own. Unset, `MEDIANEST_DATABASE_URL` is used for all, and must not lead to such a "
            "pooler: that is noticed at the start.",
            example="postgresql://medianest:secret@db.local:5432/medianest",
            form="a postgresql:// address",
            pattern=POSTGRES,
        ),
    ] = None
    redis_url: Annotated[
        Secret | None,
        about(
            "A Redis or Valkey of your own, for what may be lost at any time. Goes together with "
            "`MEDIANEST_DATABASE_URL`: both or neither. Installations that share a server need a database number each.",
            example="redis://cache.local:6379/0",
            form="a redis://, rediss:// or unix:// address",
            pattern=r"(rediss?|unix)://\S+",
        ),
    ] = None
    cache_memory_mb: Annotated[
        int,
        Meta(ge=0, le=4096),
        about(
            "Megabytes that each process sets aside for answers of other servers, in front of Redis. What is least "
            "used goes first. 0: none.",
            example="64",
            form="a number of megabytes from 0 to 4096",
            pattern=r"\d+",
        ),
    ] = 16
    secret_key: Annotated[
        Secret | None,
        about(
            "The key under which sessions and personal identifiers are signed. It must never change. "
            "Unset, one is made at the first start and kept in `secret.key` in the data directory; set it when several "
            "machines share a database.",
            example="<the output of: openssl rand -hex 32>",
            form="a text of at least 32 characters",
            pattern=r".{32,}",
        ),
    ] = None
