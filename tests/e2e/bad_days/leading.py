"""Which of the processes that work leads what: each view, and the reactions."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import psycopg

from medianest.adapters.postgres.election import CLASS, FOLLOWING, REACTIONS, lock_number
from medianest.projections.catalog import PROJECTIONS
from tests.e2e.bad_days.running import Running
from tests.e2e.bad_days.site import Site
from tests.processes import eventually

HELD = """
SELECT pid, classid::bigint, objid::bigint FROM pg_locks JOIN pg_database ON database = pg_database.oid
WHERE locktype = 'advisory' AND granted AND datname = current_database() AND objsubid = 2 AND classid IN (%s, %s)"""
BEHIND = """
SELECT name FROM checkpoints WHERE position < %(position)s
UNION ALL SELECT name FROM reaction_checkpoints WHERE name <> '' AND position < %(position)s"""
THE_REACTIONS = "the reactions"
Lead = Mapping[Running, Collection[str]]
"""By process the tables of the views that it leads, and `THE_REACTIONS`."""


def leads(site: Site, within: float = 10.0) -> Lead:
    """Once everything is led: each by one, as the locks in Postgres say, and as the process itself has said."""
    wanted = {lock_number(view.table): view.table for view in PROJECTIONS.values()}

    def held() -> Mapping[int, Collection[str]]:
        """By connection."""
        found: dict[int, set[str]] = defaultdict(set)
        with psycopg.connect(site.direct_url) as link:
            for pid, kind, number in link.execute(HELD, (FOLLOWING, CLASS)).fetchall():
                if kind == FOLLOWING:
                    found[pid].add(wanted[number])
                elif number == REACTIONS:
                    found[pid].add(THE_REACTIONS)
        names = sorted(name for each in found.values() for name in each)
        return found if names == sorted([*wanted.values(), THE_REACTIONS]) else {}

    def said() -> Mapping[Running, Collection[str]]:
        alive = [each for each in site.working if each.process.poll() is None]
        return {each: said_by(each) for each in alive}

    def agreed() -> Lead | None:
        locks, words = held(), said()
        # The reactions have a connection of their own.
        parts = [part for each in words.values() for part in (each - {THE_REACTIONS}, each & {THE_REACTIONS}) if part]
        return words if locks and sorted(map(sorted, locks.values())) == sorted(map(sorted, parts)) else None

    found = eventually(agreed, within=within)
    assert found is not None
    return found


def said_by(worker: Running) -> set[str]:
    views = {name for event in worker.events("projector_leads") for name in event["views"]}
    return views | ({THE_REACTIONS} if worker.events("reactions_lead") else set())


def behind(site: Site, position: int) -> Collection[str]:
    """Views and reactions that have not come as far as this position."""
    with psycopg.connect(site.direct_url) as link:
        return [name for (name,) in link.execute(BEHIND, {"position": position}).fetchall()]
