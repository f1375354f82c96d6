"""A MediaNest of several processes on servers of its owner's: those that serve, and those that work."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.e2e.bad_days.people import Outside
from tests.e2e.bad_days.running import START_WITHIN, Running, command_here, settle
from tests.processes import eventually

LISTS = 2
"""Of jobs, in each process that works: the long ones, and all others."""
KEY = "the one key that all processes of this MediaNest share"


@dataclass
class Site:
    """`working` has the one that keeps the views first. `direct_url` leads to the Postgres itself."""

    serving: list[Running]
    working: list[Running]
    direct_url: str
    home: Path
    settings: Mapping[str, str]

    def replace(self, old: Running) -> Running:
        """Stop one process as an orchestrator does, and start another in its place and at its address. One that drains
        has been asked before: it goes at once. One may have gone already."""
        if old.process.poll() is None:
            old.stop()
        assert old.process.returncode == 0, old.lines()[-8:]
        processes, kind = (self.serving, "serve") if old in self.serving else (self.working, "work")
        new = Running(old.data_dir, kind, port=old.port, **old.settings)
        processes[processes.index(old)] = new
        if kind == "serve":
            new.started()
        return new

    def whole(self) -> "Site":
        """Itself, once every process runs, also those that stand by."""
        dead = [each for each in (*self.serving, *self.working) if each.process.poll() is not None]
        before = self._last_worker()
        for each in dead:
            each.start_again()
        for each in dead:
            if each in self.serving:
                each.started()
        begun = LISTS * sum(each in self.working for each in dead)
        eventually(lambda: self._last_worker() >= before + begun, within=START_WITHIN)
        eventually(self.leads)
        return self

    def _last_worker(self) -> int:
        """Whoever begins to share the jobs takes the next numbers; it stands by for the rest from the same moment."""
        with psycopg.connect(self.direct_url) as link:
            [(number,)] = link.execute("SELECT last_value FROM procrastinate_workers_id_seq").fetchall()
        return int(number)

    def settle(self) -> None:
        """Once nothing is left to be done."""
        settle(self.direct_url, self.serving[0].url, silent="15 seconds")

    def leads(self) -> bool:
        return any(each.events("projector_leads") for each in self.working)

    def differences(self) -> str:
        """What a rebuild of the views would change; empty when nothing was skipped and nothing done twice."""
        verified = command_here(self.home / "verify", "projections", "verify", **self.settings)
        return "" if verified.returncode == 0 else verified.stdout + verified.stderr


def _end_all(site: Site) -> None:
    for each in (*site.serving, *site.working):
        if each.process.poll() is None:
            each.kill()  # at once, also those that would drain


@contextmanager
def opened_site(
    home: Path,
    database_url: str,
    direct_url: str,
    redis_url: str,
    world: Outside,
    *,
    workers: int = 2,
    drains: Sequence[str] = ("0", "0"),
) -> Iterator[Site]:
    """Processes that serve, one for each of `drains` (seconds), and some that work."""
    settings = {
        "database_url": database_url,
        "database_direct_url": direct_url,
        "redis_url": redis_url,
        "secret_key": KEY,
        **world.settings,
    }
    site = Site([], [], direct_url, home, settings)
    with ExitStack() as stack:
        stack.callback(_end_all, site)
        for number, drain in enumerate(drains):
            served = {**settings, "drain_seconds": drain}
            site.serving.append(Running(home / f"serve-{number}", "serve", **served))
        site.working += [Running(home / f"work-{number}", "work", **settings) for number in range(workers)]
        for each in site.serving:
            each.started()
        eventually(site.leads)
        site.working.sort(key=lambda each: not each.events("projector_leads"))
        yield site
        # Nothing is embedded.
        assert not any(any(each.data_dir.glob("*")) for each in (*site.serving, *site.working))
