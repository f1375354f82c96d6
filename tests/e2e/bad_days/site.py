"""A MediaNest of several processes on servers of its owner's: those that serve, and those that work."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.bad_days.people import Outside
from tests.e2e.bad_days.running import Running, command_here
from tests.processes import eventually

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
        has been asked before: it goes at once."""
        old.stop()
        assert old.process.returncode == 0, old.lines()[-8:]
        processes, kind = (self.serving, "serve") if old in self.serving else (self.working, "work")
        new = Running(old.data_dir, kind, port=old.port, **self.settings)
        processes[processes.index(old)] = new
        if kind == "serve":
            new.started()
        return new

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
    home: Path, database_url: str, direct_url: str, redis_url: str, world: Outside, *, workers: int = 2, **more: str
) -> Iterator[Site]:
    """Two processes that serve, and some that work, one of them keeping the views."""
    settings = {
        "database_url": database_url,
        "database_direct_url": direct_url,
        "redis_url": redis_url,
        "secret_key": KEY,
        **world.settings,
        **more,
    }
    site = Site([], [], direct_url, home, settings)
    with ExitStack() as stack:
        stack.callback(_end_all, site)
        site.serving += [Running(home / f"serve-{number}", "serve", **settings) for number in range(2)]
        site.working += [Running(home / f"work-{number}", "work", **settings) for number in range(workers)]
        for each in site.serving:
            each.started()
        eventually(site.leads)
        site.working.sort(key=lambda each: not each.events("projector_leads"))
        yield site
        # Nothing is embedded.
        assert not any(any(each.data_dir.glob("*")) for each in (*site.serving, *site.working))
